// The run engine: every run there is, by its id, from admission to settlement.
//
//   start() ─▶ the request is in the log ─▶ the provider answers ─▶ deltas in the log ─▶ the end in the log
//   ─▶ settle() find() ─▶ the log, live or read back from the store ─▶ subscribe() ─▶ bytes
//
// A surface never holds a Run: it starts one, finds logs, subscribes and cancels. All calls are thread-safe
// unless said; the awaiting ones take the caller's loop and resume on it. A run lives on the loop that
// started it; everybody else reaches it by a post.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/snapshot.hpp"
#include "base/workers.hpp"
#include "core/config.hpp"
#include "core/counters.hpp"
#include "core/engine_observer.hpp"
#include "core/event_store.hpp"
#include "core/log_committer.hpp"
#include "core/models.hpp"
#include "core/reader_hub.hpp"
#include "core/recovery.hpp"
#include "core/response_cache.hpp"
#include "core/run.hpp"
#include "core/shared_generations.hpp"
#include "core/store.hpp"
#include "core/subscription.hpp"
#include "core/tool_check.hpp"

namespace belay {

class Engine {
 public:
  // Everything passed in outlives the engine.
  struct Parts {
    const Clock& clock;
    Random& random;
    EventStore& events;
    Store& store;
    Counters& counters;
    const Snapshot<ModelCatalogue>& models;  // holds one
    EngineObserver& observer;
    ToolCheck tool_check;
    EngineConfig config;
    ResponseCache* cache = nullptr;  // null: answers are shared while they are under way, and then forgotten
    CacheConfig caching = {};
  };
  // One committer and hub a loop are made here: before the loops run.
  Engine(Parts parts, std::vector<Loop*> loops);
  ~Engine();

  // ---- Runs
  RunId make_id() { return RunId::make(parts_.clock, parts_.random); }
  Counters& counters() { return parts_.counters; }
  Store& store() { return parts_.store; }
  const Clock& clock() const { return parts_.clock; }
  EngineObserver& observer() { return parts_.observer; }

  // Whether a new run may begin now: `draining`, `storage_full` or fine.
  Result<> accepts_runs() const;
  // Logs the request and has it answered. `request.reserved` has been reserved and is the engine's to give
  // back from here on, also on failure. The caller's loop becomes the run's. Waits for the journal for
  // `max_log_wait`. A request that comes into the log later than that is cancelled there, as if it had never
  // had its idempotency key.
  Awaitable<Result<>> start(Loop& loop, RunRequest request);
  // Ends it for good; fine for one that has ended. `not_found` for an unknown run or another user's. The
  // provider's call is closed at once. Where the end does not come into the log within `max_log_wait`, it is
  // an error that the client may repeat: `storage_full` on a full disk, else `unavailable`.
  Awaitable<Result<>> cancel(Loop& loop, RunId id, std::string user);

  // Until the conversation's answers whose end has been seen are stored; `unavailable` when that takes longer
  // than settle_wait. Before a prompt is made of its history.
  Awaitable<Result<>> wait_for_settlement(Loop& loop, ConversationKey conversation);

  // The log of a user's run: `not_found`, or `expired`.
  Awaitable<Result<std::shared_ptr<RunLog>>> find(Loop& loop, RunId id, std::string user);
  // On the reader's loop. `after` has been checked against the log.
  std::unique_ptr<Subscription> subscribe(Loop& loop, std::shared_ptr<RunLog> log, const Dialect& dialect,
                                          Position after);

  // ---- Idempotency. The first to claim a key runs; the others learn of its run.
  struct Claim {
    bool first = false;    // the key is the caller's, to be given to start() or to release_claim()
    bool pending = false;  // somebody else's request with this key is on its way in
    RunId run;             // of the run that has it
    std::string body_digest;
  };
  Awaitable<Result<Claim>> claim_key(Loop& loop, std::string user, std::string surface, std::string key,
                                     RunId run, std::string body_digest);
  void release_claim(const std::string& user, const std::string& surface, const std::string& key);

  // ---- Start and stop of the process
  // Takes up what an earlier process left; before the loops run. Blocks until the store has it. Concurrency
  // slots of runs that go on are counted again.
  struct Recovered {
    std::uint64_t settled = 0;   // had ended, and were settled now
    std::uint64_t taken_up = 0;  // are going on
    ReplaySummary journal;
    std::vector<LedgerRow> open;   // the runs that go on: what windows are to count
    std::uint64_t unreadable = 0;  // logs without a readable beginning: nothing can be done with them
  };
  Result<Recovered> recover();
  // From now on accepts_runs() refuses.
  void begin_drain() { draining_.store(true); }
  std::size_t live_runs() const;
  // Text of shared answers under way that is in memory, in bytes.
  std::size_t shared_text_bytes() { return shared_.held_bytes(); }
  // Every live run lets go of its provider; the logs stay open for the next process. On each run's loop;
  // `done` when all have.
  void abandon_runs(UniqueFunction<void()> done);
  // Periodic housekeeping: retention.
  void sweep(const Retention& retention);
  // Periodic, on one thread: lets the earlier processes' journal go where recover() had to leave it.
  Result<> discard_recovered_journal();

 private:
  struct LoopParts {
    LoopParts(Loop& l, EventStore& events, std::vector<ReaderHub*>& hubs)
        : loop(l), hub(l), committer(l, events.open_writer(l), hubs) {}
    Loop& loop;
    ReaderHub hub;
    LogCommitter committer;
    // Whose callers were told that it took too long, while the committer still has them.
    std::unordered_map<RunId, std::shared_ptr<Run>> late;
  };
  struct Starting;
  struct Live {
    std::shared_ptr<Run> run;
    std::shared_ptr<RunLog> log;
    std::string user;
  };

  LoopParts& parts_of(Loop& loop) { return *loops_[loop.index()]; }
  std::shared_ptr<Run> make_run(Loop& loop, RunRequest request, std::shared_ptr<RunLog> log);
  void adopt(const std::shared_ptr<Run>& run);
  void log_in_time(const std::shared_ptr<Run>& run, const std::shared_ptr<Starting>& starting);
  void logged_late(const std::shared_ptr<Run>& run, const Result<>& logged);
  void store_prompt_of(const std::shared_ptr<Run>& run);
  Error not_logged_in_time(std::string_view what) const;
  std::shared_ptr<RunLog> take_up(RecoveredLogs::Log& log, Milliseconds delay);
  void ended(const std::shared_ptr<Run>& run);
  void settle(std::shared_ptr<Run> run, Milliseconds pause);
  void settled(const std::shared_ptr<Run>& run, bool recorded_as_opened);
  // What the store is to keep of what the user said; nothing outside a conversation.
  static std::optional<UserMessage> prompt_of(const RunRequest& request);
  RunRecord record_of(const RunRequest& request, const Terminal& terminal) const;
  static std::optional<FinishReason> finish_of(RunState state, const Terminal& terminal);
  RunRecord record_of(const Run& run) const;
  RunRecord record_of(const RecoveredLogs::Log& log) const;
  static void charge_lost_calls(RecoveredLogs& found);
  void expect_shared(RecoveredLogs& found);
  void record_unreadable(const RunId& id, const RecoveredLogs::Log& log);
  std::shared_ptr<RunLog> log_from_record(const RunRecord& record);
  void remember(const std::shared_ptr<RunLog>& log);
  static std::string conversation_of(const RunRequest& request);
  struct Waiting;
  void stop_waiting(const std::string& conversation, const std::shared_ptr<Waiting>& waiting);
  static std::string claim_of(const std::string& user, const std::string& surface, const std::string& key);

  Parts parts_;
  BlockCache cache_;
  SharedGenerations shared_;
  std::vector<std::unique_ptr<LoopParts>> loops_;
  std::vector<ReaderHub*> hubs_;
  std::atomic<bool> draining_{false};
  // Runs whose new epoch stands in memory alone until an event of it is committed. The earlier journal, from
  // which it follows that there must be one, stays until then.
  struct Unwritten {
    std::shared_ptr<RunLog> log;
    Offset last;  // of the earlier epoch
  };
  std::vector<Unwritten> unwritten_epochs_;
  bool keeps_recovered_journal_ = false;
  std::size_t next_recovery_loop_ = 0;

  mutable std::mutex mutex_;  // guards what follows
  std::unordered_map<RunId, Live> live_;
  std::unordered_map<RunId, std::weak_ptr<RunLog>> archived_;
  std::size_t tidy_archived_at_ = 4096;  // entries
  // Conversations with runs that have ended and are not settled, and who waits for that.
  struct Waiting {
    Waiting(Loop& l, UniqueFunction<void(Result<>)> d) : loop(l), done(std::move(d)) {}
    // On the loop. The first one counts.
    void tell(Result<> result) {
      deadline->cancel();
      if (done) std::exchange(done, nullptr)(std::move(result));
    }
    Loop& loop;
    UniqueFunction<void(Result<>)> done;
    std::optional<Timer> deadline;
  };
  struct Unsettled {
    std::size_t runs = 0;
    std::vector<std::shared_ptr<Waiting>> waiting;
  };
  std::unordered_map<std::string, Unsettled> unsettled_;
  struct Claimed {
    RunId run;
    std::string body_digest;
    bool pending = true;
  };
  std::unordered_map<std::string, Claimed> claims_;
};

}  // namespace belay
