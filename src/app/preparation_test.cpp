// Requirements X10, X22: `belay config check` finds everything that `belay serve` refuses, with its line, and
// shows no secret.
#include "app/preparation.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/configuration.hpp"

namespace belay::app {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using testing::UnorderedElementsAre;

class PreparationTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "belay-preparation-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
    secret_ = write("secret", "0123456789abcdef0123456789abcdef\n");
    sound_ = "[server]\nport = 0\n[process]\ndata_directory = \"" + (directory_ / "data").string() +
             "\"\n[[auth.keys]]\nfile = \"" + secret_ + "\"\nalg = \"HS256\"\n";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / name) << text;
    return (directory_ / name).string();
  }
  std::vector<std::string> problems(const std::string& text) {
    auto outcome = read_configuration({"belay.toml", text, {}, {}});
    notes_ = check(outcome);
    std::vector<std::string> texts;
    for (const ConfigProblem& problem : outcome.problems) texts.push_back(problem.text());
    return texts;
  }

  std::filesystem::path directory_;
  std::string secret_;  // the name of a file
  std::string sound_;
  std::vector<std::string> notes_;
};

TEST_F(PreparationTest, x10_a_sound_configuration_has_no_problems_and_nothing_is_made) {
  EXPECT_THAT(problems(sound_), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(directory_ / "data"));
}

TEST_F(PreparationTest, x10_what_only_the_start_found_before_is_found_with_its_line) {
  const std::string file = write("file", "x\n");
  setenv("PREPARATION_SHORT", "hush", 1);
  unsetenv("PREPARATION_MISSING");
  const std::pair<std::string, std::string> rows[] = {
      {"[[auth.keys]]\nenv = \"PREPARATION_MISSING\"\n",
       ":9:1: auth.keys[1].env: The key in the environment variable PREPARATION_MISSING: it is not set."},
      {"[[auth.keys]]\nenv = \"PREPARATION_SHORT\"\n",
       ":9:1: auth.keys[1].env: The key in the environment "
       "variable PREPARATION_SHORT: the HS256 secret has 4 bytes"},
      {"[[auth.keys]]\nfile = \"/nonexistent/key\"\n",
       ":9:1: auth.keys[1].file: The key in /nonexistent/key: the file cannot be opened."},
      {"[[auth.keys]]\nfile = \"" + file + "\"\n", ":9:1: auth.keys[1].file: The key in "},
      {"[[providers]]\nname = \"p\"\nkind = \"openai\"\nbase_url = \"http://example.com/v1\"\n",
       ":11:1: providers[0].base_url: Provider \"p\": base_url must begin with https://"},
      {"[[providers]]\nname = \"xai\"\nkind = \"openai\"\nbase_url = \"https://example.com:99999/v1\"\n",
       ":11:12: providers[0].base_url: its port must be a number from 1 to 65535"},
      {"[[providers]]\nname = \"p\"\nkind = \"openai\"\nbase_url = \"ftp://example.com/v1\"\n",
       ":11:1: providers[0].base_url: Provider \"p\": base_url must be an http or https address"},
      {"[[providers]]\nname = \"p\"\nkind = \"anthropic\"\nca_file = \"/nonexistent/ca\"\n",
       ":11:1: providers[0].ca_file: Provider \"p\": ca_file /nonexistent/ca cannot be read"},
      {"[[providers]]\nname = \"p\"\nkind = \"responses\"\nca_file = \"" + file + "\"\n",
       ":11:1: providers[0].ca_file: Provider \"p\": ca_file " + file + " holds no certificate"},
      {"[[providers]]\nname = \"xai\"\nkind = \"scripted\"\nscript_file = \"/nonexistent/script\"\n",
       ":11:1: providers[0].script_file: "},
      {"[[providers]]\nname = \"other\"\nkind = \"scripted\"\n", ": models: No model is configured."},
      {"[persona]\nprefix = \"/api\"\n", ":9:1: persona.prefix: Two routes want "},
      {"[tiers]\norder = [\"basic\", \"Basic\", \"pro\", \"enterprise\"]\n", ":9:1: tiers.order: "},
      {"[[assistant.actions]]\nname = \"a\"\nschema = \"[]\"\n", ":10:1: assistant.actions[0].schema: "},
      {"[server.cors]\nallowed_origins = [\"https://APP.example.com\"]\n",
       ":9:1: server.cors.allowed_origins: "},
  };
  for (const auto& [more, expected] : rows)
    EXPECT_THAT(problems(sound_ + more), ElementsAre(AllOf(StartsWith("belay.toml:"), HasSubstr(expected))))
        << more;
  unsetenv("PREPARATION_SHORT");
}

TEST_F(PreparationTest, x8_what_is_wrong_with_several_keys_is_told_where_they_stand) {
  const std::string named = "[[auth.keys]]\nfile = \"" + write("one", "0123456789abcdef0123456789abcdef") +
                            "\"\nalg = \"HS256\"\nkid = \"main\"\n";
  const std::string again = "[[auth.keys]]\nfile = \"" +
                            write("two", "an altogether different secret, as long") +
                            "\"\nalg = \"HS256\"\nkid = \"main\"\n";
  EXPECT_THAT(
      problems(sound_ + named + again),
      ElementsAre(AllOf(StartsWith("belay.toml:13:1: auth.keys[2].file: The kid \"main\" names two keys"),
                        HasSubstr("here and in auth.keys[1].file"))));
  EXPECT_THAT(problems(sound_ + "[[auth.keys]]\njwks_url = \"https://issuer.example/keys\"\n"),
              ElementsAre(StartsWith("belay.toml:9:1: auth.keys[1].jwks_url: No issuer is set"),
                          StartsWith("belay.toml:9:1: auth.keys[1].jwks_url: No audience is set")));
  EXPECT_THAT(problems(sound_ + "[[auth.keys]]\njwks_url = \"http://127.0.0.1:9/keys\"\n"), IsEmpty());
  EXPECT_THAT(notes_, testing::Contains(HasSubstr("any issuer and audience")));
}

TEST_F(PreparationTest, x10_what_is_wrong_with_the_process_and_the_listener_has_its_line) {
  const auto with = [this](const std::string& from, const std::string& to) {
    std::string text = sound_;
    return text.replace(text.find(from), from.size(), to);
  };
  const std::string file = write("file", "x\n");
  EXPECT_THAT(problems(with("port = 0", "address = \"localhost\"")),
              ElementsAre(HasSubstr("belay.toml:2:1: server.address: 'localhost' is no numeric address")));
  for (const char* host : {"chat.example.com:443", "https://chat.example.com", "*.example.com", "", "a b"})
    EXPECT_THAT(problems(with("port = 0", "port = 0\nallowed_hosts = [\"chat.example.com\", \"" +
                                              std::string(host) + "\"]")),
                ElementsAre(HasSubstr("belay.toml:3:1: server.allowed_hosts: Entry 2 ")))
        << host;
  EXPECT_THAT(
      problems(with("port = 0", "port = 0\nallowed_hosts = [\"Chat.Example.com\", \"::1\", \"10.0.0.1\"]")),
      IsEmpty());
  EXPECT_THAT(problems(sound_ + "[operations]\naddress = \"192.0.2.1\"\n"),
              ElementsAre(HasSubstr("belay.toml:9:1: operations.address: Cannot listen on 192.0.2.1")));
  EXPECT_THAT(
      problems(sound_ + "[operations]\naddress = \"localhost\"\n"),
      ElementsAre(HasSubstr("belay.toml:9:1: operations.address: 'localhost' is no numeric address")));
  EXPECT_THAT(problems(with("port = 0", "port = 0\naddress = \"192.0.2.1\"")),
              ElementsAre(HasSubstr("belay.toml:3:1: server.address: Cannot listen on 192.0.2.1")));
  EXPECT_THAT(problems(with("port = 0", "port = 0\ntrusted_proxies = [\"10.0.0.0/99\"]")),
              ElementsAre(HasSubstr("belay.toml:3:1: server.trusted_proxies: ")));
  EXPECT_THAT(problems(with((directory_ / "data").string(), file)),
              ElementsAre(HasSubstr("belay.toml:4:1: process.data_directory: The data directory " + file)));
  EXPECT_THAT(problems(with((directory_ / "data").string(), file + "/below/data")),
              ElementsAre(HasSubstr("belay.toml:4:1: process.data_directory: The data directory " + file)));
  EXPECT_THAT(problems("[server]\nport = 0\n"),
              ElementsAre(StartsWith("belay.toml: auth.keys: Nobody could sign in")));
}

TEST_F(PreparationTest, x10_all_is_reported_together_and_nothing_follows_from_what_was_refused) {
  const std::string text = R"([server]
port = 70000
address = "nowhere"
[[auth.keys]]
env = "sk-1234"
[[auth.keys]]
file = "/nonexistent/key"
[[providers]]
name = 7
kind = "openai"
base_url = "http://example.com/v1/"
[[providers]]
name = "b"
kind = "opnai"
base_url = "http://example.com/v1"
[[models]]
alias = "m"
provider = "a"
max_output = 100
window = 50
tier = "gold"
[persona]
model = "n"
)";
  EXPECT_THAT(
      problems(text),
      ElementsAre(
          StartsWith("belay.toml:2:8: server.port: "), StartsWith("belay.toml:3:1: server.address: "),
          StartsWith("belay.toml:5:7: auth.keys[0].env: "), StartsWith("belay.toml:7:1: auth.keys[1].file: "),
          StartsWith("belay.toml:9:8: providers[0].name: "),
          AllOf(StartsWith("belay.toml:11:1: providers[0].base_url: "), HasSubstr("without a slash")),
          AllOf(StartsWith("belay.toml:11:1: providers[0].base_url: "), HasSubstr("https://")),
          StartsWith("belay.toml:14:8: providers[1].kind: "),
          StartsWith("belay.toml:20:10: models[0].window: "), StartsWith("belay.toml:21:1: models[0].tier: "),
          StartsWith("belay.toml:23:1: persona.model: ")));
}

TEST_F(PreparationTest, x22_a_secret_in_the_wrong_place_is_refused_and_not_shown) {
  // Every setting that names a variable, an address or a key's file.
  struct Row {
    const char* setting;
    std::vector<const char*> values;
  };
  const Row rows[] = {
      {"[[providers]]\nname = \"xai\"\nkind = \"openai\"\napi_key_env = ",
       {"sk-proj-TopSecret", "sk_live_TopSecret1", "gsk_TopSecretTopSecret", "xai-TopSecret",
        "TopSecret value", "eyJTopSecret", "1TopSecret", "AIzaTopSecret",
        "topsecret0TopSecret0topsecret0TopSecret"}},
      // It could be the name of a variable, so the variable is looked up, but the value is still not shown.
      {"[[auth.keys]]\nenv = ", {"TopSecret"}},
      {"[[auth.keys]]\nenv = ", {"sk-TopSecret", "TopSecret/TopSecret+TopSecret=", "-----BEGIN TopSecret"}},
      {"[[auth.keys]]\nfile = ",
       {"sk-TopSecret", "TopSecret", "dG9wL3/TopSecretTopSecretTopSecret9Q/x", "a/TopSecret+b="}},
      {"[[providers]]\nname = \"xai\"\nkind = \"openai\"\nbase_url = ",
       {"https://ann:TopSecret@example.com/v1", "https://TopSecret@example.com/v1", "TopSecret"}},
      {"[[providers]]\nname = \"xai\"\nkind = \"openai\"\nproxy = ",
       {"http://ann:TopSecret@proxy:3128", "ann:TopSecret@proxy:3128", "socks5://TopSecret@proxy"}},
      {"[[auth.keys]]\njwks_url = ",
       {"https://ann:TopSecret@example.com/keys", "http://127.0.0.1:TopSecret@example.com/keys"}},
      {"[server.cors]\nallowed_origins = ", {"https://ann:TopSecret@example.com"}},
  };
  for (const auto& [setting, values] : rows)
    for (const char* value : values) {
      const bool is_list = std::string_view(setting).ends_with("origins = ");
      const std::string text =
          sound_ + setting + (is_list ? "[\"" : "\"") + value + (is_list ? "\"]" : "\"") + "\n";
      const std::vector<std::string> found = problems(text);
      EXPECT_THAT(found, Not(IsEmpty())) << value;
      for (const std::string& line : found) {
        EXPECT_THAT(line, Not(HasSubstr("TopSecret"))) << value;
        EXPECT_THAT(line, Not(HasSubstr("topsecret"))) << value;
        EXPECT_THAT(line, testing::MatchesRegex("belay\\.toml:[0-9]+.*")) << value;
      }
      for (const std::string& note : notes_) EXPECT_THAT(note, Not(HasSubstr("TopSecret"))) << value;
    }
}

TEST_F(PreparationTest, x22_the_names_of_variables_pass) {
  for (const char* name :
       {"OPENAI_API_KEY", "_key", "Key2", "BELAY_JWT_SECRET", "OUR_VERY_LONG_NAME_OF_A_VARIABLE_2"})
    EXPECT_THAT(problems(sound_ + "[[providers]]\nname = \"xai\"\nkind = \"openai\"\napi_key_env = \"" +
                         name + "\"\n"),
                IsEmpty())
        << name;
}

TEST_F(PreparationTest, x10_a_providers_key_that_is_missing_is_a_note_for_the_server_starts_without_it) {
  unsetenv("PREPARATION_MISSING");
  EXPECT_THAT(problems(sound_ + "[[providers]]\nname = \"xai\"\nkind = \"openai\"\n"
                                "api_key_env = \"PREPARATION_MISSING\"\n"),
              IsEmpty());
  EXPECT_THAT(notes_, ElementsAre(AllOf(HasSubstr("\"xai\""), HasSubstr("PREPARATION_MISSING"))));
}

}  // namespace
}  // namespace belay::app
