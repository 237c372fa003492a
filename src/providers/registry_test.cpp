#include "providers/registry.hpp"

#include <cstdio>
#include <fstream>
#include <map>
#include <unistd.h>

#include <gtest/gtest.h>

#include "providers/testing/fake_http.hpp"
#include "providers/testing/recording_sink.hpp"

namespace belay::providers {
namespace {

class RegistryTest : public testing::Test {
 protected:
  Result<Registry> build(std::vector<ProviderConfig> configs) {
    return Registry::build(configs,
                           {http, random, [this](const std::string& variable) -> std::optional<std::string> {
                              const auto found = environment.find(variable);
                              if (found == environment.end()) return std::nullopt;
                              return found->second;
                            }});
  }
  static ProviderConfig openai(std::string name) {
    ProviderConfig config;
    config.name = std::move(name);
    config.kind = ProviderKind::openai;
    return config;
  }
  // Returns the key that a call of the provider sends. If the call ends in an error, returns the advice to
  // the operator; the text for users says nothing about keys.
  std::string ask(Provider& provider) {
    RecordingSink sink;
    const auto generation = provider.start(loop, GenerationRequest(), sink);
    loop.turn();
    if (!sink.error) return http.last().request.bearer.reveal();
    EXPECT_EQ(sink.error->detail.find("KEY"), std::string::npos) << sink.error->detail;
    return sink.error->advice;
  }

  ManualClock clock;
  Loop loop{0, clock};
  SeededRandom random{1};
  FakeHttp http;
  std::map<std::string, std::string> environment;
};

TEST_F(RegistryTest, P4BuildsEveryKindAndFindsItByName) {
  ProviderConfig scripted;
  scripted.name = "scripted";
  const auto registry = build({scripted, openai("nim")});
  ASSERT_TRUE(registry.has_value()) << registry.error().detail;
  EXPECT_NE(registry->find("scripted"), nullptr);
  EXPECT_NE(registry->find("nim"), nullptr);
  EXPECT_EQ(registry->find("other"), nullptr);
  ASSERT_EQ(registry->entries().size(), 2u);
  for (const auto& entry : registry->entries()) {
    EXPECT_EQ(entry.counters->started, 0u);
    EXPECT_EQ(entry.warning, "");
  }
}

TEST_F(RegistryTest, TakesKeysFromTheEnvironmentOrAFile) {
  ProviderConfig config = openai("x");
  EXPECT_EQ(ask(*build({config})->find("x")), "") << "no key is configured: none is sent";
  config.http.api_key_env = "X_KEY";
  environment["X_KEY"] = "from-environment\n";
  EXPECT_EQ(ask(*build({config})->find("x")), "from-environment");
  config.http.api_key_file = testing::TempDir() + "belay_registry_test_key_" + std::to_string(::getpid());
  std::ofstream(config.http.api_key_file) << "from-file\n";
  EXPECT_EQ(ask(*build({config})->find("x")), "from-file");
  std::remove(config.http.api_key_file.c_str());
}

TEST_F(RegistryTest, AMissingOrBrokenKeyIsAWarningAndAnErrorOfEachCall) {
  ProviderConfig config = openai("x");
  config.http.api_key_env = "X_KEY";
  for (const char* value : {"", "  \n", "two words", "k\r\nX-Evil: 1"}) {
    environment["X_KEY"] = value;
    const auto registry = build({config});
    ASSERT_TRUE(registry.has_value());
    EXPECT_NE(registry->entries()[0].warning.find("X_KEY"), std::string::npos) << value;
    EXPECT_NE(ask(*registry->find("x")).find("X_KEY"), std::string::npos) << value;
    EXPECT_EQ(ask(*registry->find("x")).find("Evil"), std::string::npos);
  }
  config.http.api_key_file = "/no/such/key";
  EXPECT_NE(build({config})->entries()[0].warning.find("/no/such/key"), std::string::npos);
}

TEST_F(RegistryTest, RefusesAddressesThatCannotBeOrAreNotSafe) {
  struct Case {
    const char* url;
    const char* says;  // null: valid
  };
  for (const Case& c :
       {Case{"https://integrate.api.nvidia.com/v1", nullptr}, Case{"http://127.0.0.1:11434/v1", nullptr},
        Case{"http://example.com/v1", "https://"}, Case{"https://example.com/v1/", "without a slash"},
        Case{"https://example.com/v1?x=1", "without a slash"}, Case{"example.com", "base_url must be"},
        Case{"ftp://example.com", "base_url must be"}, Case{"https://u:p@example.com", "base_url must be"},
        Case{"", nullptr}}) {
    ProviderConfig config = openai("x");
    config.http.base_url = c.url;
    const auto registry = build({config});
    EXPECT_EQ(registry.has_value(), c.says == nullptr) << c.url;
    if (registry || !c.says) continue;
    EXPECT_EQ(registry.error().code, ErrorCode::invalid_request);
    EXPECT_NE(registry.error().detail.find(c.says), std::string::npos) << registry.error().detail;
  }
  ProviderConfig config = openai("x");
  config.http.base_url = "http://inside.example/v1";
  config.http.allow_plain_http = true;
  EXPECT_TRUE(build({config}).has_value());
}

TEST_F(RegistryTest, P4TheThreeDefaultProvidersTakeTheirKeysFromTheEnvironment) {
  environment = {{"OPENAI_API_KEY", "k-o"}, {"ANTHROPIC_API_KEY", "k-a"}};
  const auto registry = build(default_providers());
  ASSERT_TRUE(registry.has_value()) << registry.error().detail;
  EXPECT_EQ(ask(*registry->find("openai")), "k-o");
  EXPECT_EQ(http.last().request.url, "https://api.openai.com/v1/responses");
  ask(*registry->find("anthropic"));
  EXPECT_EQ(http.last().request.url, "https://api.anthropic.com/v1/messages");
  EXPECT_EQ(http.last().request.api_key.reveal(), "k-a");
  EXPECT_TRUE(http.last().request.bearer.empty());
  EXPECT_NE(ask(*registry->find("xai")).find("XAI_API_KEY"), std::string::npos);
}

TEST_F(RegistryTest, X7ProvidersOfOneAddressShareItsBreaker) {
  ProviderConfig first = openai("a");
  ProviderConfig second = openai("b");
  ProviderConfig other = openai("c");
  first.http.base_url = "https://api.x.ai/v1";
  second.http.base_url = "https://api.x.ai:443/v2";
  other.http.base_url = "https://api.x.ai:8443/v1";
  const auto registry = build({first, second, other});
  ASSERT_TRUE(registry.has_value()) << registry.error().detail;
  EXPECT_EQ(registry->entries()[0].breaker, registry->entries()[1].breaker);
  EXPECT_NE(registry->entries()[0].breaker, registry->entries()[2].breaker);
}

TEST_F(RegistryTest, RefusesNamesThatAreMissingOrUsedTwiceAndFilesThatAreNotThere) {
  EXPECT_TRUE(build({openai("")}).has_error());
  const auto twice = build({openai("x"), openai("x")});
  ASSERT_TRUE(twice.has_error());
  EXPECT_NE(twice.error().detail.find("\"x\""), std::string::npos);
  ProviderConfig config = openai("x");
  config.http.ca_file = "/no/such/ca.pem";
  ASSERT_TRUE(build({config}).has_error());
  EXPECT_NE(build({config}).error().detail.find("/no/such/ca.pem"), std::string::npos);
  ProviderConfig scripted;
  scripted.name = "s";
  scripted.scripted.script_file = "/no/such/script.toml";
  EXPECT_TRUE(build({scripted}).has_error());
}

}  // namespace
}  // namespace belay::providers
