// What the stores keep of runs and conversations, as plain values.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/run_id.hpp"
#include "core/types/event.hpp"
#include "core/types/message.hpp"
#include "core/types/payloads.hpp"

namespace belay {

enum class RunState : std::uint8_t {
  queued = 1,
  running = 2,
  completed = 3,
  failed = 4,
  cancelled = 5,
  interrupted = 6
};
std::string_view to_string(RunState state);
// The state of a run whose log ends with this terminal event.
RunState state_after(EventType terminal);

// Events of one run as the archive keeps them. In memory, they were one block.
struct ArchivedRange {
  RunId run;
  Epoch epoch = 1;
  Offset first = 0;
  std::uint32_t count = 0;
  WallTime base_time;
  std::shared_ptr<const std::string> bytes;
};

// An epoch of a log, and the first offset in it.
struct EpochStart {
  Epoch epoch = 1;
  Offset first = 1;
};

// How a message counts in later prompts.
enum class MessageKind : std::uint8_t {
  chat = 1,     // a turn of the conversation
  command = 2,  // a slash command or its answer: shown in the history, but not part of any prompt
};

// A finished run.
struct RunRecord {
  RunId id;
  std::string user;
  std::string surface;
  std::string mode;
  std::string conversation;
  std::string model;
  RunState state = RunState::completed;
  ErrorCode code = ErrorCode::internal;  // why the run did not complete
  // Set if the provider reported how the answer ended. find_run() does not read it.
  std::optional<FinishReason> finish;
  std::vector<EpochStart> epochs{{}};
  Offset last = 0;  // offset of the terminal event
  Usage usage;
  Offset text_from = 1;
  std::uint64_t text_bytes = 0;
  std::string idempotency_key;
  std::string body_digest;
  std::string project;     // set by the product in the request; empty: none
  std::string task;        // same as project
  std::uint32_t turn = 0;  // which request of its session, from 0 (core/log/dialect.hpp)
  MessageKind kind = MessageKind::chat;
  AnswerSource source = AnswerSource::generated;
  NanoDollars cost;  // what its user is charged
  WallTime created;
  WallTime finished;
  bool opened = false;   // a client has subscribed to it
  bool expired = false;  // no client opened it in time, or its events are no longer kept
};

enum class Reaction : std::uint8_t { none = 0, like = 1, dislike = 2 };

struct StoredMessage {
  RunId run;
  Role role = Role::user;
  std::string content;
  std::string state;  // "complete", or how the run ended
  // Of an answer, if the provider reported how it ended. `length`: the answer was cut off.
  std::optional<FinishReason> finish;
  std::string model;
  Usage usage;
  WallTime created;
  MessageKind kind = MessageKind::chat;
  TokenCount tokens;  // tokens that the content takes in a prompt, conservative estimate
  NanoDollars cost;
  AnswerSource source = AnswerSource::generated;
  Reaction reaction = Reaction::none;
  std::string conversation;  // the client's id
  std::string project;
  std::string task;
  std::vector<ToolCall> tool_calls;
  std::string reasoning;
};

struct ConversationKey {
  std::string user;
  std::string surface;
  std::string id;
};

// A user's message on its way to the store.
struct UserMessage {
  ConversationKey conversation;
  RunId run;
  std::string text;
  WallTime created;
  TokenCount tokens{};
  MessageKind kind = MessageKind::chat;
  std::string project;
  std::string task;
};

// What a run was charged. At start, the counters of windowed limits are rebuilt from these rows.
struct LedgerRow {
  RunId run;
  std::string user;
  std::string surface;
  std::string mode;
  WallTime created;
  std::string model;
  AnswerSource source = AnswerSource::generated;
  Usage usage;
  NanoDollars cost;
};

}  // namespace belay
