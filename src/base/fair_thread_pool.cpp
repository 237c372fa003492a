#include "base/fair_thread_pool.hpp"

#include "base/thread_priority.hpp"

namespace belay {
namespace {
constexpr int kNiceness = 10;
}  // namespace

bool FairThreadPool::Turn::is_over() const {
  return workers_.stopping_.load(std::memory_order_relaxed) || std::chrono::steady_clock::now() >= end_;
}

FairThreadPool::FairThreadPool(const Config& config) : config_(config) {
  for (std::size_t i = 0; i < config_.threads; ++i)
    threads_.emplace_back([this] {
      do_not_interrupt_others();
      lower_priority(kNiceness);
      serve();
    });
}

FairThreadPool::~FairThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wanted_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool FairThreadPool::submit(const std::string& user, std::uint64_t place, Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || waiting_ >= config_.max_waiting) return false;
    put({user, place, std::move(task)});
  }
  wanted_.notify_one();
  return true;
}

// The caller holds the lock.
void FairThreadPool::put(Waiting waiting) {
  auto& tasks = users_[waiting.user];
  if (tasks.empty()) turns_.push_back(waiting.user);
  tasks.emplace(waiting.place, std::move(waiting.task));
  ++waiting_;
}

// The caller holds the lock, and at least one task waits.
FairThreadPool::Waiting FairThreadPool::take() {
  Waiting next;
  next.user = std::move(turns_.front());
  turns_.pop_front();
  const auto tasks = users_.find(next.user);
  const auto first = tasks->second.begin();
  next.place = first->first;
  next.task = std::move(first->second);
  tasks->second.erase(first);
  --waiting_;
  if (tasks->second.empty())
    users_.erase(tasks);
  else
    turns_.push_back(next.user);
  return next;
}

void FairThreadPool::serve() {
  for (;;) {
    Waiting next;
    {
      std::unique_lock lock(mutex_);
      wanted_.wait(lock, [this] { return stopping_ || waiting_ != 0; });
      if (stopping_) return;
      next = take();
    }
    const Turn turn(*this, std::chrono::steady_clock::now() + config_.turn);
    if (next.task(turn) == Progress::done) continue;
    const std::lock_guard lock(mutex_);
    if (!stopping_) put(std::move(next));
  }
}

}  // namespace belay
