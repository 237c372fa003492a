#include "surfaces/chat/parse.hpp"

#include <gtest/gtest.h>

#include "surfaces/chat/commands.hpp"
#include "surfaces/session_position.hpp"

namespace belay::surfaces::chat {
namespace {

TEST(ChatCommandLine, C5IsASlashAndAWordAndWhatFollowsIt) {
  struct Row {
    const char* prompt;
    const char* name;  // null: no command
    const char* argument;
  };
  const Row rows[] = {
      {"/help", "help", ""},
      {"  /HELP \n", "help", ""},
      {"/model grok-3", "model", "grok-3"},
      {"/model   two words ", "model", "two words"},
      {"/frob-nicate", "frob-nicate", ""},
      {"help", nullptr, ""},
      {"", nullptr, ""},
      {"/", nullptr, ""},
      {"/ help", nullptr, ""},
      {"//help", nullptr, ""},
      {"/usr/bin/env", nullptr, ""},
      {"/etc/passwd is a file", nullptr, ""},
      {"/7 of 9", nullptr, ""},
      {"say /help", nullptr, ""},
  };
  for (const Row& row : rows) {
    const auto line = parse_command(row.prompt);
    ASSERT_EQ(line.has_value(), row.name != nullptr) << row.prompt;
    if (!line) continue;
    EXPECT_EQ(line->name, row.name);
    EXPECT_EQ(line->argument, row.argument);
  }
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
