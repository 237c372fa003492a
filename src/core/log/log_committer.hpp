// Log first, deliver second: what happens at the end of a turn on one loop.
//
// During a turn, runs append to their logs and call schedule(). At the end of the turn, everything that was
// appended goes to the LogWriter as one batch. Only when the batch is durable is it published. Then the
// readers on all loops are woken, once per log. While a batch is being committed, the next one is collected.
// A log that has ended is settled before it is published, so a reader that has seen the end also finds its
// effects. The same holds for a channel in which the end of a run appears.
//
// If the disk refuses a batch, nothing of it is delivered and nothing is lost. The committer retries after a
// pause, which grows with each failure. Logs of which no reader has seen anything (new runs) are not retried:
// their listeners are notified and reject the request.
//
// Belongs to its loop.
#pragma once

#include <memory>
#include <vector>

#include "base/loop.hpp"
#include "core/log/log_buffer.hpp"
#include "core/log/reader_hub.hpp"
#include "core/ports/event_log.hpp"

namespace belay {

// The writer of a log, as the committer sees it. It must stay alive while it is scheduled and has not been
// notified.
class CommitListener {
 public:
  // The terminal event is durable, and no reader has seen it yet. The listener completes here everything that
  // a reader may rely on after seeing the end.
  virtual void on_end_durable() = 0;
  // Everything that had been appended when the turn ended is durable and published.
  virtual void on_published() = 0;
  // The very first batch of this log could not be stored: the run does not exist.
  virtual void on_refused(const Error& error) = 0;

 protected:
  virtual ~CommitListener() = default;

 private:
  friend class LogCommitter;
  bool scheduled_ = false;
};

class LogCommitter final : private Loop::TurnHook {
 public:
  // `hubs` holds one hub per loop, by index. It must be complete before the loops run.
  LogCommitter(Loop& loop, std::unique_ptr<LogWriter> writer, std::vector<ReaderHub*>& hubs);

  // `log` is the log of `owner`, the same one in every call.
  void schedule(CommitListener& owner, LogBuffer& log);
  void mark(const RunId& run, RunMark mark);
  // For a change of the log that is not an event.
  void wake_readers(LogBuffer& log);
  LogWriter& writer() { return *writer_; }
  // Whether the last batch failed and will be retried.
  bool failing() const { return failing_; }

 private:
  struct Scheduled {
    CommitListener* owner;
    LogBuffer* log;
  };

  void turn_ended() override;
  void commit();
  void finished(Result<> result);
  void deliver();
  void publish(const Scheduled& scheduled);
  void collect_readers(LogBuffer& log);
  void wake_other_loops();
  void prefetch(std::size_t now) const;
  void retry_or_reject(const Error& error);

  Loop& loop_;
  const std::unique_ptr<LogWriter> writer_;
  std::vector<ReaderHub*>& hubs_;
  std::vector<Scheduled> scheduled_;
  std::vector<Scheduled> in_commit_;
  std::vector<Scheduled> notified_;
  std::vector<MarkAppend> marks_;
  std::vector<MarkAppend> marks_in_commit_;
  std::vector<LogAppend> appends_;
  std::vector<std::vector<std::shared_ptr<LogBuffer>>> elsewhere_;  // by loop
  bool committing_ = false;
  bool failing_ = false;
  Milliseconds pause_{0};
  Timer again_;
};

}  // namespace belay
