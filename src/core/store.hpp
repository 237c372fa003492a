// The port to what is kept of runs: finished runs with their events, the messages that they leave, the
// ledger. SQLite here, later PostgreSQL. Beside it, for the surfaces: core/conversation_store.hpp (what users
// read and change), core/session_store.hpp (sessions, users), core/response_cache.hpp.
//
// Asynchronous and thread-safe: calls return at once, results come to `done` on a thread of the store's own
// (post them to your loop). Calls take effect in the order in which they were made, whatever thread made
// them, in groups of one transaction each: a history asked for after a settlement shows it. The queue is
// bounded: beyond it `done` gets `unavailable` at once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/function.hpp"
#include "base/result.hpp"
#include "base/run_id.hpp"
#include "core/chat.hpp"
#include "core/event.hpp"
#include "core/payloads.hpp"

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
RunState state_after(EventType terminal);  // of a terminal event

// Events of one run as the archive keeps them: what was one block in memory.
struct ArchivedRange {
  RunId run;
  Epoch epoch = 1;
  Offset first = 0;
  std::uint32_t count = 0;
  WallTime base_time;
  std::shared_ptr<const std::string> bytes;
};

// Counts what a text takes of a prompt, on the safe side. Pure; any thread. Given in by the house, since
// estimating is a matter of prompts.
using TokenEstimate = TokenCount (*)(std::string_view text);

// Where an epoch begins in a log: its first offset.
struct EpochStart {
  Epoch epoch = 1;
  Offset first = 1;
};

// What a message is to the prompts that come after it.
enum class MessageKind : std::uint8_t {
  chat = 1,     // a turn of the conversation
  command = 2,  // a slash command or its answer: shown in the history, no part of any prompt
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
  ErrorCode code = ErrorCode::internal;  // when it did not complete
  std::optional<FinishReason>
      finish;  // when the provider said how the answer ended; find_run() leaves it out
  std::vector<EpochStart> epochs{{}};
  Offset last = 0;  // offset of the terminal event
  Usage usage;
  Offset text_from = 1;
  std::uint64_t text_bytes = 0;
  std::string idempotency_key;
  std::string body_digest;
  std::string project;     // the product's own, of the request; empty: none
  std::string task;        // likewise
  std::uint32_t turn = 0;  // which request of its session, from 0 (core/dialect.hpp)
  MessageKind kind = MessageKind::chat;
  AnswerSource source = AnswerSource::generated;
  NanoDollars cost;  // what its user is charged
  WallTime created;
  WallTime finished;
  bool opened = false;   // somebody has subscribed to it
  bool expired = false;  // nobody opened it in time, or its events are no longer kept
};

enum class Reaction : std::uint8_t { none = 0, like = 1, dislike = 2 };

struct StoredMessage {
  RunId run;
  Role role = Role::user;
  std::string content;
  std::string state;                   // "complete", or how the run ended: kept and marked
  std::optional<FinishReason> finish;  // of an answer whose end the provider named: `length` was cut off
  std::string model;
  Usage usage;
  WallTime created;
  MessageKind kind = MessageKind::chat;
  TokenCount tokens;  // of the content, estimated on the safe side: what it takes of a prompt
  NanoDollars cost;
  AnswerSource source = AnswerSource::generated;
  Reaction reaction = Reaction::none;
  std::string conversation;  // the client's id
  std::string project;
  std::string task;
};

struct ConversationKey {
  std::string user;
  std::string surface;
  std::string id;
};

// A user's message on its way into the store.
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

// What a run was charged, and that it counts against windowed limits: rebuilt into counters at start.
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

struct Retention {
  Milliseconds events{std::chrono::hours(24)};        // events of finished runs
  std::uint64_t most_event_bytes = 4ull << 30;        // the oldest go first beyond it
  Milliseconds records{std::chrono::hours(24 * 30)};  // the record that a run existed: 410 instead of 404
};

class Store {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~Store() = default;

  // A user's message, stored as soon as its run is in the log. Idempotent by run. A conversation begins with
  // its first message.
  virtual void store_prompt(UserMessage message, Done<> done) = 0;
  // The newest `most` messages, oldest first. An unknown conversation is empty.
  virtual void history(ConversationKey conversation, std::size_t most,
                       Done<std::vector<StoredMessage>> done) = 0;

  // Moves events here. Idempotent: a range that is here already stays as it is.
  virtual void put_events(std::vector<ArchivedRange> ranges, Done<> done) = 0;
  // Exactly once, by run id, in one transaction: the rest of its events, the run's record, the assistant's
  // message (read from the events, so that a long answer is never in memory whole) and its row in the ledger;
  // and the user's message, where the caller is not sure that the store has it. True: this call did it;
  // false: it had been done before.
  virtual void settle(RunRecord record, std::vector<ArchivedRange> rest, std::optional<UserMessage> prompt,
                      Done<bool> done) = 0;

  // A settled run has been subscribed to.
  virtual void mark_opened(RunId run, Done<> done) = 0;
  // Runs that have events here and have not been settled: what recovery takes up beside the journal.
  virtual void unsettled_runs(Done<std::vector<RunId>> done) = 0;

  virtual void find_run(RunId run, Done<std::optional<RunRecord>> done) = 0;
  virtual void find_by_key(std::string user, std::string surface, std::string idempotency_key,
                           Done<std::optional<RunRecord>> done) = 0;
  // Events from the one at `from` on, in order and without a gap; whole ranges (the first may begin before
  // `from`), of about `most_bytes`, at least one if there is any. Empty: none from there on. May overtake
  // queued writes.
  virtual void read_events(RunId run, Offset from, std::size_t most_bytes,
                           Done<std::vector<ArchivedRange>> done) = 0;
  // The last offset that is here for a run without a gap from 1; 0: none.
  virtual void archived_through(RunId run, Done<Offset> done) = 0;
  virtual void ledger_since(WallTime since, Done<std::vector<LedgerRow>> done) = 0;
  // Deletes what retention no longer keeps. The number of runs whose events went.
  virtual void sweep(WallTime now, Retention retention, Done<std::uint64_t> done) = 0;
  // Calls `done` when everything before it has taken effect.
  virtual void flush(Done<> done) = 0;
};

}  // namespace belay
