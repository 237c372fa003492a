// One generation in progress: from the logged request to the logged end.
//
//   queued ──begin()──▶ running ──▶ completed | failed | cancelled | interrupted
//
// A Run is the sink of its provider call and the writer of its log. Whatever ends it (the provider, a client,
// a deadline, a limit), end() logs the one terminal event. When that event is durable, the run reports that
// it has ended, and the engine settles it. Only then do readers see the end. A run lives on one loop. The
// engine owns it through a shared_ptr, so that posted work can keep it alive or see that it is gone.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "base/utf8.hpp"
#include "core/log/log_committer.hpp"
#include "core/ports/engine_observer.hpp"
#include "core/ports/models.hpp"
#include "core/ports/prompt_seal.hpp"
#include "core/ports/provider.hpp"
#include "core/ports/tool_check.hpp"
#include "core/run/appendix.hpp"
#include "core/run/channel_feed.hpp"
#include "core/run/config.hpp"
#include "core/run/shared_generations.hpp"
#include "core/types/payloads.hpp"

namespace belay {

class Run final : public std::enable_shared_from_this<Run>, private GenerationSink, private CommitListener {
 public:
  // The parts of the server that a run uses. All of them outlive the run.
  struct Context {
    Loop& loop;
    LogCommitter& committer;
    ReaderHub& hub;  // of the loop
    EventLog& events;
    Store& store;
    EngineObserver& observer;
    const ToolCheck& tool_check;
    SharedGenerations& shared;
    const EngineConfig& config;
    const CacheConfig& cache;
    const PromptSeal* seal = nullptr;
  };
  // The state that an earlier process left in the log.
  struct RecoveredState {
    std::string text;  // the answer so far
    Offset text_from = 1;
    std::vector<ToolCall> actions;             // tool calls that were delivered
    std::vector<std::string> refused_calls{};  // ids of those that do not match their declaration
    std::uint64_t reasoning_bytes = 0;
    // Bytes of reasoning and of pieces of tool calls from the provider call that was cut off.
    std::uint64_t call_reasoning = 0;
    std::uint32_t calls = 0;                  // tool calls that have begun, whole ones included
    std::vector<std::uint32_t> open_calls{};  // those that are not whole, as logged
    std::uint32_t recoveries = 0;
    std::string resume_token;  // of an answer that the provider stores

    // The provider call that was cut off.
    std::string call;             // its name, if it is shared
    std::uint64_t call_from = 0;  // length of the text when the call began
    bool accepted = false;        // whether the provider accepted it
    Usage charged;                // for calls that were cut off before this one
    // What the engine finds out about the call (Engine::recover()).
    bool charged_elsewhere = false;         // another run is charged for the call
    std::uint64_t call_bytes = 0;           // the maximum that any run received from it
    std::optional<Usage> call_usage{};      // the usage that the provider reported
    std::vector<std::string> paid_calls{};  // shared calls that this run is charged for
  };

  // `ended` is called once, when the terminal event is durable and before any reader sees it.
  Run(Context context, RunRequest request, std::shared_ptr<const ModelTarget> target,
      std::shared_ptr<LogBuffer> log, UniqueFunction<void()> ended);
  ~Run();

  // Logs the request. `done` reports whether it was stored; only then does the run exist.
  void log_request(UniqueFunction<void(Result<>)> done);
  // It also appears in its user's channel. Call it before begin() or recover_after().
  void show_in(std::unique_ptr<ChannelFeed> feed);
  // Starts the provider call. The result is the position in the channel from which a reader sees all of the run.
  std::optional<Position> begin();
  // Continues the run after a crash.
  void recover_after(Milliseconds delay, RecoveredState recovered);
  // `done` is called when the end is in the log, whatever the end was.
  void cancel(Error reason, UniqueFunction<void()> done);
  // The process is stopping. Closes the provider call. The log stays open for the next process.
  void hand_over();

  const RunRequest& request() const { return request_; }
  const std::shared_ptr<LogBuffer>& shared_log() const { return log_; }
  const Terminal& terminal() const { return terminal_; }
  RunState state() const { return state_; }
  // Of the answer so far.
  std::uint64_t text_bytes() const { return terminal_.text_bytes; }
  // Any thread.
  bool expired() const { return expired_.load(); }
  // Any thread: whether it is certain that the store has the user's message.
  void prompt_is_stored() { prompt_stored_ = true; }
  bool has_stored_prompt() const { return prompt_stored_; }
  // The client got an error, so its key must start a new run when it is used again.
  void forget_key() { key_forgotten_ = true; }
  bool has_key() const { return !key_forgotten_ && !request_.idempotency_key.empty(); }
  Loop& loop() const { return context_.loop; }
  // Moves published events to the store: all except the newest `window` bytes.
  void spill(std::size_t window);

 private:
  // GenerationSink
  void on_call(std::string_view call) override;
  void on_accepted() override;
  void on_text(std::string_view piece) override;
  void on_reasoning(std::string_view piece) override;
  void on_tool_call_begin(std::uint32_t index, std::string_view id, std::string_view name) override;
  void on_tool_call_piece(std::uint32_t index, std::string_view json) override;
  void on_tool_call(ToolCall call) override;
  void on_usage(const Usage& usage) override;
  void on_stop_sequence(std::string_view sequence) override;
  void on_end(FinishReason reason) override;
  void on_error(Error error) override;
  void on_resumable(std::string_view token) override;
  void on_stage(std::string_view name) override;
  // CommitListener
  void on_end_durable() override { ended_(); }
  void on_published() override;
  void on_refused(const Error& error) override;

  void recover(RecoveredState recovered);
  bool can_continue(const RecoveredState& recovered) const;
  bool can_restart() const;
  void continue_from(std::string text);
  void restart();
  void confirm_resumed();
  void resume_failed(Error error);
  void append(EventType type, std::string_view payload);
  void append_stage(std::string_view name);
  void append_delta(std::string_view text);
  void begin_part(PartKind kind);
  std::uint32_t next_place() const;
  bool is_known_call(std::string_view id) const;
  std::string problem_of(const ToolCall& call) const;
  bool begin_call(std::string_view id, std::string_view name);
  std::vector<std::uint32_t> take_open_calls();
  bool fits(std::size_t more);
  Usage estimated_usage(std::uint64_t answer_before, std::uint64_t answer) const;
  std::optional<LostCall> take_charge();
  void complete_usage();
  void call_provider(std::string partial_answer, std::string resume_token = {});
  void interrupt();
  void fail_unrecoverable();
  void fail(ErrorCode code, std::string message);
  void end(EventType type);
  void close_generation();
  void update_pace();
  void watch();
  void arm_watch();
  Milliseconds time_until_expiry() const;
  std::optional<Milliseconds> unwatched_grace() const;
  bool never_opened() const;
  void expire();
  Milliseconds age() const {
    return std::chrono::duration_cast<Milliseconds>(context_.loop.clock().steady() - begun_);
  }

  const Context context_;
  // First the members that every piece of the answer uses. With many runs, memory access takes the most time.
  const std::shared_ptr<LogBuffer> log_;
  std::unique_ptr<Generation> generation_;
  std::unique_ptr<ChannelFeed> feed_;  // null: it appears in no channel
  RunState state_ = RunState::queued;
  bool in_sink_ = false;
  bool paused_ = false;
  bool spilling_ = false;
  bool spill_failed_ = false;  // the last attempt failed and is retried
  bool reported_ = false;
  bool answering_ = false;  // the log says that the answer has begun
  bool called_ = false;     // the provider has been called in this process
  bool accepted_ = false;   // and it has accepted the call
  bool usage_known_ = false;
  // Set until the provider has continued the answer that it stores.
  struct Resumed {
    RecoveredState recovered;
    std::optional<LostCall> lost_call;  // charged if the provider turns out to have lost the answer
  };
  std::unique_ptr<Resumed> resumed_;
  std::size_t tool_call_bytes_ = 0;
  std::uint64_t reasoning_bytes_ = 0;
  bool shows_reasoning_ = false;
  bool streams_parts_ = false;
  Offset counted_ = 0;  // events reported to the observer
  UniqueFunction<void(Result<>)> logged_;
  Utf8Joiner joiner_;
  AppendixCollector appendix_;
  Terminal terminal_;

  const RunRequest request_;
  const std::shared_ptr<const ModelTarget> target_;  // never null; without a provider if the model is gone
  UniqueFunction<void()> ended_;
  std::vector<UniqueFunction<void()>> when_ended_;
  std::size_t max_answer_;
  const SteadyTime begun_;
  std::optional<SteadyTime> unwatched_since_;
  SharedGenerations::Participant* participant_ = nullptr;  // generation_, if it is shared
  std::atomic<bool> expired_{false};
  std::atomic<bool> prompt_stored_{false};
  bool key_forgotten_ = false;
  std::uint32_t tool_calls_ = 0;  // matching their declaration or not
  // Calls that the provider is making in pieces.
  struct OpenCall {
    std::uint32_t index;  // the provider's
    std::uint32_t logged_as;
    std::uint32_t place;  // the number of parts before it
    std::string id;
    bool is_known;  // it was logged by an earlier process
  };
  std::vector<OpenCall> open_calls_;
  std::vector<std::uint32_t> cut_calls_;    // RecoveredState::open_calls
  std::vector<std::string> refused_calls_;  // ids, like RecoveredState::refused_calls
  std::uint32_t logged_calls_ = 0;          // calls of the answer that have begun, if the log streams parts
  // The number of bytes of the answer from which the current provider call continues.
  std::uint64_t text_before_ = 0;
  std::string call_;                   // its name, if it is shared
  Usage charged_;                      // for calls that crashes cut off, as logged
  std::optional<LostCall> lost_call_;  // the last such call, until its charge is logged
  std::string joined_;
  Timer deadline_;
  Timer watch_;
  std::optional<Timer> recovery_;
};

}  // namespace belay
