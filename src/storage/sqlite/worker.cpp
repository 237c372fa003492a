#include "storage/sqlite/worker.hpp"

#include <algorithm>
#include <exception>
#include <pthread.h>
#include <string>

#include "base/thread_priority.hpp"

namespace belay::storage {
namespace {

// How long writes wait for readers, so that the write-ahead log can be emptied.
constexpr Milliseconds kMaxLogWait{100};

void push_or_refuse(OperationQueue& queue, WaitingAnswers& waiting, std::unique_ptr<Operation> operation,
                    SqliteStats& stats) {
  const std::shared_ptr<Answer> answer = operation->answer();
  if (answer) waiting.add(answer);
  if (queue.push(operation)) return;
  if (answer) waiting.remove(answer);
  stats.refused.fetch_add(1, std::memory_order_relaxed);
  operation->fail(make_error(ErrorCode::unavailable, "The store is busy. Try again in a moment."));
  operation->finish();
}

// The only place where exceptions (out of memory, a bug) are converted to the operation's failure.
bool attempt_caught(Operation& operation, Database& database) {
  try {
    return operation.attempt(database);
  } catch (const std::exception& error) {
    operation.fail(make_error(ErrorCode::internal, std::string("The store failed: ") + error.what() + "."));
    return false;
  }
}

void finish_counted(Operation& operation, WaitingAnswers& waiting, SqliteStats& stats) {
  if (const auto answer = operation.answer()) waiting.remove(answer);
  stats.operations.fetch_add(1, std::memory_order_relaxed);
  if (operation.failed()) stats.failures.fetch_add(1, std::memory_order_relaxed);
  operation.finish();
}

void name_thread(std::thread& thread, const char* name) {
  pthread_setname_np(thread.native_handle(), name);
}

}  // namespace

Writer::Writer(std::unique_ptr<Database> database, const SqliteConfig& config, SqliteStats& stats)
    : database_(std::move(database)),
      group_{config.group_limit, config.group_bytes.value},
      stats_(stats),
      queue_({config.queue_limit, config.queue_bytes.value}, stats),
      thread_([this] { serve(); }) {
  name_thread(thread_, "store-write");
}

void Writer::stop() {
  if (!thread_.joinable()) return;
  queue_.close();
  thread_.join();
  // If this fails, nothing is lost: the next start copies the log back into the file.
  (void)database_->execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

void Writer::submit(std::unique_ptr<Operation> operation) {
  push_or_refuse(queue_, waiting_, std::move(operation), stats_);
}

void Writer::record_outcome(bool wrote) {
  std::optional<Error> problem = database_->take_error();
  if (!problem && !wrote) return;
  const std::lock_guard lock(mutex_);
  failing_ = std::move(problem);
}

void Writer::serve() {
  do_not_interrupt_others();
  for (;;) {
    using Wait = OperationQueue::Wait;
    Operations group = queue_.take(group_, background_.empty() ? Wait::for_one : Wait::never);
    if (group.empty() && queue_.closed()) break;
    busy_.begin();
    if (!group.empty()) carry_out(std::move(group));
    if (!background_.empty()) step_background();
    busy_.end();
  }
  for (const auto& operation : background_) finish(*operation);
}

void Writer::carry_out(Operations operations) {
  Operations now;
  for (auto& operation : operations) {
    const bool later =
        operation->kind() == Operation::Kind::background || operation->kind() == Operation::Kind::barrier;
    if (later)
      background_.push_back(std::move(operation));
    else
      now.push_back(std::move(operation));
  }
  if (now.empty()) return;
  if (!run_together(now))
    for (auto& operation : now) run_together({&operation, 1});
  sync_for(now);
  record_outcome(std::any_of(now.begin(), now.end(), [](const auto& operation) {
    return operation->writes() && !operation->failed();
  }));
  for (const auto& operation : now) finish(*operation);
}

void Writer::sync_for(std::span<std::unique_ptr<Operation>> operations) {
  const auto wants = [](const auto& operation) { return operation->wants_sync() && !operation->failed(); };
  if (std::none_of(operations.begin(), operations.end(), wants)) return;
  const Result<> synced = database_->sync();
  stats_.syncs.fetch_add(1, std::memory_order_relaxed);
  if (synced) return;
  for (auto& operation : operations)
    if (wants(operation)) operation->fail(synced.error());
}

bool Writer::run_together(std::span<std::unique_ptr<Operation>> operations) {
  bool writes = false;
  for (const auto& operation : operations) writes = writes || operation->writes();
  if (const auto begun = statement(writes ? "BEGIN IMMEDIATE" : "BEGIN"); !begun) {
    for (auto& operation : operations) operation->fail(begun.error());
    return true;
  }
  const bool alone = operations.size() == 1;
  Result<> done;
  for (auto& operation : operations) {
    done = attempt(*operation, alone);
    if (!done) break;
  }
  if (done) done = statement("COMMIT");
  if (done) {
    stats_.groups.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  if (database_->in_transaction()) (void)statement("ROLLBACK");
  if (alone) {
    if (!operations.front()->failed()) operations.front()->fail(done.error());
    return true;
  }
  stats_.broken_groups.fetch_add(1, std::memory_order_relaxed);
  return false;
}

Result<> Writer::attempt(Operation& operation, bool alone) {
  const bool apart = operation.writes() && !alone;
  if (apart)
    if (auto begun = statement("SAVEPOINT operation"); !begun) return begun;
  const bool succeeded = attempt_caught(operation, *database_);
  // SQLite may have rolled the transaction back by itself, for example on a full disk.
  const bool lost = !database_->in_transaction();
  if (lost || (alone && operation.writes() && !succeeded))
    return make_error(ErrorCode::internal, "The transaction was rolled back.");
  if (!apart) return {};
  if (!succeeded)
    if (auto undone = statement("ROLLBACK TO operation"); !undone) return undone;
  return statement("RELEASE operation");
}

void Writer::step_background() {
  const bool barrier = background_.front()->kind() == Operation::Kind::barrier;
  if (!barrier) {
    Operation& operation = *background_.front();
    run_together({&background_.front(), 1});
    record_outcome(!operation.failed());
    if (!operation.failed() && operation.wants_more()) return;
    empty_log_after(operation);
  }
  const std::unique_ptr<Operation> finished = std::move(background_.front());
  background_.pop_front();
  finish(*finished);
}

// While another process reads for a long time (a backup), the log cannot be emptied. Waiting for it would stop all
// writes. So it is tried again after the next background operation; there is a sweep every minute.
void Writer::empty_log_after(const Operation& operation) {
  if (!operation.failed() && operation.wants_empty_log()) log_must_be_emptied_ = true;
  if (log_must_be_emptied_) log_must_be_emptied_ = !database_->empty_log(kMaxLogWait);
}

Result<> Writer::statement(const char* sql) {
  return Query(*database_, sql).execute();
}

void Writer::finish(Operation& operation) {
  finish_counted(operation, waiting_, stats_);
}

Reader::Reader(std::unique_ptr<Database> database, const SqliteConfig& config, SqliteStats& stats)
    : database_(std::move(database)),
      stats_(stats),
      queue_({config.queue_limit, config.queue_bytes.value}, stats),
      thread_([this] { serve(); }) {
  name_thread(thread_, "store-read");
}

void Reader::stop() {
  if (!thread_.joinable()) return;
  queue_.close();
  thread_.join();
}

void Reader::submit(std::unique_ptr<Operation> operation) {
  push_or_refuse(queue_, waiting_, std::move(operation), stats_);
}

void Reader::serve() {
  do_not_interrupt_others();
  for (;;) {
    const auto taken = queue_.take({1, 1}, OperationQueue::Wait::for_one);
    if (taken.empty()) return;
    busy_.begin();
    attempt_caught(*taken.front(), *database_);
    busy_.end();
    finish_counted(*taken.front(), waiting_, stats_);
  }
}

}  // namespace belay::storage
