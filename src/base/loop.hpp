// One thread's event loop: an io_context, a timer wheel, an inbox, and the end of a turn.
//
// A turn is: wait until something is ready, run all that is ready (bounded), then run the turn's end. Work
// that pays off in batches hangs on the end: the journal writes what all runs of this thread appended in the
// turn with one system call, and only then are readers told (log first, deliver second).
//
// Everything is single-threaded but post(), wake-ups and stop(), which any thread may call. Tasks posted from
// one thread run in the order in which they were posted; many posted between two turns wake the loop once.
#pragma once

#include <atomic>
#include <mutex>
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

  // `index` is this loop's place among the server's loops: 0 … count-1, at most 64.
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
  // One turn that does not wait; for tests, which advance a ManualClock in between. Returns whether anything
  // ran.
  bool turn();
  // Any thread. The running turn is finished first.
  void stop();
  // The loop whose turn the calling thread is in, if any.
  static Loop* current();

  // Any thread: runs `task` on this loop, in its next turn (in this one, when called from the loop itself).
  void post(Task task);

  // Called at the end of every turn in which it was wanted. Hooks run in the order in which they were added.
  class TurnHook {
   public:
    virtual void turn_ended() = 0;

   protected:
    ~TurnHook() = default;
  };
  // Loop thread, or before run(). The hook outlives the loop's running.
  void add_turn_hook(TurnHook& hook) { hooks_.push_back(&hook); }

 private:
  void drain_inbox();
  void arm_wheel();
  void end_turn();

  const std::size_t index_;
  const Clock& clock_;
  TimerWheel timers_;  // before the context: coroutines that die with it may hold timers
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<Executor> work_{context_.get_executor()};
  boost::asio::steady_timer wheel_timer_{context_};
  std::optional<SteadyTime> wheel_armed_for_;
  std::vector<TurnHook*> hooks_;
  bool stopping_ = false;

  std::mutex inbox_mutex_;
  std::vector<Task> inbox_;
};

}  // namespace belay
