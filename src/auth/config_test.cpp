#include "auth/config.hpp"

#include <gtest/gtest.h>

namespace belay::auth {
namespace {

// The fields of all errors, each followed by a space.
template <class Change>
std::string failing_fields(Change change) {
  Config config;
  change(config);
  std::string fields;
  for (const Error& problem : check(config)) fields += problem.field + " ";
  return fields;
}

auto key(KeySource source) {
  return [source](Config& config) { config.keys.push_back(source); };
}
KeySource address(std::string url) {
  return {.jwks_url = std::move(url), .issuer = "https://issuer.example", .audience = "belay"};
}

TEST(AuthConfig, IsCheckedForWhatDependsOnSeveralSettings) {
  EXPECT_EQ(failing_fields([](Config&) {}), "");
  EXPECT_EQ(failing_fields(key({})), "auth.keys[0] ");
  EXPECT_EQ(failing_fields(key({.file = "a", .env = "B"})), "auth.keys[0] ");
  EXPECT_EQ(failing_fields(key({.file = "a", .alg = "HS512"})), "auth.keys[0].alg ");
  EXPECT_EQ(failing_fields(key({.file = "a", .alg = "EdDSA"})), "");
  EXPECT_EQ(failing_fields(key(address("https://issuer.example/keys"))), "");
  EXPECT_EQ(failing_fields(key(address("http://127.0.0.1:9/keys"))), "");
  EXPECT_EQ(failing_fields([](Config& config) { config.cookie_name = "a b"; }), "auth.cookie_name ");
  EXPECT_EQ(failing_fields([](Config& config) { config.cookie_same_site = "lax"; }),
            "auth.cookie_same_site ");
  EXPECT_EQ(failing_fields([](Config& config) { config.cookie_secure = "never"; }), "auth.cookie_secure ");
  EXPECT_EQ(failing_fields([](Config& config) { config.allowed_origins = {"*"}; }), "auth.allowed_origins ");
  EXPECT_EQ(failing_fields([](Config& config) { config.user_claim = ""; }), "auth.user_claim ");
  EXPECT_EQ(failing_fields([](Config& config) { config.ticket_lifetime = Milliseconds(1); }),
            "auth.ticket_lifetime ");
  EXPECT_EQ(failing_fields([](Config& config) { config.jwks_retry_delay = std::chrono::minutes(1); }),
            "auth.jwks_max_retry_delay ");
}

TEST(AuthConfig, X8AnAddressMustBeSafeToFetchFrom) {
  for (const char* url : {"http://issuer.example/keys", "http://localhost.evil.example/",
                          "http://127.0.0.1@evil.example/", "ftp://issuer.example/keys", "issuer.example"})
    EXPECT_NE(failing_fields(key(address(url))).find("auth.keys[0].jwks_url "), std::string::npos) << url;
  EXPECT_EQ(failing_fields(key(address("https://ann:secret@issuer.example/keys"))), "auth.keys[0].jwks_url ");
  KeySource secret = address("https://issuer.example/keys");
  secret.alg = "HS256";
  EXPECT_EQ(failing_fields(key(secret)), "auth.keys[0].alg ");
  KeySource named = address("https://issuer.example/keys");
  named.kid = "main";
  EXPECT_EQ(failing_fields(key(named)), "auth.keys[0].kid ");
}

TEST(AuthConfig, X8AnAddressNeedsAnIssuerAndAnAudienceOrTheWordThatNoneIsMeant) {
  const KeySource bare{.jwks_url = "https://issuer.example/keys"};
  EXPECT_EQ(failing_fields(key(bare)), "auth.keys[0].jwks_url auth.keys[0].jwks_url ");
  Config config;
  config.keys.push_back(bare);
  const std::vector<Error> problems = check(config);
  EXPECT_NE(problems.at(0).detail.find("any_issuer = true"), std::string::npos);
  EXPECT_NE(problems.at(1).detail.find("any_audience = true"), std::string::npos);

  const auto with_global = [&](Config& changed) {
    changed.issuer = "https://issuer.example";
    changed.audience = "belay";
    changed.keys.push_back(bare);
  };
  EXPECT_EQ(failing_fields(with_global), "");
  KeySource meant = bare;
  meant.any_issuer = meant.any_audience = true;
  EXPECT_EQ(failing_fields(key(meant)), "");
  meant.any_audience = false;
  EXPECT_EQ(failing_fields(key(meant)), "auth.keys[0].jwks_url ");
  // Keys that do not come from a JWKS address are the server's own: the rule does not apply.
  EXPECT_EQ(failing_fields(key({.file = "a"})), "");
}

TEST(AuthConfig, X8AnAddressOfThisMachineNeedsNeitherButIsWarnedAbout) {
  for (const char* url : {"http://127.0.0.1:9/keys", "http://localhost/keys", "https://[::1]:9/keys"}) {
    Config config;
    config.keys.push_back({.jwks_url = url});
    EXPECT_TRUE(check(config).empty()) << url;
    ASSERT_EQ(warnings(config).size(), 1u) << url;
    EXPECT_NE(warnings(config)[0].find("any issuer and audience"), std::string::npos) << warnings(config)[0];
    config.issuer = "https://issuer.example";
    EXPECT_NE(warnings(config).at(0).find("any audience"), std::string::npos);
    config.keys[0].any_audience = true;
    EXPECT_TRUE(warnings(config).empty());
  }
}

TEST(AuthConfig, X8ContradictionsAreToldAllAtOnce) {
  const auto change = [](Config& config) {
    config.keys.push_back({.file = "a", .issuer = "one", .any_issuer = true});
    config.keys.push_back({.file = "b", .audience = "one", .any_audience = true});
    config.keys.push_back({.file = "a"});
    config.cookie_name = "";
  };
  EXPECT_EQ(failing_fields(change),
            "auth.keys[0].any_issuer auth.keys[1].any_audience auth.keys[2].file auth.cookie_name ");
}

}  // namespace
}  // namespace belay::auth
