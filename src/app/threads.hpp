// The threads of the server: one per loop, a pool for slow work (signatures), a pool of lower priority for
// exports. The first loop runs on the thread that calls run().
#pragma once

#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "base/fair_thread_pool.hpp"
#include "base/loop.hpp"
#include "base/thread_pool.hpp"

namespace belay::app {

class Threads {
 public:
  struct Config {
    std::size_t loops;
    std::size_t pool;
    std::size_t pool_queue;
    std::size_t exports;
  };
  Threads(const Config& config, const Clock& clock);
  ~Threads();  // stops and joins

  Loop& first() { return *loops_.front(); }
  std::size_t count() const { return loops_.size(); }
  const std::vector<std::unique_ptr<Loop>>& loops() const { return loops_; }
  std::vector<Loop*> pointers() const;
  ThreadPool& pool() { return pool_; }
  FairThreadPool& export_pool() { return *export_pool_; }

  // Starts the other loops.
  void start();
  // Runs the first loop until stop(), then joins the others.
  void run();
  // Any thread.
  void stop();
  void join();

 private:
  std::vector<std::unique_ptr<Loop>> loops_;
  ThreadPool pool_;
  std::unique_ptr<FairThreadPool> export_pool_;
  std::vector<std::thread> threads_;
};

}  // namespace belay::app
