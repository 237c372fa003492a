// Log first, deliver second: the end of a turn on one loop.
//
// Runs append to their logs during a turn and touch() the committer. At the turn's end everything that was
// appended goes to the EventWriter as one batch; when that is durable, and only then, it is published and the
// readers on all loops are woken, each log once. While a batch is under way the next one gathers. A log that
// has ended is settled first and published second: a reader who has seen the end finds its consequences.
//
// When the disk refuses a batch, nothing of it is delivered and nothing is lost: it is tried again with a
// growing pause. Logs that nobody has been told of yet (new runs) are given back to their owners instead, who
// refuse the request.
//
// Belongs to its loop.
#pragma once

#include <memory>
#include <vector>

#include "base/loop.hpp"
#include "core/event_store.hpp"
#include "core/reader_hub.hpp"
#include "core/run_log.hpp"

namespace belay {

// The writer of a log, as the committer knows it. Stays alive while it is touched and not told.
class LogOwner {
 public:
  // The log's terminal event is durable, and no reader has seen it yet. What a reader of the end may rely on
  // is done here: what is asked after it is answered after this.
  virtual void on_end_durable() = 0;
  // All that had been appended when the turn ended is durable and published.
  virtual void on_published() = 0;
  // The very first batch of this log could not be kept: there is no such run.
  virtual void on_refused(const Error& error) = 0;

 protected:
  virtual ~LogOwner() = default;

 private:
  friend class LogCommitter;
  bool touched_ = false;
};

class LogCommitter final : private Loop::TurnHook {
 public:
  // `hubs` holds one hub a loop, by index; it is complete before the loops run.
  LogCommitter(Loop& loop, std::unique_ptr<EventWriter> writer, std::vector<ReaderHub*>& hubs);

  // `log` is the owner's, always the same one.
  void touch(LogOwner& owner, RunLog& log);
  void mark(const RunId& run, RunMark mark);
  EventWriter& writer() { return *writer_; }
  // The last batch failed, and is being tried again.
  bool failing() const { return failing_; }

 private:
  struct Touched {
    LogOwner* owner;
    RunLog* log;
  };

  void turn_ended() override;
  void commit();
  void finished(Result<> result);
  void deliver();
  void publish(const Touched& touched);
  void wake_elsewhere();
  void fetch_ahead(std::size_t now) const;
  void give_back(const Error& error);

  Loop& loop_;
  const std::unique_ptr<EventWriter> writer_;
  std::vector<ReaderHub*>& hubs_;
  std::vector<Touched> touched_;
  std::vector<Touched> under_way_;
  std::vector<Touched> told_;
  std::vector<MarkAppend> marks_;
  std::vector<MarkAppend> marks_under_way_;
  std::vector<LogAppend> appends_;
  std::vector<std::vector<std::shared_ptr<RunLog>>> elsewhere_;  // by loop
  bool committing_ = false;
  bool failing_ = false;
  Milliseconds pause_{0};
  Timer again_;
};

}  // namespace belay
