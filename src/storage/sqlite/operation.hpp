// One call of the store on its way through a worker thread, and the bounded queue in which it waits.
//
// An operation is attempted inside a transaction that it shares with others, and is finished after the
// commit: only then is its result told. When the transaction fails as a whole it is attempted again in one of
// its own, so an attempt must leave nothing behind but what a rollback takes back.
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

#include "core/store.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/stats.hpp"

namespace belay::storage {

// The way of a result to its caller, who may be told earlier that there will be none. Any thread; whoever
// tells first is heard.
class Answer {
 public:
  virtual ~Answer() = default;
  virtual void give_up(const Error& error) = 0;
  bool is_told() const { return told_.load(std::memory_order_relaxed); }

 protected:
  // Once true.
  bool may_tell() { return !told_.exchange(true); }

 private:
  std::atomic<bool> told_{false};
};

template <class T>
class AnswerTo final : public Answer {
 public:
  explicit AnswerTo(Store::Done<T> done) : done_(std::move(done)) {}
  void tell(Result<T> result) {
    if (may_tell() && done_) done_(std::move(result));
  }
  void give_up(const Error& error) override { tell(error); }

 private:
  Store::Done<T> done_;
};

// Answers that requests wait for: given up together when the thread that is to give them is stuck.
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
  // How many there were.
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
    background,  // a write in many short transactions, with other operations in between; one after the other
    barrier,     // does nothing; finishes after everything before it, the background included
    sync         // does nothing; finishes when what was written before it survives the loss of power
  };
  Operation(Kind kind, std::size_t bytes) : kind_(kind), bytes_(bytes) {}
  virtual ~Operation() = default;

  Kind kind() const { return kind_; }
  bool writes() const { return kind_ == Kind::write || kind_ == Kind::background; }
  // It is finished only when what it wrote survives the loss of power.
  bool wants_sync() const { return wants_sync_ || kind_ == Kind::sync; }
  void want_sync() { wants_sync_ = true; }
  std::size_t bytes() const { return bytes_; }

  // Where a request waits for it. Null: nobody does who could be told to come again.
  virtual std::shared_ptr<Answer> answer() const { return nullptr; }

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
  bool wants_sync_ = false;
};

// An operation made of a function from a connection to a result.
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

  bool attempt(Connection& connection) override {
    // Refused, and not begun: it must have no effect.
    if (answer_->is_told()) return true;
    result_.emplace(work_(connection));
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
