// The threads of the embedded store: one writes, one reads.
//
// SQLite allows one writer at a time, and the commit is the expensive part. So one Writer executes everything
// that changes the database, and everything that must see those changes in order. It executes all operations
// that have collected in its queue as one transaction. Reading a log need not be in order with the writes.
// The Reader does it on a connection of its own, so that a resume never waits for a settlement.
//
// Results are delivered on these threads, after the commit, in the order of the calls. stop() first completes
// all queued operations; background work is stopped where it is.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "storage/sqlite/config.hpp"
#include "storage/sqlite/operation.hpp"

namespace belay::storage {

// How long a thread has been busy with its current work. Any thread may ask.
class Busy {
 public:
  void begin() { since_ = ticks(); }
  void end() { since_ = 0; }
  // Zero: the thread is waiting for work.
  Milliseconds now() const {
    const std::int64_t since = since_.load(std::memory_order_relaxed);
    return since == 0 ? Milliseconds(0)
                      : std::chrono::duration_cast<Milliseconds>(std::chrono::nanoseconds(ticks() - since));
  }

 private:
  static std::int64_t ticks() { return std::chrono::steady_clock::now().time_since_epoch().count(); }
  std::atomic<std::int64_t> since_{0};
};

class Writer {
 public:
  Writer(std::unique_ptr<Database> database, const SqliteConfig& config, SqliteStats& stats);
  ~Writer() { stop(); }

  // Any thread. When the queue is full, and after stop(), the operation fails immediately, on the calling
  // thread.
  void submit(std::unique_ptr<Operation> operation);
  // Must not be called from a callback.
  void stop();

  const Busy& busy() const { return busy_; }
  WaitingAnswers& waiting() { return waiting_; }
  // Why the last writing transaction failed; nothing: it succeeded.
  std::optional<Error> failing() const {
    const std::lock_guard lock(mutex_);
    return failing_;
  }

 private:
  using Operations = std::vector<std::unique_ptr<Operation>>;

  void serve();
  void carry_out(Operations operations);
  // Runs one transaction for all operations. An operation that fails on its own is rolled back on its own.
  // False: the transaction failed as a whole, and its operations must be run one by one. For a single
  // operation the result is always true: the operation then holds its result or error.
  bool run_together(std::span<std::unique_ptr<Operation>> operations);
  Result<> attempt(Operation& operation, bool alone);
  void step_background();
  void empty_log_after(const Operation& operation);
  // Called before the operations are finished. One sync makes the writes of all operations that want it
  // survive a loss of power.
  void sync_for(std::span<std::unique_ptr<Operation>> operations);
  Result<> statement(const char* sql);
  void finish(Operation& operation);
  void record_outcome(bool wrote);

  std::unique_ptr<Database> database_;
  const OperationQueue::Limits group_;
  SqliteStats& stats_;
  Busy busy_;
  WaitingAnswers waiting_;
  mutable std::mutex mutex_;
  std::optional<Error> failing_;
  OperationQueue queue_;
  // Background operations, and barriers behind them. Used by the thread only.
  std::deque<std::unique_ptr<Operation>> background_;
  bool log_must_be_emptied_ = false;  // it holds what was deleted for good. Used by the thread only
  std::thread thread_;
};

class Reader {
 public:
  Reader(std::unique_ptr<Database> database, const SqliteConfig& config, SqliteStats& stats);
  ~Reader() { stop(); }

  // Any thread. When the queue is full, and after stop(), the operation fails immediately, on the calling
  // thread. An operation must be one statement, or end its transaction itself, so that none stays open.
  void submit(std::unique_ptr<Operation> operation);
  // Must not be called from a callback.
  void stop();

  const Busy& busy() const { return busy_; }
  WaitingAnswers& waiting() { return waiting_; }

 private:
  void serve();

  std::unique_ptr<Database> database_;
  SqliteStats& stats_;
  Busy busy_;
  WaitingAnswers waiting_;
  OperationQueue queue_;
  std::thread thread_;
};

}  // namespace belay::storage
