// An EventLog in memory for tests. It passes the contract. It keeps what was committed, and can replay it as the next
// process would. It can refuse commits, and can answer them late. Its trimmed events are replayed as if no file had been
// removed yet.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>

#include <gtest/gtest.h>

#include "core/ports/event_log.hpp"

namespace belay::testing {

class FakeEventLog;

class FakeWriter final : public LogWriter {
 public:
  explicit FakeWriter(FakeEventLog& store) : store_(store) {}
  void commit(std::span<const LogAppend> events, std::span<const MarkAppend> marks, CommitDone done) override;
  void on_pressure(Pressure callback) override { pinned = std::move(callback); }

  // From now on, commits are answered only by finish().
  bool holds = false;
  // How many of the next commits are refused.
  int refusals = 0;
  bool under_way() const { return static_cast<bool>(done_); }
  void finish();
  std::uint64_t commits = 0;
  Pressure pinned;

 private:
  void keep();
  void answer(Result<> result);

  FakeEventLog& store_;
  std::vector<LogAppend> events_;
  std::vector<MarkAppend> marks_;
  CommitDone done_;
};

class FakeEventLog final : public EventLog {
 public:
  // One entry per run and commit, or per mark.
  struct Entry {
    LogAppend events;  // its bytes are in `bytes`
    std::string bytes;
    std::optional<MarkAppend> mark;
    std::uint64_t batch = 0;  // of which commit, counted over all writers
  };

  // The process dies. The next process replays what this one committed.
  void restart() {
    for (Entry& entry : committed) earlier.push_back(std::move(entry));
    committed.clear();
    writers.clear();
  }
  // The newest `commits` commits of the selected runs never became durable.
  void drop_last_of(const std::function<bool(const RunId&)>& which, int commits) {
    std::map<RunId, int> dropped;
    for (auto at = committed.end(); at != committed.begin();) {
      --at;
      const RunId run = at->mark ? at->mark->run : at->events.run;
      if (!at->mark && which(run) && dropped[run]++ < commits) at = committed.erase(at);
    }
  }
  bool keep_bytes = true;  // false: only counts, for tests that measure allocations
  ReplaySummary summary;   // of the next replay, beside the number of its batches
  bool full = false;
  std::deque<Entry> committed;
  std::deque<Entry> earlier;
  std::uint64_t batches = 0;  // that were committed so far
  bool discarded = false;
  std::map<RunId, Offset> released;
  std::vector<FakeWriter*> writers;  // by loop
  std::mutex mutex;

  Result<ReplaySummary> replay(ReplayVisitor& visitor) override {
    ReplaySummary found = summary;
    std::optional<std::uint64_t> batch;
    for (const Entry& entry : earlier) {
      if (batch != entry.batch) ++found.batches;
      batch = entry.batch;
      if (entry.mark) {
        visitor.on_mark(*entry.mark);
        continue;
      }
      LogAppend append = entry.events;
      append.events.bytes = entry.bytes;
      visitor.on_events(append);
    }
    return found;
  }
  Result<> discard_replayed() override {
    discarded = true;
    earlier.clear();
    return {};
  }
  std::unique_ptr<LogWriter> open_writer(Loop&) override {
    auto writer = std::make_unique<FakeWriter>(*this);
    writers.push_back(writer.get());
    return writer;
  }
  void close_files() override { ++closes; }
  std::atomic<int> closes{0};  // calls of close_files()
  void trim(const RunId& run, Offset through) override {
    const std::lock_guard lock(mutex);
    released[run] = std::max(released[run], through);
  }
  Result<> accepts_writes() const override {
    if (full) return make_error(ErrorCode::storage_full, "The disk is full.");
    return {};
  }
};

inline void FakeWriter::commit(std::span<const LogAppend> events, std::span<const MarkAppend> marks,
                               CommitDone done) {
  ASSERT_FALSE(under_way()) << "two commits at once";
  ++commits;
  events_.assign(events.begin(), events.end());
  marks_.assign(marks.begin(), marks.end());
  done_ = std::move(done);
  if (!holds) finish();
}

inline void FakeWriter::finish() {
  ASSERT_TRUE(under_way());
  if (refusals > 0) {
    --refusals;
    return answer(make_error(ErrorCode::storage_full, "The disk is full."));
  }
  if (store_.keep_bytes) keep();
  answer(Result<>());
}

inline void FakeWriter::keep() {
  const std::lock_guard lock(store_.mutex);
  const std::uint64_t batch = ++store_.batches;
  for (const LogAppend& append : events_)
    store_.committed.push_back({append, std::string(append.events.bytes), std::nullopt, batch});
  for (const MarkAppend& mark : marks_) store_.committed.push_back({{}, {}, mark, batch});
}

inline void FakeWriter::answer(Result<> result) {
  events_.clear();
  marks_.clear();
  CommitDone done = std::exchange(done_, nullptr);
  done(std::move(result));
}

}  // namespace belay::testing
