// What the stores keep of runs and conversations, as plain values.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/run_id.hpp"
#include "core/types/branch.hpp"
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
// Whether a run that has ended counts against quotas (requirement S3): it completed, or was cancelled after the answer
// had begun.
bool counts_against_quotas(RunState state, std::uint64_t text_bytes);

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

// The id of a message: its run, and which of the run's two messages it is. As text: "RUN-u" or "RUN-a".
struct MessageId {
  RunId run;
  Role role = Role::user;

  static std::optional<MessageId> parse(std::string_view text);
  std::string text() const;
  friend bool operator==(const MessageId&, const MessageId&) = default;
};

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
  std::vector<ToolCall> tool_calls;  // of an answer: the actions that were sent to the client
  std::string reasoning;             // of an answer, if it was shown
  // The message that this one follows; empty: it is the first. Only read where a call says so, like `siblings`.
  std::optional<MessageId> parent;
  // The messages that stand in the same place on other branches, oldest first, this one included. Empty: there is
  // no other.
  std::vector<MessageId> siblings;

  MessageId id() const { return {run, role}; }
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
  Branch branch{};        // if it has no question, only the run's place is stored
  std::string share_key;  // of the run: a cached answer goes together with the conversation
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
  bool counts_against_quotas = true;  // or is still running
};

}  // namespace belay
