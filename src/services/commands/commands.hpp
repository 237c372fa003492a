// Answers slash commands (command_line.hpp).
#pragma once

#include <string>

#include "base/deadline.hpp"
#include "base/thread_pool.hpp"
#include "core/ports/conversation_store.hpp"
#include "core/ports/ledger_store.hpp"
#include "core/ports/session_store.hpp"
#include "policy/tiers.hpp"
#include "services/commands/command_line.hpp"
#include "services/erasure/engine_erasures.hpp"
#include "services/runtime_config.hpp"

namespace belay::services {

// The context of a command. Everything referred to must outlive the call.
struct CommandFacts {
  Loop& loop;
  Deadline deadline;
  ConversationStore& conversations;
  SessionStore& sessions;
  EngineErasures& erasures;
  RunId run;  // of the command itself
  LedgerStore& ledger;
  const RuntimeConfig& runtime;
  policy::Tier tier;
  const Session& session;
  std::string user;           // who has the conversation
  std::string model;          // the current one, whether the tier allows it or not; empty: none was chosen
  std::string persona;        // the current one
  std::string export_prefix;  // of the export's address: "/api/chat/"
  std::string argument;       // the word after the command
  WallTime now;
};

struct CommandAnswer {
  std::string text;         // the answer itself …
  std::string instruction;  // … or, if it is empty, an instruction to the model, after the conversation
};

// An unknown name is answered with the list of commands.
Awaitable<Result<CommandAnswer>> run_command(CommandLine command, CommandFacts facts);

}  // namespace belay::services
