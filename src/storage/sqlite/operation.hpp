// One call of the store on its way through a worker thread, and the bounded queue in which it waits.
//
// An operation is attempted inside a transaction that it shares with others, and is finished after the
// commit: only then is its result told. When the transaction fails as a whole it is attempted again in one of
// its own, so an attempt must leave nothing behind but what a rollback takes back.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "core/store.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/stats.hpp"

namespace belay::storage {

class Operation {
 public:
  enum class Kind {
    read,
    write,
    background,  // a write in many short transactions, with other operations in between; one after the other
    barrier      // does nothing; finishes after everything before it, the background included
  };
  Operation(Kind kind, std::size_t bytes) : kind_(kind), bytes_(bytes) {}
  virtual ~Operation() = default;

  Kind kind() const { return kind_; }
  bool writes() const { return kind_ == Kind::write || kind_ == Kind::background; }
  std::size_t bytes() const { return bytes_; }

  // False: it failed, and what it did is to be rolled back.
  virtual bool attempt(Connection& connection) = 0;
  // background: after a successful attempt, whether another one is needed.
  virtual bool wants_more() const { return false; }
  // It can not be carried out; replaces the result.
  virtual void fail(Error error) = 0;
  virtual bool failed() const = 0;
  // Tells the caller. Once, at the end.
  virtual void finish() = 0;

 private:
  const Kind kind_;
  const std::size_t bytes_;
};

// An operation made of a function from a connection to a result.
template <class T, class Work>
class Task final : public Operation {
 public:
  Task(Kind kind, std::size_t bytes, Work work, Store::Done<T> done)
      : Operation(kind, bytes), work_(std::move(work)), done_(std::move(done)) {}

  bool attempt(Connection& connection) override {
    result_.emplace(work_(connection));
    return result_->has_value();
  }
  void fail(Error error) override { result_.emplace(std::move(error)); }
  bool failed() const override { return result_ && result_->has_error(); }
  void finish() override {
    if (!result_) fail(make_error(ErrorCode::unavailable, "The store is shutting down."));
    if (done_) done_(std::move(*result_));
  }

 private:
  Work work_;
  Store::Done<T> done_;
  std::optional<Result<T>> result_;
};

// First in, first out, bounded by count and by bytes. Any thread pushes; one takes.
class OperationQueue {
 public:
  struct Limits {
    std::size_t operations = 0;
    std::size_t bytes = 0;
  };
  enum class Wait { for_one, never };

  OperationQueue(Limits limits, SqliteStats& stats) : limits_(limits), stats_(stats) {}

  // False when it is full or closed; the operation is left with the caller. One is always taken into an empty
  // queue.
  bool push(std::unique_ptr<Operation>& operation);
  // The oldest ones, up to `most` in count and until `most.bytes` are reached. Nothing: there are none, and
  // either it was not to wait or the queue is closed.
  std::vector<std::unique_ptr<Operation>> take(Limits most, Wait wait);
  // Takes no more in; what is in it can still be taken.
  void close();
  bool closed() const;

 private:
  const Limits limits_;
  SqliteStats& stats_;
  mutable std::mutex mutex_;
  std::condition_variable wanted_;
  std::deque<std::unique_ptr<Operation>> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool closed_ = false;
};

}  // namespace belay::storage
