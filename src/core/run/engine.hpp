// The run engine: manages every run, by its id, from the request to the settlement.
//
//   start() ─▶ request logged ─▶ provider answers ─▶ deltas logged ─▶ end logged ─▶ settle()
//
//   find() ─▶ the log, live or read from the store ─▶ subscribe() ─▶ bytes
//
// A service never holds a Run. It starts a run, finds its log, subscribes to it and cancels it. All functions
// are thread-safe unless a comment says otherwise. The awaitable ones take the caller's loop and resume on
// it. A run lives on the loop that started it. Other threads reach it with Loop::post().
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/deadline.hpp"
#include "base/snapshot.hpp"
#include "base/thread_pool.hpp"
#include "core/log/log_committer.hpp"
#include "core/log/reader_hub.hpp"
#include "core/log/subscription.hpp"
#include "core/ports/answer_cache.hpp"
#include "core/ports/counters.hpp"
#include "core/ports/engine_observer.hpp"
#include "core/ports/erasure_store.hpp"
#include "core/ports/event_log.hpp"
#include "core/ports/models.hpp"
#include "core/ports/prompt_seal.hpp"
#include "core/ports/store.hpp"
#include "core/ports/tool_check.hpp"
#include "core/run/channels.hpp"
#include "core/run/config.hpp"
#include "core/run/live_run.hpp"
#include "core/run/recovery.hpp"
#include "core/run/run.hpp"
#include "core/run/shared_generations.hpp"

namespace belay {

class Engine {
 public:
  // Everything passed in must outlive the engine.
  struct Parts {
    const Clock& clock;
    Random& random;
    EventLog& events;
    Store& store;
    Counters& counters;
    const Snapshot<ModelCatalogue>& models;  // must already hold a catalogue
    EngineObserver& observer;
    ToolCheck tool_check;
    EngineConfig config;
    // Null: answers are shared only while they are being generated.
    AnswerCache* cache = nullptr;
    CacheConfig caching = {};
    // Null: nothing is ever removed.
    ErasureStore* erasures = nullptr;
    // Null: no run appears in a channel.
    ChannelStore* channels = nullptr;
    // Null: prompts are logged as they are.
    const PromptSeal* seal = nullptr;
  };
  // Creates one committer and one hub per loop. Call it before the loops run.
  Engine(Parts parts, std::vector<Loop*> loops);
  ~Engine();

  // ---- Runs
  RunId make_id() { return RunId::make(parts_.clock, parts_.random); }

  // Whether a new run may start now. Fails with `draining` or `storage_full`.
  Result<> accepts_runs() const;
  // Logs the request and starts the answer. The run lives on the caller's loop. What is reserved for it in the
  // counters is settled when it ends. Waits for the journal for at most `max_log_wait`. A request that reaches the
  // log later than that is cancelled there and settled; its record has no idempotency key. A run that appears in a
  // channel is started on the channel's home.
  struct StartResult {
    Result<> started;
    bool may_be_logged = false;            // it failed, but may still reach the log: do not settle it
    std::optional<Position> in_channel{};  // from where a reader of its channel sees all of it
  };
  Awaitable<StartResult> start(Loop& loop, RunRequest request);
  // Ends the run for good. Succeeds if the run has already ended. Fails with `not_found` for an unknown run
  // or a run of another user. The provider call is closed at once. If the end is not logged within
  // `max_log_wait`, the result is an error, and the client may repeat the call: `storage_full` if the disk is
  // full, else `unavailable`.
  Awaitable<Result<>> cancel(Loop& loop, RunId id, std::string user);

  // The user's runs on this surface that have not been settled yet, oldest first.
  struct UserRun {
    RunId run;
    std::string conversation;  // empty: none
    std::string session;       // same
    bool has_ended = false;    // readers may have seen its end; its settlement was given to the store before
    std::string key{};         // the client's Idempotency-Key; empty: none
  };
  std::vector<UserRun> live_runs(const std::string& user, const std::string& surface) const;
  // One of them.
  std::optional<UserRun> find_live(RunId run, const std::string& user, const std::string& surface) const;
  // The newest of them that has not ended, and whose request had a body with this digest and no idempotency key.
  std::optional<RunId> find_live_by_body(const std::string& user, const std::string& surface,
                                         std::string_view digest) const;
  // Cancels the live runs that the erasure covers, and waits until they are settled. What it covers and is logged or
  // settled later, because it was late, is removed as well. Fails with `unavailable` if it takes longer than
  // `deadline`, and like cancel(); it may be repeated.
  Awaitable<Result<>> end_covered(Loop& loop, Erasure erasure, Deadline deadline);
  // What was removed must leave the journal's files (EventLog::close_files()).
  void close_log_files() { parts_.events.close_files(); }

  // ---- For operators: runs of all users
  // The runs in progress, newest first.
  Awaitable<LiveRunPage> list_live(Loop& loop, LiveRunQuery query);
  // The user of a run in progress; nothing: it is unknown, or has ended. It says the same as list_live().
  Awaitable<std::optional<std::string>> user_in_progress(Loop& loop, RunId id);
  // Like cancel(). Succeeds also if there is no such live run.
  Awaitable<Result<>> cancel_live(Loop& loop, RunId id, Error reason);

  // Null: there are none.
  Channels* channels() { return channels_.get(); }
  // Call it on the reader's loop.
  std::unique_ptr<ByteSource> read_channel(Loop& loop, OpenChannel channel, const Format& format);

  // ---- Logs
  // Waits until all ended answers of the conversation are stored. Fails with `unavailable` if that takes
  // longer than settle_wait. Call it before building a prompt from the history.
  Awaitable<Result<>> wait_for_settlement(Loop& loop, ConversationKey conversation);

  // The log of a user's run. Fails with `not_found` or `expired`.
  Awaitable<Result<std::shared_ptr<LogBuffer>>> find(Loop& loop, RunId id, std::string user);
  // Call it on the reader's loop. `after` must have been checked against the log. `skip`: see Subscription.
  std::unique_ptr<Subscription> subscribe(Loop& loop, std::shared_ptr<LogBuffer> log, const Format& format,
                                          Position after, std::size_t skip = 0);

  // ---- Start and stop of the process
  // Takes over the runs that an earlier process left. Call it before the loops run. Blocks until the store
  // has all their events. The counters get the slots and keys of the runs that continue.
  struct Recovered {
    std::uint64_t settled = 0;     // runs that had ended and were settled now
    std::uint64_t taken_over = 0;  // runs that continue
    ReplaySummary journal;
    std::vector<LedgerRow> open;   // the runs that continue, for the windowed limits to count
    std::uint64_t unreadable = 0;  // logs without a readable beginning: they cannot be recovered
  };
  Result<Recovered> recover();
  // From now on, accepts_runs() fails.
  void begin_drain() { draining_.store(true); }
  std::size_t live_runs() const;
  // The bytes of text in memory of all shared generations.
  std::size_t shared_text_bytes() { return shared_.held_bytes(); }
  // Makes every live run close its provider call. The logs stay open for the next process. The work
  // happens on the loop of each run. `done` is called when all runs have closed their calls.
  void hand_over_runs(UniqueFunction<void()> done);
  // Periodic: applies the retention limits.
  void sweep(const Retention& retention);
  // Periodic, on one thread: deletes the earlier processes' journal if recover() had to keep it.
  Result<> discard_recovered_journal();

 private:
  struct LoopParts {
    LoopParts(Loop& l, EventLog& events, std::vector<ReaderHub*>& hubs)
        : loop(l), hub(l), committer(l, events.open_writer(l), hubs) {}
    Loop& loop;
    ReaderHub hub;
    LogCommitter committer;
    // Runs whose callers already got an error because the journal took too long. The committer still uses
    // them.
    std::unordered_map<RunId, std::shared_ptr<Run>> late;
  };
  struct Starting;
  struct Waiting;
  struct Live {
    std::shared_ptr<Run> run;
    std::shared_ptr<LogBuffer> log;
    std::string user;
    std::vector<std::shared_ptr<Waiting>> until_settled{};
    bool is_erased = false;  // whoever ended it removes it as well
  };

  LoopParts& parts_of(Loop& loop) { return *loops_[loop.index()]; }
  std::shared_ptr<Run> make_run(Loop& loop, RunRequest&& request, std::shared_ptr<LogBuffer> log);
  void adopt(const std::shared_ptr<Run>& run);
  Awaitable<Result<>> cancel_run(Loop& loop, std::shared_ptr<Run> run, Error reason);
  std::vector<std::shared_ptr<Run>> choose_live(const LiveRunQuery& query) const;
  void log_in_time(const std::shared_ptr<Run>& run, const std::shared_ptr<Starting>& starting);
  void logged_late(const std::shared_ptr<Run>& run, const Result<>& logged);
  void store_prompt_of(const std::shared_ptr<Run>& run);
  Error not_logged_in_time(std::string_view what) const;
  std::shared_ptr<LogBuffer> take_over(RecoveredLogs::Log& log, Milliseconds delay);
  std::unique_ptr<ChannelFeed> restored_feed(const Run& run);
  void ended(const std::shared_ptr<Run>& run);
  void settle(std::shared_ptr<Run> run, Milliseconds pause);
  void settled(const std::shared_ptr<Run>& run, bool recorded_as_opened);
  // The user's message that the store must keep. Empty if the run has no conversation.
  static std::optional<UserMessage> prompt_of(const RunRequest& request);
  RunRecord record_of(const RunRequest& request, const Terminal& terminal) const;
  static std::optional<FinishReason> finish_of(RunState state, const Terminal& terminal);
  RunRecord record_of(const Run& run) const;
  RunRecord record_of(const RecoveredLogs::Log& log) const;
  static void charge_lost_calls(RecoveredLogs& found);
  void expect_shared(RecoveredLogs& found);
  void record_unreadable(const RunId& id, const RecoveredLogs::Log& log);
  std::shared_ptr<LogBuffer> log_from_record(const RunRecord& record);
  void remember(const std::shared_ptr<LogBuffer>& log);
  static std::string conversation_of(const RunRequest& request);
  Awaitable<Result<>> wait_until_settled(Loop& loop, RunId run, Deadline deadline);
  bool is_erased(const RunRequest& request) const;
  bool is_covered(const RunRequest& request) const;  // by one of `erasures_`; with `mutex_`
  Result<> erase_recovered(RecoveredLogs& found);
  void stop_waiting(const std::string& conversation, const std::shared_ptr<Waiting>& waiting);
  static std::string name_of(const ConversationKey& conversation);
  static ChannelRetention retention_of(const EngineConfig& config);

  Parts parts_;
  BlockCache cache_;
  SharedGenerations shared_;
  std::vector<std::unique_ptr<LoopParts>> loops_;
  std::vector<ReaderHub*> hubs_;
  std::unique_ptr<Channels> channels_;
  std::atomic<bool> draining_{false};
  // Runs whose new epoch is only in memory until an event in it is committed. Until then the earlier journal
  // stays, because it proves that a new epoch is needed.
  struct Unwritten {
    std::shared_ptr<LogBuffer> log;
    Offset last;  // last offset of the earlier epoch
  };
  std::vector<Unwritten> unwritten_epochs_;
  bool keeps_recovered_journal_ = false;
  std::size_t next_recovery_loop_ = 0;

  mutable std::mutex mutex_;  // guards the members below
  std::unordered_map<RunId, Live> live_;
  // Those of the last hours, for what is late.
  std::vector<Erasure> erasures_;
  std::unordered_map<RunId, std::weak_ptr<LogBuffer>> archived_;
  std::size_t tidy_archived_at_ = 4096;  // number of entries
  // Conversations with runs that have ended but are not settled, and the requests that wait for them.
  struct Waiting {
    Waiting(Loop& l, UniqueFunction<void(Result<>)> d) : loop(l), done(std::move(d)) {}
    // Call it on the loop. Only the first call has an effect.
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
};

}  // namespace belay
