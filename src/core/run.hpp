// One generation under way: from the logged request to the logged end.
//
//   queued ──begin()──▶ running ──▶ completed | failed | cancelled | interrupted
//
// A Run is the sink of its provider's call and the writer of its log. Whatever ends it (the provider, a
// client, a deadline, a bound) goes through end(), which logs the one terminal event; once that is durable
// the run reports itself finished, and the engine settles it; then readers see the end. Lives on one loop;
// owned by the engine through a shared_ptr, so that posted work can find out that it is gone.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "base/utf8.hpp"
#include "core/appendix.hpp"
#include "core/config.hpp"
#include "core/engine_observer.hpp"
#include "core/log_committer.hpp"
#include "core/models.hpp"
#include "core/payloads.hpp"
#include "core/provider.hpp"
#include "core/shared_generations.hpp"
#include "core/tool_check.hpp"

namespace belay {

class Run final : public std::enable_shared_from_this<Run>, private GenerationSink, private LogOwner {
 public:
  // What the run needs of the house; all of it outlives the run.
  struct House {
    Loop& loop;
    LogCommitter& committer;
    ReaderHub& hub;  // of the loop
    EventStore& events;
    Store& store;
    EngineObserver& observer;
    const ToolCheck& tool_check;
    SharedGenerations& shared;
    const EngineConfig& config;
    const CacheConfig& cache;
  };
  // Where an earlier process got to.
  struct Past {
    std::string text;  // the answer so far
    Offset text_from = 1;
    std::vector<ToolCall> actions;  // that were told
    std::uint32_t recoveries = 0;
    std::string resume_token;  // of an answer that the provider keeps

    // The provider's call that was cut off.
    std::string call;             // its name, where runs share it
    std::uint64_t call_from = 0;  // the text's length when it began
    bool accepted = false;        // by the provider
    Usage charged;                // for calls that were cut off before it
    // What the engine found out about it (Engine::recover()).
    bool charged_elsewhere = false;         // another run is charged for it
    std::uint64_t call_bytes = 0;           // the most that a run was told of it
    std::optional<Usage> call_usage{};      // what the provider counted
    std::vector<std::string> paid_calls{};  // shared calls that this run is charged for
  };

  // `ended` is called once, when the terminal event is durable and before a reader sees it.
  Run(House house, RunRequest request, ModelTarget target, std::shared_ptr<RunLog> log,
      UniqueFunction<void()> ended);
  ~Run();

  // Logs the request. `done` tells whether it was kept; only then does the run exist.
  void log_request(UniqueFunction<void(Result<>)> done);
  // Has the provider answer.
  void begin();
  // Goes on after a crash.
  void recover_after(Milliseconds delay, Past past);
  // `done` comes when the end is in the log, whichever end it was.
  void cancel(Error reason, UniqueFunction<void()> done);
  // The process is going down: the provider's connection is closed, the log stays open for the next process.
  void abandon();

  const RunRequest& request() const { return request_; }
  const std::shared_ptr<RunLog>& shared_log() const { return log_; }
  const Terminal& terminal() const { return terminal_; }
  RunState state() const { return state_; }
  // Any thread.
  bool expired() const { return expired_.load(); }
  // Any thread: whether the store has the user's message for certain.
  void prompt_is_stored() { prompt_stored_ = true; }
  bool has_stored_prompt() const { return prompt_stored_; }
  // Its client was refused: the same key asks anew.
  void forget_key() { key_forgotten_ = true; }
  bool has_key() const { return !key_forgotten_ && !request_.idempotency_key.empty(); }
  Loop& loop() const { return house_.loop; }
  // Moves what is published beyond the window (or all of it) into the store.
  void spill(std::size_t window);

 private:
  // GenerationSink
  void on_call(std::string_view call) override;
  void on_accepted() override;
  void on_text(std::string_view piece) override;
  void on_tool_call(ToolCall call) override;
  void on_usage(const Usage& usage) override;
  void on_end(FinishReason reason) override;
  void on_error(Error error) override;
  void on_resumable(std::string_view token) override;
  void on_stage(std::string_view name) override;
  // LogOwner
  void on_end_durable() override { ended_(); }
  void on_published() override;
  void on_refused(const Error& error) override;

  void recover(Past past);
  bool can_continue(const Past& past) const;
  bool can_restart() const;
  void go_on(std::string text);
  void restart();
  void confirm_resumed();
  void resume_failed(Error error);
  void append(EventType type, std::string_view payload);
  void append_stage(std::string_view name);
  void append_delta(std::string_view text);
  bool fits(std::size_t more);
  Usage estimated_usage(std::uint64_t answer_before, std::uint64_t answer) const;
  std::optional<LostCall> take_charge();
  void complete_usage();
  void call_provider(std::string partial_answer, std::string resume_token = {});
  void interrupt();
  void taken_up_in_vain();
  void fail(ErrorCode code, std::string message);
  void end(EventType type);
  void close_generation();
  void update_pace();
  void watch();
  void arm_watch();
  Milliseconds unopened_rest() const;
  bool nobody_came() const;
  void expire();
  Milliseconds age() const {
    return std::chrono::duration_cast<Milliseconds>(house_.loop.clock().steady() - begun_);
  }

  const House house_;
  // First what every piece of the answer touches: with many runs that is what the memory is waited for.
  const std::shared_ptr<RunLog> log_;
  std::unique_ptr<Generation> generation_;
  RunState state_ = RunState::queued;
  bool in_sink_ = false;
  bool paused_ = false;
  bool spilling_ = false;
  bool spill_failed_ = false;  // the last one: it is tried again
  bool reported_ = false;
  bool answering_ = false;  // the first delta has been logged
  bool called_ = false;     // the provider has been asked in this process
  bool accepted_ = false;   // and has accepted
  bool usage_known_ = false;
  std::unique_ptr<Past> resumed_;  // until the provider has gone on with the answer that it kept
  std::size_t tool_call_bytes_ = 0;
  Offset counted_ = 0;  // events told to the observer
  UniqueFunction<void(Result<>)> logged_;
  Utf8Joiner joiner_;
  AppendixCollector appendix_;
  Terminal terminal_;

  const RunRequest request_;
  const ModelTarget target_;
  UniqueFunction<void()> ended_;
  std::vector<UniqueFunction<void()>> when_ended_;
  const SteadyTime begun_;
  std::optional<SteadyTime> unwatched_since_;
  SharedGenerations::Seat* seat_ = nullptr;  // generation_, where that is shared
  std::atomic<bool> expired_{false};
  std::atomic<bool> prompt_stored_{false};
  bool key_forgotten_ = false;
  std::uint32_t tool_calls_ = 0;       // fitting or not
  std::uint64_t text_before_ = 0;      // bytes of the answer that the provider's call under way goes on from
  std::string call_;                   // its name, where runs share it
  Usage charged_;                      // for calls that crashes cut off, as logged
  std::optional<LostCall> lost_call_;  // the last of them, until it is logged
  std::optional<LostCall>
      resumed_lost_call_;  // the call that resumed_ goes on with, should it be lost after all
  std::string joined_;
  Timer deadline_;
  Timer watch_;
  std::optional<Timer> recovery_;
};

}  // namespace belay
