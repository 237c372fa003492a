// Slash commands (requirement C5): a small table of words that are answered without, or before, the model.
// Their answers are streamed and kept like any other. To add one: a function and a line in commands.cpp.
//
// A prompt is a command when it is the command and nothing else, in any letter case, with any space around
// it:
//
//   /clear            a command
//   /model grok-3     a command: /model and /persona take one word
//   /clear the cache  a question, for the model: /clear takes no words
//   /etc is a folder  a question, for the model: there is no such command
//   /hlep             one word, and no command: answered with the list of those there are
//   //help            what would be a command, for the model: it reads "/help"
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/workers.hpp"
#include "core/conversation_store.hpp"
#include "core/session_store.hpp"
#include "policy/tiers.hpp"
#include "surfaces/live_settings.hpp"

namespace belay::surfaces::chat {

// "/model grok-3": the word after the slash in lower case, and the word that follows it.
struct CommandLine {
  std::string name;
  std::string argument;
  bool asks_model = false;  // its answer is the model's
};
// Nothing when the prompt is for the model.
std::optional<CommandLine> parse_command(std::string_view prompt);
// The prompt as the model is to read it: of a command that is escaped with a second slash, one slash goes.
std::string without_escape(std::string prompt);

// What a command works on. Everything referred to outlives the call.
struct CommandFacts {
  Loop& loop;
  ConversationStore& conversations;
  SessionStore& sessions;
  const LiveSettings& live;
  policy::Tier tier;
  const Session& session;
  std::string model;          // in force, whether the tier allows it or not; empty: none was chosen
  std::string persona;        // in force
  std::string export_prefix;  // of the export's address: "/api/chat/"
  std::string argument;
  WallTime now;
};

struct CommandAnswer {
  std::string text;         // said as it stands …
  std::string instruction;  // … or empty, and the model is told this, with the conversation before it
};

// An unknown name is answered with the list of those there are.
Awaitable<Result<CommandAnswer>> run_command(CommandLine command, CommandFacts facts);

}  // namespace belay::surfaces::chat
