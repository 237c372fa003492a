// Slash commands (requirement C5): a small table of words that are answered without, or before, the model.
// Their answers are streamed and kept like any other. To add one: a function and a line in commands.cpp.
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

// "/model grok-3": the word after the slash, and what follows it.
struct CommandLine {
  std::string name;
  std::string argument;
};
// Nothing when the prompt is no command: it does not begin with a slash and a word.
std::optional<CommandLine> parse_command(std::string_view prompt);

// What a command works on. Everything referred to outlives the call.
struct CommandFacts {
  Loop& loop;
  ConversationStore& conversations;
  SessionStore& sessions;
  const LiveSettings& live;
  policy::Tier tier;
  const Session& session;
  std::string model;          // in force
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
