#include "base/settings/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/settings/spelling.hpp"
#include "ops/toml_reader.hpp"

namespace belay::ops {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

enum class Colour { red, green };

struct Row {
  std::string name;
  int amount = 1;
};

struct Target {
  bool truth = false;
  int integer = 5;
  double number = 0.5;
  Milliseconds duration{1500};
  ByteCount size = 64_KiB;
  std::size_t bytes = 1024;
  std::string text = "a";
  Secret secret;
  std::vector<std::string> texts;
  std::map<std::string, std::string> pairs = {{"x", "y"}};
  Colour colour = Colour::red;
  std::vector<Row> rows;
};

void declare(Settings& s, Target& t) {
  s.section("part", "A part.");
  s.boolean("truth", t.truth, "Truth.");
  s.integer("integer", t.integer, {1, 10, "things"}, "Integer.");
  s.number("number", t.number, {0, 1}, "Number.");
  s.duration("duration", t.duration, {10ms, 1h}, "Duration.");
  s.size("size", t.size, {1_KiB, 1_MiB}, "Size.");
  s.size("bytes", t.bytes, {1_B, 1_MiB}, "Bytes.");
  s.string("text", t.text, 8, "Text.");
  s.string("secret", t.secret, 8, "Secret.");
  s.string_list("texts", t.texts, 3, "Texts.");
  s.string_map("pairs", t.pairs, 2, "Pairs.");
  s.choice<Colour>("colour", t.colour, {{"red", Colour::red}, {"green", Colour::green}}, "Colour.");
  s.table_array("rows", t.rows, 2, "Rows.", [](Settings& r, Row& row) {
    r.string("name", row.name, 8, "Its name.").required("\"x\"");
    r.integer("amount", row.amount, {1, 10}, "How many.");
  });
}

struct Outcome {
  Target target;
  ConfigReading reading;
  std::vector<std::string> problems() const {
    std::vector<std::string> lines;
    for (const ConfigProblem& problem : reading.problems) lines.push_back(problem.text());
    return lines;
  }
};

Outcome read(std::string_view toml) {
  Outcome outcome;
  Settings settings;
  declare(settings, outcome.target);
  auto table = read_toml("f", toml);
  if (auto* problem = std::get_if<ConfigProblem>(&table))
    outcome.reading.problems.push_back(*problem);
  else
    settings.assign(std::get<ConfigTable>(table), {"f", 0, 0}, "", outcome.reading);
  return outcome;
}

std::string only_problem(std::string_view toml) {
  const Outcome outcome = read(toml);
  const auto lines = outcome.problems();
  return lines.size() == 1 ? lines.front() : "not one problem but " + std::to_string(lines.size());
}

TEST(SettingsTest, every_type_is_read_from_a_file) {
  const Outcome outcome = read(R"(
[part]
truth = true
integer = 7
number = 1
duration = "1m30s"
size = "128KiB"
bytes = "2KiB"
text = "hello"
secret = "s3"
texts = ["a", "b,c"]
colour = "green"
pairs = { a = "b", "c d" = "e" }
[[part.rows]]
name = "one"
[[part.rows]]
name = "two"
amount = 2
)");
  ASSERT_THAT(outcome.problems(), ElementsAre());
  const Target& t = outcome.target;
  EXPECT_TRUE(t.truth);
  EXPECT_EQ(t.integer, 7);
  EXPECT_EQ(t.number, 1.0);
  EXPECT_EQ(t.duration, 90s);
  EXPECT_EQ(t.size, 128_KiB);
  EXPECT_EQ(t.bytes, 2048u);
  EXPECT_EQ(t.text, "hello");
  EXPECT_EQ(t.secret.reveal(), "s3");
  EXPECT_THAT(t.texts, ElementsAre("a", "b,c"));
  EXPECT_EQ(t.colour, Colour::green);
  EXPECT_THAT(t.pairs, ElementsAre(testing::Pair("a", "b"), testing::Pair("c d", "e")));
  ASSERT_EQ(t.rows.size(), 2u);
  EXPECT_EQ(t.rows[0].amount, 1);
  EXPECT_EQ(t.rows[1].name, "two");
  EXPECT_EQ(t.rows[1].amount, 2);
}

TEST(SettingsTest, a_wrong_type_is_told_with_its_place_and_the_right_form) {
  EXPECT_EQ(only_problem("[part]\ninteger = \"7\""),
            "f:2:11: part.integer: this is a text; write a whole number from 1 to 10 (things)");
  EXPECT_EQ(only_problem("[part]\ntruth = 1"),
            "f:2:9: part.truth: this is a whole number; write a truth value, true or false");
  EXPECT_EQ(only_problem("[part]\ntext = 1979-05-27"),
            "f:2:8: part.text: this is a date or time; write a text of at most 8 bytes");
  EXPECT_EQ(only_problem("[part]\ntexts = [\"a\", 1]"),
            "f:2:15: part.texts: this is a whole number; write a text");
  EXPECT_THAT(only_problem("[part]\npairs = { a = 1 }"),
              HasSubstr("f:2:15: part.pairs: this is a whole number; write a text"));
  EXPECT_EQ(only_problem("part = 1"), "f:1:8: part: this is a whole number; write a table: write [part]");
}

TEST(SettingsTest, a_value_out_of_bounds_is_told_with_the_bounds) {
  EXPECT_EQ(only_problem("[part]\ninteger = 11"),
            "f:2:11: part.integer: 11 is out of bounds; write a whole number from 1 to 10 (things)");
  EXPECT_EQ(only_problem("[part]\ninteger = 0"),
            "f:2:11: part.integer: 0 is out of bounds; write a whole number from 1 to 10 (things)");
  EXPECT_THAT(only_problem("[part]\nduration = \"9ms\""),
              HasSubstr("\"9ms\" is out of bounds; write a duration from \"10ms\" to \"1h\""));
  EXPECT_THAT(only_problem("[part]\nduration = \"61m\""), HasSubstr("\"61m\" is out of bounds"));
  EXPECT_THAT(only_problem("[part]\nsize = \"1023B\""),
              HasSubstr("\"1023B\" is out of bounds; write a size from \"1KiB\" to \"1MiB\""));
  EXPECT_THAT(only_problem("[part]\nnumber = 1.5"), HasSubstr("1.5 is out of bounds"));
  EXPECT_THAT(only_problem("[part]\nnumber = nan"), HasSubstr("nan is out of bounds"));
  EXPECT_THAT(only_problem("[part]\ntext = \"123456789\""), HasSubstr("a text of 9 bytes is out of bounds"));
  EXPECT_THAT(only_problem("[part]\ntexts = [\"\", \"\", \"\", \"\"]"),
              HasSubstr("4 texts is out of bounds"));
  EXPECT_THAT(only_problem("[part]\nrows = [{name=\"a\"},{name=\"b\"},{name=\"c\"}]"),
              HasSubstr("3 tables is out of bounds"));
}

TEST(SettingsTest, bounds_are_inclusive) {
  const Outcome outcome =
      read("[part]\ninteger = 10\nduration = \"10ms\"\nsize = \"1MiB\"\ntext = \"12345678\"");
  EXPECT_THAT(outcome.problems(), ElementsAre());
}

TEST(SettingsTest, a_number_without_a_unit_is_no_duration_and_no_size) {
  EXPECT_THAT(only_problem("[part]\nduration = 15"),
              HasSubstr("this number has no unit; write a duration from"));
  EXPECT_THAT(only_problem("[part]\nsize = 4096"), HasSubstr("this number has no unit; write a size from"));
  EXPECT_THAT(only_problem("[part]\nduration = \"15\""), HasSubstr("this is not a duration"));
  EXPECT_THAT(only_problem("[part]\nsize = \"1MB\""), HasSubstr("Units: B, KiB, MiB, GiB, TiB"));
}

TEST(SettingsTest, an_unknown_key_is_an_error_that_suggests_the_closest_one) {
  EXPECT_EQ(only_problem("[part]\nintger = 3"),
            "f:2:1: part.intger: there is no such setting; did you mean part.integer?");
  EXPECT_EQ(only_problem("[prat]\ninteger = 3"), "f:1:2: prat: there is no such setting; did you mean part?");
  EXPECT_EQ(only_problem("colour = \"red\""),
            "f:1:1: colour: there is no such setting; did you mean part.colour?");
  EXPECT_EQ(only_problem("[part]\nzzzzzzz = 3"), "f:2:1: part.zzzzzzz: there is no such setting");
  EXPECT_EQ(only_problem("\"part.integer\" = 3"),
            "f:1:1: part.integer: there is no such setting; did you mean part.integer?");
}

TEST(SettingsTest, a_row_names_its_index_and_lacks_nothing_that_must_be_set) {
  EXPECT_EQ(only_problem("[[part.rows]]\nname = \"a\"\n[[part.rows]]\nnome = \"b\"\nname = \"b\""),
            "f:4:1: part.rows[1].nome: there is no such setting; did you mean part.rows[1].name?");
  EXPECT_EQ(only_problem("[[part.rows]]\namount = 2"), "f:1:1: part.rows[0].name: it must be set: Its name.");
  EXPECT_EQ(only_problem("[[part.rows]]\nname = \"\""), "f:2:8: part.rows[0].name: it must not be empty");
  EXPECT_THAT(only_problem("[part.rows]\nname = \"a\""), HasSubstr("this is a table; write a table array"));
}

TEST(SettingsTest, a_choice_suggests_the_closest_word) {
  EXPECT_THAT(only_problem("[part]\ncolour = \"gren\""),
              HasSubstr("one of \"red\", \"green\". Did you mean \"green\"?"));
}

TEST(SettingsTest, a_wrong_value_leaves_the_default) {
  EXPECT_EQ(read("[part]\ninteger = 99").target.integer, 5);
  EXPECT_EQ(read("[part]\nduration = \"x\"").target.duration, 1500ms);
}

TEST(SettingsTest, a_secret_is_in_no_message) {
  EXPECT_THAT(only_problem("[part]\nsecret = \"hunter2hunter2\""), testing::Not(HasSubstr("hunter2")));
}

TEST(SettingsTest, text_from_outside_the_file_is_read_by_the_setting_type) {
  Target target;
  Settings settings;
  declare(settings, target);
  ConfigReading reading;
  const ConfigPlace place{"environment variable X", 0, 0};
  EXPECT_TRUE(settings.assign_text("part.integer", "8", place, reading));
  EXPECT_TRUE(settings.assign_text("part.truth", "true", place, reading));
  EXPECT_TRUE(settings.assign_text("part.number", "0.25", place, reading));
  EXPECT_TRUE(settings.assign_text("part.duration", "2s", place, reading));
  EXPECT_TRUE(settings.assign_text("part.texts", " a, b ,,c", place, reading));
  EXPECT_TRUE(settings.assign_text("part.pairs", "a=b, c=", place, reading));
  EXPECT_TRUE(settings.assign_text("part.colour", "green", place, reading));
  EXPECT_FALSE(settings.assign_text("part.nothing", "1", place, reading));
  EXPECT_TRUE(reading.problems.empty());
  EXPECT_EQ(target.integer, 8);
  EXPECT_TRUE(target.truth);
  EXPECT_EQ(target.number, 0.25);
  EXPECT_EQ(target.duration, 2s);
  EXPECT_THAT(target.texts, ElementsAre("a", "b", "c"));
  EXPECT_EQ(target.colour, Colour::green);
  EXPECT_THAT(target.pairs, ElementsAre(testing::Pair("a", "b"), testing::Pair("c", "")));

  settings.assign_text("part.integer", "8x", place, reading);
  settings.assign_text("part.rows", "a", place, reading);
  ASSERT_EQ(reading.problems.size(), 2u);
  EXPECT_EQ(
      reading.problems[0].text(),
      "environment variable X: part.integer: this is a text; write a whole number from 1 to 10 (things)");
  EXPECT_EQ(reading.problems[1].text(),
            "environment variable X: part.rows: tables can be set in the configuration file only");
}

TEST(TomlReaderTest, a_syntax_error_names_line_and_column) {
  EXPECT_THAT(only_problem("a = 1\nb = = 2"), testing::StartsWith("f:2:5: "));
}

TEST(TomlReaderTest, a_file_that_is_not_utf8_or_has_an_endless_line_is_refused_with_the_line) {
  EXPECT_EQ(only_problem("a = 1\nb = \"\xff\""), "f:2: this is not UTF-8; save the file as UTF-8");
  EXPECT_EQ(only_problem("a = 1\n" + std::string(9000, '#')),
            "f:2: the line is longer than 8192 bytes; break it up");
  EXPECT_EQ(only_problem(std::string(kMaxConfigBytes + 1, '\n')), "f: the file is larger than 1048576 bytes");
}

TEST(SpellingTest, distance_counts_letters_inserted_removed_changed_and_swapped) {
  EXPECT_EQ(spelling_distance("port", "port"), 0u);
  EXPECT_EQ(spelling_distance("prot", "port"), 1u);
  EXPECT_EQ(spelling_distance("por", "port"), 1u);
  EXPECT_EQ(spelling_distance("ports", "port"), 1u);
  EXPECT_EQ(spelling_distance("part", "port"), 1u);
  EXPECT_EQ(spelling_distance("", "port"), 4u);
}

TEST(SpellingTest, a_word_that_is_too_different_or_too_long_suggests_nothing) {
  EXPECT_EQ(closest_word("heartbeat", {"heartbeats", "header"}), "heartbeats");
  EXPECT_EQ(closest_word("abc", {"xyz"}), "");
  EXPECT_EQ(closest_word(std::string(65, 'a'), {std::string(65, 'a')}), "");
}

TEST(SettingsTest, x10_an_address_is_looked_at_and_not_shown) {
  const auto problem = [](const std::string& address) {
    std::string target;
    Settings settings;
    settings.section("part", "A part.");
    settings.string("address", target, 256, "An address.").address();
    ConfigReading reading;
    settings.assign_text("part.address", address, {"option --address", 0, 0}, reading);
    EXPECT_EQ(target.empty(), !reading.problems.empty() || address.empty()) << address;
    return reading.problems.empty() ? std::string() : reading.problems.front().message;
  };
  for (const char* fine :
       {"", "https://example.com", "https://example.com:443/v1?a=b@c", "http://[::1]:8080/v1",
        "http://[::1]/", "proxy:3128", "socks5h://127.0.0.1:1080", "https://example.com/@user"})
    EXPECT_EQ(problem(fine), "") << fine;
  for (const char* credentials :
       {"https://ann:pass@example.com", "https://ann@example.com/v1", "ann:pass@proxy:3128",
        "https://example.com:443@evil.example", "https://a@b@c"})
    EXPECT_THAT(problem(credentials), HasSubstr("user name or a password")) << credentials;
  for (const char* port :
       {"https://example.com:0", "https://example.com:65536/", "https://example.com:/v1",
        "https://example.com:x", "proxy:99999", "http://[::1]:99999", "https://example.com:-1"})
    EXPECT_THAT(problem(port), HasSubstr("port must be a number")) << port;
  EXPECT_THAT(problem("http://::1:8080"), testing::AnyOf(HasSubstr("brackets"), HasSubstr("no host")));
  EXPECT_THAT(problem("http://fd00::1:8080"), HasSubstr("brackets"));
  for (const char* nothing : {"https://", "https:///v1", "http://:8080"})
    EXPECT_THAT(problem(nothing), HasSubstr("no host")) << nothing;
  EXPECT_THAT(problem("https://example.com /v1"), HasSubstr("no spaces"));
}

}  // namespace
}  // namespace belay::ops
