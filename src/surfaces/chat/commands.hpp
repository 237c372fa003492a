// Slash commands (requirement C5): a small table of commands that are answered without the model, or that
// give the model an instruction. Their answers are streamed and stored like any other. To add one: a function
// and a line in commands.cpp.
//
// A prompt is a command if it contains the command and nothing else, in any letter case, with any white space
// around it:
//
//   /clear            a command
//   /model grok-3     a command: /model and /persona take one word
//   /clear the cache  a question for the model: /clear takes no words
//   /etc is a folder  a question for the model: there is no such command
//   /hlep             one word that is no command: answered with the list of commands
//   //help            an escaped command, for the model: it reads "/help"
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_pool.hpp"
#include "core/ports/conversation_store.hpp"
#include "core/ports/session_store.hpp"
#include "policy/tiers.hpp"
#include "surfaces/runtime_config.hpp"

namespace belay::surfaces::chat {

// "/model grok-3": the word after the slash in lower case, and the word after it.
struct CommandLine {
  std::string name;
  std::string argument;
  bool asks_model = false;  // the model answers it
};
// Nothing when the prompt is for the model.
std::optional<CommandLine> parse_command(std::string_view prompt);
// The prompt as the model must read it: an escaped command loses one of its two slashes.
std::string without_escape(std::string prompt);

// The context of a command. Everything referred to must outlive the call.
struct CommandFacts {
  Loop& loop;
  ConversationStore& conversations;
  SessionStore& sessions;
  const RuntimeConfig& live;
  policy::Tier tier;
  const Session& session;
  std::string model;          // the current one, whether the tier allows it or not; empty: none was chosen
  std::string persona;        // the current one
  std::string export_prefix;  // of the export's address: "/api/chat/"
  std::string argument;
  WallTime now;
};

struct CommandAnswer {
  std::string text;         // the answer itself …
  std::string instruction;  // … or, if it is empty, an instruction to the model, after the conversation
};

// An unknown name is answered with the list of commands.
Awaitable<Result<CommandAnswer>> run_command(CommandLine command, CommandFacts facts);

}  // namespace belay::surfaces::chat
