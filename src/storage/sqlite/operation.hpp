// One call of the store while it passes through a worker thread, and the bounded queue in which it waits.
//
// An operation is attempted inside a transaction that it shares with other operations. It is finished, and
// its caller gets the result, only after the commit. When the transaction fails as a whole, each operation is
// attempted again in a transaction of its own. So an attempt must have no effects that a rollback does not
// undo.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/ports/store.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/stats.hpp"

namespace belay::storage {

// Delivers a result to its caller. The caller may instead get an error earlier, when it need not wait any
// longer (give_up()). Any thread; only the first of the two calls has an effect.
class Answer {
 public:
  virtual ~Answer() = default;
  virtual void give_up(const Error& error) = 0;
  bool is_answered() const { return answered_.load(std::memory_order_relaxed); }

 protected:
  // True for the first call only.
  bool claim_delivery() { return !answered_.exchange(true); }

 private:
  std::atomic<bool> answered_{false};
};

template <class T>
class AnswerTo final : public Answer {
 public:
  explicit AnswerTo(Store::Done<T> done) : done_(std::move(done)) {}
  void tell(Result<T> result) {
    if (claim_delivery() && done_) done_(std::move(result));
  }
  void give_up(const Error& error) override { tell(error); }

 private:
  Store::Done<T> done_;
};

// The answers that requests wait for. When the thread that must deliver them is stuck, all are given up
// together.
class WaitingAnswers {
 public:
  void add(std::shared_ptr<Answer> answer) {
    const std::lock_guard lock(mutex_);
    waiting_.insert(std::move(answer));
  }
  void remove(const std::shared_ptr<Answer>& answer) {
    const std::lock_guard lock(mutex_);
    waiting_.erase(answer);
  }
  // Returns how many there were.
  std::size_t give_up(const Error& error) {
    std::unordered_set<std::shared_ptr<Answer>> all;
    {
      const std::lock_guard lock(mutex_);
      all.swap(waiting_);
    }
    for (const auto& answer : all) answer->give_up(error);
    return all.size();
  }

 private:
  std::mutex mutex_;
  std::unordered_set<std::shared_ptr<Answer>> waiting_;
};

class Operation {
 public:
  enum class Kind {
    read,
    write,
    background,  // a write in many short transactions, with other operations in between; one at a time
    barrier,     // does nothing; finishes after everything before it, including background operations
    sync         // does nothing; finishes when everything written before it survives a loss of power
  };
  Operation(Kind kind, std::size_t bytes) : kind_(kind), bytes_(bytes) {}
  virtual ~Operation() = default;

  Kind kind() const { return kind_; }
  bool writes() const { return kind_ == Kind::write || kind_ == Kind::background; }
  // The operation is finished only when its writes survive a loss of power.
  bool wants_sync() const { return wants_sync_ || kind_ == Kind::sync; }
  void want_sync() { wants_sync_ = true; }
  std::size_t bytes() const { return bytes_; }

  // The answer, if a request waits for it. Null: the caller is not a request that could be answered 503.
  virtual std::shared_ptr<Answer> answer() const { return nullptr; }

  // False: it failed, and its effects must be rolled back.
  virtual bool attempt(Database& database) = 0;
  // For `background`: whether another attempt is needed after a successful one.
  virtual bool wants_more() const { return false; }
  // For `background`: whether what it has deleted must not stay in the write-ahead log either.
  virtual bool wants_empty_log() const { return false; }
  // Makes the operation fail with this error, which replaces its result.
  virtual void fail(Error error) = 0;
  virtual bool failed() const = 0;
  // Delivers the result to the caller. Called once, at the end.
  virtual void finish() = 0;

 private:
  const Kind kind_;
  const std::size_t bytes_;
  bool wants_sync_ = false;
};

// An operation made of a function that takes a Database& and returns a Result<T>.
template <class T, class Work>
class Task final : public Operation {
 public:
  enum class For { engine, request };

  Task(Kind kind, std::size_t bytes, For whom, Work work, Store::Done<T> done)
      : Operation(kind, bytes),
        whom_(whom),
        work_(std::move(work)),
        answer_(std::make_shared<AnswerTo<T>>(std::move(done))) {}

  std::shared_ptr<Answer> answer() const override { return whom_ == For::request ? answer_ : nullptr; }

  bool attempt(Database& database) override {
    // The caller was already given an error and the work was not begun: it must have no effect.
    if (answer_->is_answered()) return true;
    result_.emplace(work_(database));
    return result_->has_value();
  }
  void fail(Error error) override { result_.emplace(std::move(error)); }
  bool failed() const override { return result_ && result_->has_error(); }
  void finish() override {
    if (!result_) fail(make_error(ErrorCode::unavailable, "The store is shutting down."));
    answer_->tell(std::move(*result_));
  }

 private:
  const For whom_;
  Work work_;
  const std::shared_ptr<AnswerTo<T>> answer_;
  std::optional<Result<T>> result_;
};

// First in, first out; bounded by count and by bytes. Any thread pushes; one thread takes.
class OperationQueue {
 public:
  struct Limits {
    std::size_t operations = 0;
    std::size_t bytes = 0;
  };
  enum class Wait { for_one, never };

  OperationQueue(Limits limits, SqliteStats& stats) : limits_(limits), stats_(stats) {}

  // False when the queue is full or closed; the caller then keeps the operation. An empty queue always
  // accepts one.
  bool push(std::unique_ptr<Operation>& operation);
  // Takes the oldest operations, up to `max.operations`, until `max.bytes` are reached. Empty when there are
  // none, and either `wait` is `never` or the queue is closed.
  std::vector<std::unique_ptr<Operation>> take(Limits max, Wait wait);
  // Accepts no more operations; those in the queue can still be taken.
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
