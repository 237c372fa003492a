#include "base/loop.hpp"

#include <iterator>
#include <utility>

#include <boost/asio/post.hpp>

namespace belay {
namespace {
thread_local Loop* current_loop = nullptr;
// The end of a turn, and with it every reader, waits for the handlers of the turn. From 500 down to 50 µs a token
// costs about the same, and is the earlier the shorter the turn is (docs/PERFORMANCE.md).
constexpr std::chrono::microseconds kMaxTurnTime{200};
// The same bound for a clock that stands still, as in tests.
constexpr int kMaxHandlersPerTurn = 512;

struct CurrentScope {
  explicit CurrentScope(Loop* loop) : before(current_loop) { current_loop = loop; }
  ~CurrentScope() { current_loop = before; }
  Loop* before;
};
}  // namespace

Loop::Loop(std::size_t index, const Clock& clock) : index_(index), clock_(clock), timers_(clock) {}
Loop::~Loop() = default;

Loop* Loop::current() {
  return current_loop;
}

void Loop::run() {
  const CurrentScope scope(this);
  while (!stopping_) {
    arm_wheel();
    begin_turn();
    context_.run_one();
    for (int n = 1; n < kMaxHandlersPerTurn && !stopping_ && !turn_is_over(); ++n)
      if (context_.poll_one() == 0) break;
    timers_.advance();
    end_turn();
  }
}

bool Loop::turn() {
  const CurrentScope scope(this);
  begin_turn();
  int ran = 0;
  while (ran < kMaxHandlersPerTurn && !turn_is_over() && context_.poll_one() != 0) ++ran;
  timers_.advance();
  end_turn();
  return ran != 0;
}

void Loop::stop() {
  post([this] { stopping_ = true; });
}

bool Loop::turn_is_over() {
  const SteadyTime now = clock_.steady();
  // Time that the loop has waited for the first handler does not count, so the turn begins with this question.
  if (!turn_began_) turn_began_ = now;
  return now - *turn_began_ >= kMaxTurnTime;
}

void Loop::post(Task task) {
  bool first;
  {
    const std::lock_guard lock(inbox_mutex_);
    first = inbox_.empty();
    inbox_.push_back(std::move(task));
  }
  if (first) boost::asio::post(context_, [this] { drain_inbox(); });
}

void Loop::drain_inbox() {
  const bool waiting = !tasks_.empty();  // run_tasks() is posted already
  {
    const std::lock_guard lock(inbox_mutex_);
    if (waiting) {
      tasks_.erase(tasks_.begin(),
                   tasks_.begin() + static_cast<std::ptrdiff_t>(std::exchange(next_task_, 0)));
      std::move(inbox_.begin(), inbox_.end(), std::back_inserter(tasks_));
      inbox_.clear();
    } else {
      tasks_.swap(inbox_);
    }
  }
  if (!waiting) run_tasks();
}

void Loop::run_tasks() {
  while (next_task_ < tasks_.size()) {
    Task task = std::move(tasks_[next_task_++]);
    task();
    if (turn_is_over()) break;
  }
  if (next_task_ < tasks_.size()) return boost::asio::post(context_, [this] { run_tasks(); });
  tasks_.clear();
  next_task_ = 0;
}

void Loop::arm_wheel() {
  const auto due = timers_.next_due();
  // A kernel timer that fires too early is harmless, but one that fires too late is not. So the timer is only
  // ever moved to an earlier time.
  if (!due || (wheel_armed_for_ && *wheel_armed_for_ <= *due)) return;
  wheel_armed_for_ = due;
  wheel_timer_.expires_at(*due);
  wheel_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) wheel_armed_for_.reset();  // advance() fires the timers at the end of this turn
  });
}

void Loop::end_turn() {
  for (TurnHook* hook : hooks_) hook->turn_ended();
}

}  // namespace belay
