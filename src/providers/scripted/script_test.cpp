#include "providers/scripted/script.hpp"

#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gtest/gtest.h>

namespace belay::providers {
namespace {

Script script_of(std::string_view toml) {
  auto script = parse_script(toml, "answers.toml");
  EXPECT_TRUE(script.has_value()) << (script ? "" : script.error().detail);
  return script ? std::move(*script) : Script();
}

TEST(Script, ReadsEveryKey) {
  const Script script = script_of(R"(
[[answer]]
match = { prefix = "weather" }
text = "Sunny."
pieces = { by = "bytes", size = 3, split_utf8 = true, seed = 9 }
first_token_delay_ms = 250
pace_per_second = 12.5
usage = { input = 12, output = 3, cached = 2, reasoning = 1 }
tool_calls = [{ id = "call_1", name = "set_tempo", arguments = '{"bpm": 120}' }]
finish = "length"
fault = { kind = "status", status = 429, retry_after_ms = 200, times = 2 }
)");
  ASSERT_EQ(script.answers.size(), 1u);
  const ScriptedAnswer& answer = script.answers[0];
  EXPECT_EQ(answer.match.by, Match::By::prefix);
  EXPECT_EQ(*answer.text, "Sunny.");
  EXPECT_EQ(answer.cutting.by, Cutting::By::bytes);
  EXPECT_EQ(answer.cutting.size, 3u);
  EXPECT_TRUE(answer.cutting.split_utf8);
  EXPECT_EQ(answer.cutting.seed, 9u);
  EXPECT_EQ(answer.first_token_delay, Milliseconds(250));
  EXPECT_EQ(answer.pace_per_second, 12.5);
  EXPECT_EQ(answer.usage->input.value, 12u);
  EXPECT_EQ(answer.usage->reasoning.value, 1u);
  ASSERT_EQ(answer.tool_calls.size(), 1u);
  EXPECT_EQ(answer.tool_calls[0].arguments, R"({"bpm": 120})");
  EXPECT_EQ(answer.finish, FinishReason::length);
  EXPECT_EQ(answer.fault->kind, Fault::Kind::status);
  EXPECT_EQ(answer.fault->status, 429);
  EXPECT_EQ(answer.fault->retry_after, Milliseconds(200));
  EXPECT_EQ(answer.fault->times, 2u);
}

TEST(Script, ReadsATextFileBesideIt) {
  const auto folder =
      std::filesystem::path(testing::TempDir()) / ("belay_script_test_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "long.md") << "from a file\n";
  std::ofstream(folder / "answers.toml") << "[[answer]]\ntext_file = \"long.md\"\n";
  const auto script = load_script((folder / "answers.toml").string());
  ASSERT_TRUE(script.has_value()) << script.error().detail;
  EXPECT_EQ(*script->answers[0].text, "from a file\n");
  std::filesystem::remove_all(folder);
}

TEST(Script, MatchesInFourWays) {
  struct Case {
    const char* match;
    const char* message;
    bool matches;
  };
  for (const Case& c :
       {Case{"exact = \"hi\"", "hi", true}, Case{"exact = \"hi\"", "hi!", false},
        Case{"prefix = \"hi\"", "hi!", true}, Case{"prefix = \"hi\"", "oh hi", false},
        Case{"contains = \"hi\"", "oh hi!", true}, Case{"contains = \"hi\"", "ho", false},
        Case{"regex = \"^h[io]$\"", "ho", true}, Case{"regex = \"^h[io]$\"", "hoho", false}}) {
    const Script script = script_of(std::string("[[answer]]\nmatch = { ") + c.match + " }\n");
    ASSERT_EQ(script.answers.size(), 1u);
    EXPECT_EQ(script.answers[0].match.matches(c.message), c.matches) << c.match << " on " << c.message;
  }
}

TEST(Script, AnExpressionSeesTheFirstKibibyteOnly) {
  const Script script = script_of("[[answer]]\nmatch = { regex = \"end\" }\n");
  EXPECT_TRUE(script.answers[0].match.matches(std::string(1021, 'x') + "end"));
  EXPECT_FALSE(script.answers[0].match.matches(std::string(1022, 'x') + "end"));
}

TEST(Script, NamesTheLineOfWhatIsWrong) {
  struct Case {
    const char* line;  // third line of the script
    const char* says;
  };
  for (const Case& c :
       {Case{"txet = \"x\"", "unknown key `txet`"}, Case{"text = 5", "`text` must be a text"},
        Case{"words = -1", "`words` must be a whole number"},
        Case{"words = 10000001", "`words` must be a whole number"},
        Case{"pace_per_second = \"fast\"", "`pace_per_second` must be"},
        Case{"pieces = { by = \"line\" }", "`by` must be one of \"word\""},
        Case{"pieces = { size = 0 }", "`size` must be"},
        Case{"match = { regex = \"(\" }", "no ECMAScript regular expression"},
        Case{"match = { exact = \"a\", prefix = \"b\" }", "exactly one of"},
        Case{"fault = { status = 500 }", "needs a kind"},
        Case{"fault = { kind = \"explode\" }", "`kind` must be one of \"refuse\""},
        Case{"tool_calls = [{ id = \"x\" }]", "needs a name"},
        Case{"finish = \"never\"", "`finish` must be one of"},
        Case{"text_file = \"/no/such/file\"", "cannot be read"}, Case{"text = [", "answers.toml:3"}}) {
    const auto script =
        parse_script(std::string("# a comment\n[[answer]]\n") + c.line + "\n", "answers.toml");
    ASSERT_TRUE(script.has_error()) << c.line;
    EXPECT_EQ(script.error().code, ErrorCode::invalid_request);
    EXPECT_NE(script.error().detail.find(c.says), std::string::npos) << script.error().detail;
    EXPECT_TRUE(script.error().detail.starts_with("answers.toml:3: ")) << script.error().detail;
  }
}

TEST(Script, AFileThatIsNotThereIsNamed) {
  const auto script = load_script("/no/such/script.toml");
  ASSERT_TRUE(script.has_error());
  EXPECT_NE(script.error().detail.find("/no/such/script.toml"), std::string::npos);
}

}  // namespace
}  // namespace belay::providers
