// Requirement X10: one file, checked at start; problems name the line; every key is documented.
#include "app/configuration.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/settings/settings.hpp"
#include "ops/toml_reader.hpp"
#include "surfaces/goal_coach/config.hpp"

namespace belay::app {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> lines(const ConfigurationOutcome& outcome) {
  std::vector<std::string> texts;
  for (const ConfigProblem& problem : outcome.problems) texts.push_back(problem.text());
  return texts;
}

ConfigurationOutcome read(std::string file, Environment environment = {},
                          std::vector<Override> overrides = {}) {
  return read_configuration({"belay.toml", std::move(file), std::move(environment), std::move(overrides)});
}

// Calls f(setting, path) for every declared setting, including those of table arrays.
template <class F>
void for_each_setting(const Settings& settings, const std::string& prefix, const F& f) {
  for (const Setting& setting : settings.all()) {
    f(setting, prefix + setting.key);
    if (setting.is_table_array)
      setting.visit_default_row(
          [&](const Settings& row) { for_each_setting(row, prefix + setting.key + "[].", f); });
  }
}

// The example with the "#" removed before every setting.
std::string uncommented(const std::string& example) {
  std::istringstream in(example);
  std::string out;
  for (std::string line; std::getline(in, line);) {
    const bool is_setting = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    out += (is_setting ? line.substr(1) : line) + '\n';
  }
  return out;
}

// Every setting that was renamed, as a pair of paths: the earlier one and the one of today.
std::vector<std::pair<std::string, std::string>> renamed_settings() {
  Configuration configuration;
  Settings settings;
  declare_all(settings, configuration);
  std::vector<std::pair<std::string, std::string>> renamed;
  for_each_setting(settings, "", [&](const Setting& setting, const std::string& path) {
    if (setting.earlier_key.empty()) return;
    renamed.emplace_back(path.substr(0, path.size() - setting.key.size()) + setting.earlier_key, path);
  });
  return renamed;
}

// A file with the setting, in its table: "models[].colour" becomes "[[models]]\ncolour = 1".
std::string file_with(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  std::string table = path.substr(0, dot);
  const bool is_row = table.ends_with("[]");
  if (is_row)
    table = "[[" + table.substr(0, table.size() - 2) + "]]";
  else
    table = '[' + table + ']';
  return table + '\n' + path.substr(dot + 1) + " = 1\n";
}

TEST(ConfigurationTest, a_key_that_was_renamed_is_an_error_with_its_line_that_names_the_new_key) {
  const auto renamed = renamed_settings();
  EXPECT_GT(renamed.size(), 40u);
  for (const auto& [earlier, key] : renamed) {
    std::string shown = earlier, now = key;
    for (std::string* path : {&shown, &now})
      if (const std::size_t row = path->find("[]"); row != std::string::npos) path->replace(row, 2, "[0]");
    EXPECT_THAT(lines(read(file_with(earlier))),
                Contains("belay.toml:2:1: " + shown + ": this setting is now called " + now));
  }
}

TEST(ConfigurationTest, a_variable_that_was_renamed_is_an_error_that_names_the_new_one) {
  EXPECT_THAT(
      lines(read("", {{"BELAY_SERVER_MOST_HEADERS", "10"}, {"BELAY_ASSISTANT_MOST_ACTIVE_A_USER", "1"}})),
      ElementsAre("environment variable BELAY_SERVER_MOST_HEADERS: this setting is now called "
                  "BELAY_SERVER_MAX_HEADERS",
                  "environment variable BELAY_ASSISTANT_MOST_ACTIVE_A_USER: this setting is now called "
                  "BELAY_ASSISTANT_MAX_ACTIVE_PER_USER"));
}

TEST(ConfigurationTest, no_setting_has_the_earlier_name_of_another) {
  std::set<std::string> keys;
  Configuration configuration;
  Settings settings;
  declare_all(settings, configuration);
  for_each_setting(settings, "", [&](const Setting&, const std::string& path) { keys.insert(path); });
  for (const auto& [earlier, key] : renamed_settings()) EXPECT_FALSE(keys.contains(earlier)) << key;
}

TEST(ConfigurationTest, nothing_at_all_is_a_sound_configuration) {
  const ConfigurationOutcome outcome = read("");
  EXPECT_THAT(lines(outcome), IsEmpty());
  EXPECT_EQ(outcome.configuration.server.port, transport::Config{}.port);
}

TEST(ConfigurationTest, x10_every_setting_has_a_doc_a_form_and_a_name_of_its_own) {
  Configuration configuration;
  Settings settings;
  declare_all(settings, configuration);
  std::set<std::string> keys;
  for_each_setting(settings, "", [&](const Setting& setting, const std::string& path) {
    EXPECT_GE(setting.doc.size(), 10u) << path;
    EXPECT_TRUE(setting.doc.ends_with('.')) << path;
    EXPECT_FALSE(setting.form.empty()) << path;
    EXPECT_TRUE(keys.insert(path).second) << path << " is declared twice";
  });
  std::set<std::string> variables;
  for (const Setting& setting : settings.all())
    EXPECT_TRUE(variables.insert(setting.environment_name()).second)
        << setting.key << " has the environment variable of another setting";
  for (const SettingsSection& section : settings.sections())
    if (!section.name.empty()) {
      EXPECT_FALSE(section.doc.empty()) << section.name;
    }
}

TEST(ConfigurationTest, x10_every_default_is_within_its_bounds) {
  Configuration configuration;
  Settings settings;
  declare_all(settings, configuration);
  for_each_setting(settings, "", [](const Setting& setting, const std::string& path) {
    if (setting.is_table_array) return;
    for (const std::string& text :
         {setting.is_required ? std::string() : setting.default_text, setting.sample_text}) {
      if (text.empty()) continue;
      const ConfigurationOutcome outcome = read("");
      auto table = ops::read_toml("default", "value = " + text);
      ASSERT_TRUE(std::holds_alternative<ConfigTable>(table)) << path << " = " << text;
      ConfigReading reading;
      setting.assign(std::get<ConfigTable>(table).front().value, path, reading);
      EXPECT_TRUE(reading.problems.empty()) << reading.problems.front().text();
    }
  });
}

TEST(ConfigurationTest, x10_all_errors_are_reported_together_in_the_order_of_the_file) {
  const auto outcome = read(R"(
[server]
port = 70000
adress = "127.0.0.1"
[engine]
run_deadline = 15
[process]
threads = "many"
[[models]]
alias = "a"
)",
                            {{"BELAY_SERVER_BACKLOG", "none"}}, {{"server.port", "-1", "--port"}});
  EXPECT_THAT(
      lines(outcome),
      ElementsAre(
          "belay.toml:3:8: server.port: 70000 is out of bounds; write a whole number from 0 to 65535",
          "belay.toml:4:1: server.adress: there is no such setting; did you mean server.address?",
          HasSubstr("belay.toml:6:16: engine.run_deadline: this number has no unit; write a duration"),
          HasSubstr("belay.toml:8:11: process.threads: this is a text; write a whole number from 0 to 64"),
          HasSubstr("belay.toml:9:1: models[0].provider: it must be set"),
          HasSubstr(
              "environment variable BELAY_SERVER_BACKLOG: server.backlog: this is a text; write a whole"),
          HasSubstr("option --port: server.port: -1 is out of bounds")));
}

TEST(ConfigurationTest, x10_the_environment_wins_over_the_file_and_the_command_line_over_both) {
  const std::string file = "[server]\nport = 1\naddress = \"127.0.0.2\"\nbacklog = 7\n";
  const auto outcome = read(file, {{"BELAY_SERVER_PORT", "2"}, {"BELAY_SERVER_ADDRESS", "127.0.0.3"}},
                            {{"server.port", "3", "--port"}});
  ASSERT_THAT(lines(outcome), IsEmpty());
  EXPECT_EQ(outcome.configuration.server.port, 3);
  EXPECT_EQ(outcome.configuration.server.address, "127.0.0.3");
  EXPECT_EQ(outcome.configuration.server.backlog, 7);
}

TEST(ConfigurationTest, G6_the_variables_of_others_are_taken_unless_this_server_has_its_own) {
  const auto coach = [](const std::string& file, Environment environment) {
    const auto outcome = read(file, std::move(environment));
    EXPECT_THAT(lines(outcome), IsEmpty());
    return outcome.configuration.surfaces.of<surfaces::GoalCoachConfig>();
  };
  EXPECT_EQ(coach("", {}).max_tokens, 4'096u);
  EXPECT_FALSE(coach("", {}).temperature);
  const auto taken = coach(
      "", {{"ANTHROPIC_MODEL", "m"}, {"ANTHROPIC_MAX_TOKENS", "100"}, {"ANTHROPIC_TEMPERATURE", "0.7"}});
  EXPECT_EQ(taken.coach_model, "m");
  EXPECT_EQ(taken.max_tokens, 100u);
  EXPECT_EQ(taken.temperature, 0.7);
  EXPECT_EQ(coach("[goal_coach]\nmax_tokens = 200\n", {{"ANTHROPIC_MAX_TOKENS", "100"}}).max_tokens, 200u);
  EXPECT_EQ(coach("", {{"BELAY_GOAL_COACH_MAX_TOKENS", "300"}, {"ANTHROPIC_MAX_TOKENS", "100"}}).max_tokens,
            300u);
  EXPECT_EQ(coach("", {{"ANTHROPIC_MODEL", ""}}).coach_model, "claude-3-5-sonnet-20241022")
      << "empty is not set";
}

TEST(ConfigurationTest, G6_a_wrong_value_of_another_programs_variable_is_an_error_with_its_name) {
  const auto outcome = read("", {{"ANTHROPIC_MAX_TOKENS", "many"}});
  ASSERT_EQ(lines(outcome).size(), 1u);
  EXPECT_THAT(lines(outcome).front(),
              ::testing::StartsWith("environment variable ANTHROPIC_MAX_TOKENS: goal_coach.max_tokens:"));
}

TEST(ConfigurationTest, x10_a_mistyped_variable_is_an_error_and_somebody_elses_is_not) {
  EXPECT_THAT(lines(read("", {{"BELAY_SERVER_PROT", "1"}})),
              ElementsAre("environment variable BELAY_SERVER_PROT: there is no such setting; did you mean "
                          "BELAY_SERVER_PORT?"));
  EXPECT_THAT(
      lines(read(
          "", {{"BELAY_SERVICE_HOST", "10.0.0.1"}, {"BELAY_PORT_8080_TCP_ADDR", "10.0.0.1"}, {"HOME", "/"}})),
      IsEmpty());
}

TEST(ConfigurationTest, x10_a_variable_that_the_configuration_names_is_no_mistyped_setting) {
  const Environment environment{{"BELAY_AUTH_ISSUR", "x"}};
  EXPECT_EQ(read("", environment).problems.size(), 1u);
  EXPECT_THAT(lines(read("[[auth.keys]]\nenv = \"BELAY_AUTH_ISSUR\"\n", environment)), IsEmpty());
}

TEST(ConfigurationTest, providers_and_models_are_held_against_each_other) {
  const auto outcome = read(R"([[providers]]
name = "one"
kind = "scripted"
base_url = "http://127.0.0.1:1"
[[providers]]
name = "one"
kind = "openai"
[[models]]
alias = "m"
provider = "two"
)");
  EXPECT_THAT(lines(outcome),
              ElementsAre("belay.toml:4:1: providers[0].base_url: only providers of kind openai, responses "
                          "and anthropic have this; take it out, or "
                          "change kind",
                          "belay.toml:6:1: providers[1].name: another provider has this name; choose another",
                          "belay.toml:10:1: models[0].provider: there is no such provider; add a "
                          "[[providers]] table with this "
                          "name"));
}

TEST(ConfigurationTest, C4_without_models_there_are_ten_two_for_basic_and_seven_for_pro) {
  const auto outcome = read("");
  ASSERT_THAT(lines(outcome), IsEmpty());
  std::map<std::string, int> tiers;
  std::vector<std::string> aliases;
  for (const Model& model : outcome.configuration.models) {
    ++tiers[model.tier];
    aliases.push_back(model.alias);
    EXPECT_FALSE(model.upstream_name.empty());
    EXPECT_LT(model.max_output, model.window) << model.alias;
    EXPECT_GT(model.price.output, model.price.input) << model.alias;
  }
  EXPECT_THAT(tiers, (std::map<std::string, int>{{"basic", 2}, {"pro", 5}, {"enterprise", 3}}));
  for (const char* old : {"grok-2", "grok-3", "gpt-4-turbo", "claude-3-5-sonnet-20241022"})
    EXPECT_THAT(aliases, Contains(old));
}

TEST(ConfigurationTest, of_the_default_models_those_are_there_whose_provider_is) {
  const auto outcome = read("[[providers]]\nname = \"xai\"\nkind = \"scripted\"\n");
  ASSERT_THAT(lines(outcome), IsEmpty());
  ASSERT_EQ(outcome.configuration.models.size(), 3u);
  for (const Model& model : outcome.configuration.models) EXPECT_EQ(model.provider, "xai");
}

TEST(ConfigurationTest, the_default_models_need_the_tiers_that_they_name) {
  EXPECT_THAT(
      lines(read("[tiers]\norder = [\"free\", \"pro\"]\n")),
      ElementsAre(HasSubstr("belay.toml:2:1: tiers.order: the default models are for the tiers basic, "
                            "pro and enterprise")));
  EXPECT_THAT(lines(read("[tiers]\norder = [\"Free\", \"Paid\"]\n"
                         "aliases = { basic = \"free\", pro = \"paid\", enterprise = \"paid\" }\n")),
              IsEmpty());
}

TEST(ConfigurationTest, a_models_tier_and_fallbacks_must_exist) {
  const auto outcome = read(R"([[providers]]
name = "s"
kind = "scripted"
[[models]]
alias = "m"
provider = "s"
tier = "gold"
fallbacks = ["m", "n"]
)");
  EXPECT_THAT(lines(outcome),
              ElementsAre(HasSubstr("belay.toml:7:1: models[0].tier: there is no such tier"),
                          HasSubstr("belay.toml:8:1: models[0].fallbacks: a model is no fallback of itself"),
                          HasSubstr("belay.toml:8:1: models[0].fallbacks: there is no model \"n\"")));
}

TEST(ConfigurationTest, settings_of_both_kinds_of_provider_reach_the_kind_that_is_meant) {
  const auto outcome = read(
      "[[providers]]\nname = \"s\"\nkind = \"scripted\"\nidle_timeout = \"2s\"\nmax_retries = 5\n"
      "[[models]]\nalias = \"m\"\nprovider = \"s\"\n");
  ASSERT_THAT(lines(outcome), IsEmpty());
  EXPECT_EQ(outcome.configuration.providers[0].scripted.idle_timeout, 2s);
  EXPECT_EQ(outcome.configuration.providers[0].scripted.retry.max_retries, 5u);
  EXPECT_EQ(outcome.configuration.models[0].upstream_name, "m");
}

TEST(ConfigurationTest, one_list_of_origins_serves_preflights_and_cookies) {
  const auto outcome = read("[server.cors]\nallowed_origins = [\"https://app.example.com\"]\n");
  ASSERT_THAT(lines(outcome), IsEmpty());
  EXPECT_THAT(outcome.configuration.auth.allowed_origins, ElementsAre("https://app.example.com"));
  EXPECT_THAT(lines(read("[server.cors]\nallowed_origins = [\"app.example.com\"]\n")),
              ElementsAre(HasSubstr("belay.toml:2:1: server.cors.allowed_origins: ")));
}

TEST(ConfigurationTest, two_settings_that_contradict_each_other_are_told_where_one_of_them_stands) {
  EXPECT_THAT(lines(read("[server]\nmax_header_bytes = \"8KiB\"\n")),
              ElementsAre("belay.toml:2:1: server.max_target: it must be less than server.max_header_bytes"));
  EXPECT_THAT(lines(read("[retention]\nevents = \"60d\"\nrecords = \"1d\"\n")),
              ElementsAre("belay.toml:3:1: retention.records: it must not be shorter than retention.events"));
}

TEST(ConfigurationTest, what_a_room_finds_wrong_has_its_line) {
  EXPECT_THAT(lines(read("[[auth.keys]]\nfile = \"a\"\nenv = \"B\"\n")),
              ElementsAre(HasSubstr("belay.toml:1:1: auth.keys[0]: Set exactly one of")));
}

TEST(ConfigurationTest, x10_settings_that_changed_are_named_without_their_values) {
  const std::string base =
      "[[providers]]\nname = \"a\"\nkind = \"openai\"\n[[providers]]\nname = \"b\"\nkind = \"openai\"\n"
      "[[models]]\nalias = \"m\"\nprovider = \"a\"\n";
  const auto changed = [](const std::string& before, const std::string& after) {
    const auto earlier = read(before);
    const auto later = read(after);
    EXPECT_THAT(lines(earlier), IsEmpty());
    EXPECT_THAT(lines(later), IsEmpty());
    return changed_settings(earlier.configuration, later.configuration);
  };
  EXPECT_THAT(changed(base, base), IsEmpty());
  EXPECT_THAT(changed("", example_configuration()), IsEmpty())
      << "what stands there as the default is no change";
  EXPECT_THAT(changed(base, base + "[server]\nport = 9000\nidle_limit = \"5s\"\n[log]\nlevel = \"debug\"\n"),
              testing::UnorderedElementsAre("log.level", "server.port", "server.idle_limit"));
  std::string other = base;
  other.replace(other.find("kind = \"openai\"\n[[models"), 15,
                "kind = \"openai\"\nbase_url = \"https://example.com\"");
  EXPECT_THAT(changed(base, other), ElementsAre("providers[1].base_url"));
  EXPECT_THAT(changed(base, base + "[[providers]]\nname = \"c\"\nkind = \"scripted\"\n"),
              ElementsAre("providers"));
  EXPECT_THAT(changed(base, base + "[tiers]\naliases = { gold = \"pro\" }\n"), ElementsAre("tiers.aliases"));
  EXPECT_THAT(changed(base, base + "[server.cors]\nallowed_origins = [\"https://a.example\"]\n"),
              ElementsAre("server.cors.allowed_origins"));
}

TEST(ConfigurationTest, x22_the_operations_listener_is_not_where_the_main_one_is) {
  EXPECT_EQ(read("").configuration.operations.port, 9464);
  EXPECT_EQ(read("[server]\nport = 0\n").configuration.operations.port, 0) << "for scripts and tests";
  EXPECT_EQ(read("[server]\nport = 0\n[operations]\nport = 9464\n").configuration.operations.port, 9464);
  EXPECT_FALSE(read("[operations]\nport = 9464\n").configuration.operations.port_is_default);
  EXPECT_THAT(lines(read("[operations]\nport = 8080\n")),
              ElementsAre("belay.toml:2:1: operations.port: it must be another one than server.port"));
  EXPECT_THAT(lines(read("[server]\naddress = \"0.0.0.0\"\nport = 9464\n")),
              ElementsAre("belay.toml:3:1: operations.port: it must be another one than server.port"));
  EXPECT_THAT(lines(read("[server]\naddress = \"10.0.0.1\"\nport = 9464\n")), IsEmpty());
  EXPECT_THAT(lines(read("[server]\nport = 9464\n[operations]\nenabled = false\n")), IsEmpty());
}

TEST(ConfigurationTest, a_file_that_cannot_be_read_is_a_problem) {
  const auto outcome = load_configuration("/nonexistent/belay.toml", {}, {});
  EXPECT_THAT(lines(outcome),
              ElementsAre("/nonexistent/belay.toml: the file cannot be read: No such file or directory"));
  EXPECT_THAT(lines(load_configuration("/", {}, {})), ElementsAre(HasSubstr("/: the file cannot be read")));
}

TEST(ExampleTest, x10_the_example_is_sound_and_changes_nothing) {
  const auto outcome = read(example_configuration());
  EXPECT_THAT(lines(outcome), IsEmpty());
  EXPECT_TRUE(outcome.configuration.default_models);
}

TEST(ExampleTest, x10_the_example_with_every_setting_taken_at_its_word_is_sound) {
  const std::string text = uncommented(example_configuration());
  Configuration configuration;
  Settings settings;
  declare_all(settings, configuration);
  auto table = ops::read_toml("example", text);
  ASSERT_TRUE(std::holds_alternative<ConfigTable>(table)) << std::get<ConfigProblem>(table).text();
  ConfigReading reading;
  settings.assign(std::get<ConfigTable>(table), {"example", 0, 0}, "", reading);
  for (const ConfigProblem& problem : reading.problems) ADD_FAILURE() << problem.text();
  for_each_setting(settings, "", [&](const Setting&, const std::string& path) {
    std::string key = path;
    for (std::size_t at = 0; (at = key.find("[]", at)) != std::string::npos;) key.replace(at, 2, "[0]");
    EXPECT_TRUE(reading.places.contains(key)) << key << " is not in the example";
  });
}

TEST(ExampleTest, x10_the_committed_example_is_what_the_declarations_give) {
  const std::filesystem::path path = BELAY_REPOSITORY "/docs/belay.example.toml";
  std::ifstream file(path);
  ASSERT_TRUE(file)
      << "docs/belay.example.toml is missing; write it with: belay config example > docs/belay.example.toml";
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str() == example_configuration())
      << "docs/belay.example.toml is out of date; write it anew with: belay config example > "
         "docs/belay.example.toml";
}

}  // namespace
}  // namespace belay::app
