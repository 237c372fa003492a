#include "base/loop.hpp"

#include <boost/asio/post.hpp>

namespace belay {
namespace {
thread_local Loop* current_loop = nullptr;
// Handlers run in one turn at most, so that the turn's end (and with it every reader) is never put off for
// long.
constexpr int kMostHandlersATurn = 512;

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
    for (int n = 1; n < kMostHandlersATurn && !stopping_; ++n)
      if (context_.poll_one() == 0) break;
    timers_.advance();
    end_turn();
  }
}

bool Loop::turn() {
  const CurrentScope scope(this);
  std::size_t ran = 0;
  while (ran < kMostHandlersATurn && context_.poll_one() != 0) ++ran;
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
  // A kernel timer that fires too early is harmless, one too late is not: move it only forward in urgency.
  if (!due || (wheel_armed_for_ && *wheel_armed_for_ <= *due)) return;
  wheel_armed_for_ = due;
  wheel_timer_.expires_at(*due);
  wheel_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) wheel_armed_for_.reset();  // the turn's own advance() does the work
  });
}

void Loop::end_turn() {
  for (TurnHook* hook : hooks_) hook->turn_ended();
}

}  // namespace belay
