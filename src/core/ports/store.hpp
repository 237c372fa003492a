// The port to permanent storage: finished runs with their events, the messages of conversations, and the
// ledger. SQLite now, later PostgreSQL. Related ports for the surfaces: core/ports/conversation_store.hpp
// (what users read and change), core/ports/session_store.hpp, core/ports/answer_cache.hpp,
// core/ports/user_store.hpp, core/ports/ledger_store.hpp, core/ports/audit_log.hpp, core/ports/revocation_store.hpp.
//
// Asynchronous and thread-safe. Calls return at once. Results arrive in `done` on a thread of the store (post
// them to your loop). Calls take effect in the order in which they were made, on whatever thread, in groups
// of one transaction each. So a history that is requested after a settlement shows that settlement. The queue
// is bounded: when it is full, `done` gets `unavailable` at once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/function.hpp"
#include "base/result.hpp"
#include "base/run_id.hpp"
#include "core/ports/event_archive.hpp"
#include "core/types/event.hpp"
#include "core/types/message.hpp"
#include "core/types/payloads.hpp"
#include "core/types/records.hpp"

namespace belay {

// Estimates how many tokens a text takes in a prompt, conservatively. Pure; any thread. The server passes it
// in, because estimating belongs to the prompts module.
using TokenEstimate = TokenCount (*)(std::string_view text);

struct Retention {
  Milliseconds events{std::chrono::hours(24)};        // events of finished runs
  std::uint64_t max_event_bytes = 4ull << 30;         // beyond it, the oldest events are deleted first
  Milliseconds records{std::chrono::hours(24 * 30)};  // the record that a run existed: 410 instead of 404
};

class Store : public EventArchive {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  // Stores a user's message as soon as its run is in the log. Idempotent per run. The first message creates
  // the conversation.
  virtual void store_prompt(UserMessage message, Done<> done) = 0;

  // Stores events. Idempotent: a range that is already stored does not change.
  virtual void put_events(std::vector<ArchivedRange> ranges, Done<> done) = 0;
  // Settles a run, exactly once per run id, in one transaction. It stores the rest of the run's events, the
  // run's record, the assistant's message and the run's row in the ledger. The message is read from the
  // events, so a long answer is never in memory as a whole. It also stores the user's message, if the caller
  // is not sure that the store has it. The result is true if this call settled the run, false if it was
  // settled before.
  virtual void settle(RunRecord record, std::vector<ArchivedRange> rest, std::optional<UserMessage> prompt,
                      Done<bool> done) = 0;

  // A client has subscribed to a settled run.
  virtual void mark_opened(RunId run, Done<> done) = 0;
  // Runs that have events in the store and are not settled. Recovery takes them over, in addition to the
  // journal's runs.
  virtual void unsettled_runs(Done<std::vector<RunId>> done) = 0;

  virtual void find_run(RunId run, Done<std::optional<RunRecord>> done) = 0;
  virtual void find_by_key(std::string user, std::string surface, std::string idempotency_key,
                           Done<std::optional<RunRecord>> done) = 0;
  // The last offset up to which all events of the run, from 1 on, are stored. 0: none.
  virtual void archived_through(RunId run, Done<Offset> done) = 0;
  // Deletes what the retention settings no longer keep. The result is the number of runs whose events were
  // deleted.
  virtual void sweep(WallTime now, Retention retention, Done<std::uint64_t> done) = 0;
  // Calls `done` when all earlier calls have taken effect.
  virtual void flush(Done<> done) = 0;
};

}  // namespace belay
