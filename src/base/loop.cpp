#include "base/loop.hpp"

#include <boost/asio/post.hpp>

namespace belay {
namespace {
thread_local Loop* current_loop = nullptr;
// The maximum number of handlers in one turn, so that the end of the turn (and with it every reader) is never
// delayed for long.
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
    context_.run_one();
    for (int n = 1; n < kMaxHandlersPerTurn && !stopping_; ++n)
      if (context_.poll_one() == 0) break;
    timers_.advance();
    end_turn();
  }
}

bool Loop::turn() {
  const CurrentScope scope(this);
  std::size_t ran = 0;
  while (ran < kMaxHandlersPerTurn && context_.poll_one() != 0) ++ran;
  timers_.advance();
  end_turn();
  return ran != 0;
}

void Loop::stop() {
  post([this] { stopping_ = true; });
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
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(inbox_mutex_);
    tasks.swap(inbox_);
  }
  for (Task& task : tasks) task();
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
