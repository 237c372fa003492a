// A few threads for heavy work that users ask for, such as exports (requirement X21). Users take turns: one
// who asks for much waits for himself, and everybody else for one turn of it.
//
// A task is called for one turn after the other: it works until its turn is over, says whether there is more,
// and then the next user has a turn. Within a user the task with the lowest place goes first.
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

class FairWorkers {
 public:
  struct Config {
    std::size_t threads = 2;
    // How long a task works before others have their turn. 0: one step.
    Milliseconds turn{20};
    // Tasks that wait; beyond it submit() refuses.
    std::size_t max_waiting = 10'000;
  };

  enum class Progress { more, done };
  // One turn of a task, as the task sees it.
  class Turn {
   public:
    // Asked between two steps; a task takes one step at least.
    bool is_over() const;

   private:
    friend class FairWorkers;
    Turn(const FairWorkers& workers, std::chrono::steady_clock::time_point end)
        : workers_(workers), end_(end) {}
    const FairWorkers& workers_;
    const std::chrono::steady_clock::time_point end_;
  };
  // Called by one thread at a time, not always the same one; destroyed there.
  using Task = UniqueFunction<Progress(const Turn& turn)>;

  explicit FairWorkers(const Config& config);
  // Stops: what runs is told that its turn is over, what waits is dropped.
  ~FairWorkers();
  FairWorkers(const FairWorkers&) = delete;
  FairWorkers& operator=(const FairWorkers&) = delete;

  // Any thread. False: too many wait, or it stops; the task is gone.
  [[nodiscard]] bool submit(const std::string& user, std::uint64_t place, Task task);
  // For submit(): later ones are greater. Any thread.
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
  std::mutex mutex_;                   // guards what follows
  std::condition_variable wanted_;
  std::map<std::string, std::multimap<std::uint64_t, Task>> users_;
  std::deque<std::string> turns_;  // each of users_ once, whose turn is next first
  std::size_t waiting_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace belay
