// A few threads for heavy work that users request, such as exports (requirement X21). The pool is fair: users
// take turns. A user with many tasks waits mostly for their own tasks, and delays every other user by one
// turn at most per round.
//
// The pool runs a task in turns. In one turn, the task works until the turn is over, then reports whether it
// has more work. Then the next user has a turn. Among the tasks of one user, the task with the lowest place
// runs first.
//
// The threads run at a lower priority than the loops, so that a machine with few cores serves requests first.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/function.hpp"

namespace belay {

class FairThreadPool {
 public:
  struct Config {
    std::size_t threads = 2;
    // How long a task works before the next user has a turn. 0: one step.
    Milliseconds turn{20};
    // How many tasks may wait. When the queue is full, submit() returns false.
    std::size_t max_waiting = 10'000;
  };

  enum class Progress { more, done };
  // One turn of a task, as the task sees it.
  class Turn {
   public:
    // A task asks this between two steps. It does at least one step per turn.
    bool is_over() const;

   private:
    friend class FairThreadPool;
    Turn(const FairThreadPool& workers, std::chrono::steady_clock::time_point end)
        : workers_(workers), end_(end) {}
    const FairThreadPool& workers_;
    const std::chrono::steady_clock::time_point end_;
  };
  // Called by one thread at a time, but not always by the same thread. Destroyed on the thread that ran it
  // last.
  using Task = UniqueFunction<Progress(const Turn& turn)>;

  explicit FairThreadPool(const Config& config);
  // Stops the pool. Running tasks see that their turn is over; waiting tasks are dropped.
  ~FairThreadPool();
  FairThreadPool(const FairThreadPool&) = delete;
  FairThreadPool& operator=(const FairThreadPool&) = delete;

  // Any thread. Returns false if too many tasks wait or the pool is stopping; the task is then destroyed.
  [[nodiscard]] bool submit(const std::string& user, std::uint64_t place, Task task);
  // Returns a place for submit(). Later calls return greater places. Any thread.
  std::uint64_t next_place() { return places_.fetch_add(1); }

 private:
  struct Waiting {
    std::string user;
    std::uint64_t place = 0;
    Task task;
  };
  void serve();
  void put(Waiting waiting);
  Waiting take();

  const Config config_;
  std::atomic<std::uint64_t> places_{1};
  std::atomic<bool> stopping_{false};  // written under the mutex
  std::mutex mutex_;                   // guards the members below
  std::condition_variable wanted_;
  std::map<std::string, std::multimap<std::uint64_t, Task>> users_;
  std::deque<std::string> turns_;  // every key of users_ once; the front has the next turn
  std::size_t waiting_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace belay
