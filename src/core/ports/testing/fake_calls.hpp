// What the fake stores have in common: the order of their calls, and faults that tests want.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "base/function.hpp"
#include "base/result.hpp"

namespace belay::testing {

// Carries out calls at once, on the caller's thread. While hold() is on, they wait in order. Thread-safe.
class CallQueue {
 public:
  // From now on, calls wait.
  void hold() {
    const std::lock_guard lock(mutex_);
    holding_ = true;
  }
  // Carries out the waiting calls in order, and then the calls that these cause.
  void let_go() {
    std::unique_lock lock(mutex_);
    holding_ = false;
    if (letting_go_) return;  // a waiting call called this function
    letting_go_ = true;
    while (!holding_ && !waiting_.empty()) {
      {
        auto call = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        try {
          call();
        } catch (...) {
          lock.lock();
          letting_go_ = false;
          throw;
        }
      }
      lock.lock();
    }
    letting_go_ = false;
  }
  // The process dies: waiting calls have no effect and get no answer.
  void lose_waiting() {
    std::deque<UniqueFunction<void()>> lost;
    const std::lock_guard lock(mutex_);
    holding_ = false;
    lost.swap(waiting_);
  }
  std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }

  void call(UniqueFunction<void()> work) {
    {
      const std::lock_guard lock(mutex_);
      if (holding_ || letting_go_) return waiting_.push_back(std::move(work));
    }
    work();
  }

 private:
  mutable std::mutex mutex_;
  bool holding_ = false;
  bool letting_go_ = false;
  std::deque<UniqueFunction<void()>> waiting_;
};

// The hooks of a fake whose calls can wait, fail and throw.
class FakeCalls {
 public:
  std::atomic<int> pass_next = 0;  // this many calls take effect before `fail_next` counts
  std::atomic<int> fail_next =
      0;  // the next calls that take effect fail with `unavailable` and change nothing
  std::atomic<int> throw_next = 0;  // the next calls throw std::runtime_error at once and are never answered

  // These act on all fakes that share the queue.
  void hold() { queue_.hold(); }
  void let_go() { queue_.let_go(); }
  void lose_waiting() { queue_.lose_waiting(); }
  std::size_t waiting() const { return queue_.waiting(); }

 protected:
  explicit FakeCalls(CallQueue& queue) : queue_(queue) {}
  ~FakeCalls() = default;

  // `work` is a function to Result<T>. It runs under the mutex; `done` does not.
  template <class T, class Work>
  void call(std::mutex& mutex, UniqueFunction<void(Result<T>)> done, Work work) {
    if (count_down(throw_next)) throw std::runtime_error("The test made this call throw.");
    queue_.call([this, &mutex, done = std::move(done), work = std::move(work)]() mutable {
      Result<T> result = make_error(ErrorCode::unavailable, "The store is busy. Try again in a moment.");
      if (count_down(pass_next) || !count_down(fail_next)) {
        const std::lock_guard lock(mutex);
        result = work();
      }
      if (done) done(std::move(result));
    });
  }

 private:
  static bool count_down(std::atomic<int>& calls) {
    int left = calls;
    while (left > 0 && !calls.compare_exchange_weak(left, left - 1)) continue;
    return left > 0;
  }

  CallQueue& queue_;
};

}  // namespace belay::testing
