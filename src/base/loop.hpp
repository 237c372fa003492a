// The event loop of one thread: an io_context, a timer wheel, an inbox for other threads, and turns.
//
// A turn has three steps: wait until something is ready, run everything that is ready (bounded in number and in
// time), then run the turn hooks. Work that is cheaper in batches belongs in a turn hook. For example, one hook writes to the
// journal what all runs of this thread appended in the turn, with one system call. Only then are readers
// notified (log first, deliver second).
//
// Everything runs on the loop's own thread, except post() and stop(), which any thread may call. Tasks posted
// from one thread run in the order in which they were posted. Many tasks posted between two turns wake the
// loop only once.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/clock.hpp"
#include "base/function.hpp"
#include "base/timer_wheel.hpp"

namespace belay {

class Loop {
 public:
  using Task = UniqueFunction<void()>;
  using Executor = boost::asio::io_context::executor_type;

  // `index` is this loop's index among the server's loops: 0 … count-1. A server has at most 64 loops.
  Loop(std::size_t index, const Clock& clock);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  std::size_t index() const { return index_; }
  const Clock& clock() const { return clock_; }
  boost::asio::io_context& context() { return context_; }
  Executor executor() { return context_.get_executor(); }
  TimerWheel& timers() { return timers_; }

  // Runs turns on the calling thread until stop().
  void run();
  // Runs one turn without waiting. For tests, which advance a ManualClock between turns. Returns whether
  // anything ran.
  bool turn();
  // Any thread. The current turn is finished first.
  void stop();
  // The loop whose turn the calling thread is running, or null.
  static Loop* current();

  // Whether the turn has lasted long enough (200 µs). What is ready and has not run yet runs in the next turn.
  // A handler that works on many sockets or tasks asks between two of them, and leaves the rest. Loop thread.
  //
  // The bound is in time, not in a number of handlers, because readers see nothing before the turn ends: with
  // 512 handlers of 64 sockets each, a loaded server's answers came a second late (docs/PERFORMANCE.md).
  bool turn_is_over();

  // Any thread: runs `task` on this loop in its next turn, or in the current turn if the caller is on this
  // loop.
  void post(Task task);

  // Called at the end of every turn. Hooks run in the order in which they were added.
  class TurnHook {
   public:
    virtual void turn_ended() = 0;

   protected:
    ~TurnHook() = default;
  };
  // Call it on the loop's thread, or before run(). The hook must exist for as long as the loop runs.
  void add_turn_hook(TurnHook& hook) { hooks_.push_back(&hook); }

 private:
  void drain_inbox();
  void run_tasks();
  void begin_turn() { turn_began_.reset(); }
  void arm_wheel();
  void end_turn();

  const std::size_t index_;
  const Clock& clock_;
  TimerWheel timers_;  // declared before context_: coroutines that context_ destroys may hold timers
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<Executor> work_{context_.get_executor()};
  boost::asio::steady_timer wheel_timer_{context_};
  std::optional<SteadyTime> wheel_armed_for_;
  std::vector<TurnHook*> hooks_;
  bool stopping_ = false;
  std::optional<SteadyTime> turn_began_;  // set by the first question whether the turn is over
  std::vector<Task> tasks_;               // taken from the inbox, in order
  std::size_t next_task_ = 0;             // those before it have run

  std::mutex inbox_mutex_;
  std::vector<Task> inbox_;
};

}  // namespace belay
