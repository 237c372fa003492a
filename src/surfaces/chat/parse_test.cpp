#include "surfaces/chat/parse.hpp"

#include <gtest/gtest.h>

#include "services/commands/command_line.hpp"
#include "surfaces/session_position.hpp"

namespace belay::surfaces::chat {
namespace {

using services::parse_command;
using services::without_escape;

TEST(ChatCommandLine, C5_is_a_command_and_nothing_else) {
  struct Row {
    const char* prompt;
    const char* name;  // null: for the model
    const char* argument = "";
  };
  const Row rows[] = {
      {"/help", "help"},
      {"  /HELP \n", "help"},
      {"\t/Clear\r\n", "clear"},
      {"/model", "model"},
      {"/model grok-3", "model", "grok-3"},
      {"/MODEL   Grok-3 ", "model", "Grok-3"},
      {"/persona\ncalm_coach", "persona", "calm_coach"},
      // One word that is no command: answered with the list of commands.
      {"/hlep", "hlep"},
      {"/frob-nicate", "frob-nicate"},
      {"/no_think", "no_think"},
      // Commands that take no words and get some, or get too many.
      {"/clear the cache in Redis: how?", nullptr},
      {"/help me", nullptr},
      {"/summary\nof it", nullptr},
      {"/usage now", nullptr},
      {"/export pdf", nullptr},
      {"/model   two words ", nullptr},
      {"/persona of the narrator?", nullptr},
      // Text that begins with a slash but is not a command.
      {"/etc is a folder, why?", nullptr},
      {"/no_think hello", nullptr},
      {"/frob-nicate now", nullptr},
      {"/usr/bin/env", nullptr},
      {"/etc/passwd is a file", nullptr},
      {"/7 of 9", nullptr},
      {"/h\xC3\xA9lp", nullptr},
      {"/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", nullptr},
      {"help", nullptr},
      {"", nullptr},
      {" \n", nullptr},
      {"/", nullptr},
      {"/ help", nullptr},
      {"//help", nullptr},
      {"say /help", nullptr},
  };
  for (const Row& row : rows) {
    const auto line = parse_command(row.prompt);
    ASSERT_EQ(line.has_value(), row.name != nullptr) << row.prompt;
    if (!line) continue;
    EXPECT_EQ(line->name, row.name) << row.prompt;
    EXPECT_EQ(line->argument, row.argument) << row.prompt;
    EXPECT_FALSE(line->asks_model) << row.prompt;
  }
}

TEST(ChatCommandLine, C5_a_summary_is_the_models) {
  const auto line = parse_command("/summary");
  ASSERT_TRUE(line);
  EXPECT_TRUE(line->asks_model);
}

TEST(ChatCommandLine, C5_a_second_slash_sends_a_command_to_the_model_and_changes_nothing_else) {
  const std::pair<const char*, const char*> rows[] = {
      {"//help", "/help"},
      {" //CLEAR \n", " /CLEAR \n"},
      {"//model grok-3", "/model grok-3"},
      {"//no_think", "/no_think"},
      {"// a comment", "// a comment"},
      {"//clear the cache", "//clear the cache"},
      {"//usr/bin", "//usr/bin"},
      {"///help", "///help"},
      {"//", "//"},
      {"help", "help"},
      {" ", " "},
      {"", ""},
  };
  for (const auto& [prompt, read] : rows) EXPECT_EQ(without_escape(prompt), read) << prompt;
}

TEST(ChatPosition, X1PositionsOfASessionsAnswersFollowEachOther) {
  for (const std::uint32_t turn : {0u, 1u, 9u, 8'000u}) {
    const SessionPosition position{turn, {3, 77}};
    const Position wire = on_the_wire(position);
    EXPECT_LT(wire.offset, 1ull << 53) << "exact in JavaScript";
    EXPECT_EQ(from_the_wire(wire).turn, turn);
    EXPECT_EQ(from_the_wire(wire).position, position.position);
  }
  EXPECT_EQ(on_the_wire({0, {1, 5}}).text(), "1-5") << "the first answer's are the log's own";
  EXPECT_GT(on_the_wire({1, {1, 1}}).offset, on_the_wire({0, {1, 1'000'000'000}}).offset);
}

}  // namespace
}  // namespace belay::surfaces::chat
