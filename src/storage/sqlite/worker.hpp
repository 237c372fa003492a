// The threads of the embedded store: one writes, one reads.
//
// SQLite has one writer at a time, and a commit is what costs. So all that changes the database, and all that
// must see those changes in order, goes through one Writer, which carries out what has gathered in its queue
// as one transaction. Reading a log back may overtake writes; the Reader does it on a connection of its own,
// so that a resume never waits for a settlement.
//
// Results are told on these threads, after the commit, in the order of the calls. stop() carries out what is
// queued first; background work is left where it stands.
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

// How long a thread has been at what it does. Any thread may ask.
class Busy {
 public:
  void begin() { since_ = ticks(); }
  void end() { since_ = 0; }
  // Zero: it is waiting for work.
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
  Writer(std::unique_ptr<Connection> connection, const SqliteConfig& config, SqliteStats& stats);
  ~Writer() { stop(); }

  // Any thread. When the queue is full, and after stop(), the operation fails at once, on the calling thread.
  void submit(std::unique_ptr<Operation> operation);
  // Not from a callback.
  void stop();

  const Busy& busy() const { return busy_; }
  WaitingAnswers& waiting() { return waiting_; }
  // Why the last transaction that wrote could not be carried out; nothing: it could.
  std::optional<Error> failing() const {
    const std::lock_guard lock(mutex_);
    return failing_;
  }

 private:
  using Operations = std::vector<std::unique_ptr<Operation>>;

  void serve();
  void carry_out(Operations operations);
  // One transaction for all of them; an operation that fails by itself is rolled back by itself. False: the
  // transaction failed as a whole, and its operations are to be run one by one. Of one operation it is always
  // true: the operation knows its result.
  bool run_together(std::span<std::unique_ptr<Operation>> operations);
  Result<> attempt(Operation& operation, bool alone);
  void step_background();
  // Before they are finished: what those that want it wrote survives the loss of power, by one sync for all.
  void sync_for(std::span<std::unique_ptr<Operation>> operations);
  Result<> statement(const char* sql);
  void finish(Operation& operation);
  void note_how_it_went(bool wrote);

  std::unique_ptr<Connection> connection_;
  const OperationQueue::Limits group_;
  SqliteStats& stats_;
  Busy busy_;
  WaitingAnswers waiting_;
  mutable std::mutex mutex_;
  std::optional<Error> failing_;
  OperationQueue queue_;
  std::deque<std::unique_ptr<Operation>> background_;  // and barriers behind it; the thread's own
  std::thread thread_;
};

class Reader {
 public:
  Reader(std::unique_ptr<Connection> connection, const SqliteConfig& config, SqliteStats& stats);
  ~Reader() { stop(); }

  // Any thread. When the queue is full, and after stop(), the operation fails at once, on the calling thread.
  // An operation is one statement, so that no transaction stays open.
  void submit(std::unique_ptr<Operation> operation);
  // Not from a callback.
  void stop();

  const Busy& busy() const { return busy_; }
  WaitingAnswers& waiting() { return waiting_; }

 private:
  void serve();

  std::unique_ptr<Connection> connection_;
  SqliteStats& stats_;
  Busy busy_;
  WaitingAnswers waiting_;
  OperationQueue queue_;
  std::thread thread_;
};

}  // namespace belay::storage
