// An EventStore in memory for tests: keeps what was committed, can refuse, can answer late, and can be read
// back as by the next process.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>

#include <gtest/gtest.h>

#include "core/event_store.hpp"

namespace belay::testing {

class FakeEventStore;

class FakeWriter final : public EventWriter {
 public:
  explicit FakeWriter(FakeEventStore& store) : store_(store) {}
  void commit(std::span<const LogAppend> events, std::span<const MarkAppend> marks, CommitDone done) override;
  void on_pinned(Pinned callback) override { pinned = std::move(callback); }

  // Commits are answered by finish() from now on.
  bool holds = false;
  // The next so many are refused.
  int refusals = 0;
  bool under_way() const { return static_cast<bool>(done_); }
  void finish();
  std::uint64_t commits = 0;
  Pinned pinned;

 private:
  void keep();
  void answer(Result<> result);

  FakeEventStore& store_;
  std::vector<LogAppend> events_;
  std::vector<MarkAppend> marks_;
  CommitDone done_;
};

class FakeEventStore final : public EventStore {
 public:
  // One entry a run and commit, or a mark.
  struct Entry {
    LogAppend events;  // the bytes stand in `bytes`
    std::string bytes;
    std::optional<MarkAppend> mark;
  };

  // The process dies; what it committed is what the next one replays.
  void restart() {
    for (Entry& entry : committed) earlier.push_back(std::move(entry));
    committed.clear();
    writers.clear();
  }
  // The newest `commits` of some runs never became durable.
  void drop_last_of(const std::function<bool(const RunId&)>& which, int commits) {
    std::map<RunId, int> dropped;
    for (auto at = committed.end(); at != committed.begin();) {
      --at;
      const RunId run = at->mark ? at->mark->run : at->events.run;
      if (!at->mark && which(run) && dropped[run]++ < commits) at = committed.erase(at);
    }
  }
  bool keep_bytes = true;  // else only counts, for tests that look at allocations
  ReplaySummary summary;
  bool full = false;
  std::deque<Entry> committed;
  std::deque<Entry> earlier;
  bool discarded = false;
  std::map<RunId, Offset> released;
  std::vector<FakeWriter*> writers;  // by loop
  std::mutex mutex;

  Result<ReplaySummary> replay(ReplayVisitor& visitor) override {
    for (const Entry& entry : earlier) {
      if (entry.mark) {
        visitor.on_mark(*entry.mark);
        continue;
      }
      LogAppend append = entry.events;
      append.events.bytes = entry.bytes;
      visitor.on_events(append);
    }
    return summary;
  }
  Result<> discard_replayed() override {
    discarded = true;
    earlier.clear();
    return {};
  }
  std::unique_ptr<EventWriter> open_writer(Loop&) override {
    auto writer = std::make_unique<FakeWriter>(*this);
    writers.push_back(writer.get());
    return writer;
  }
  void release(const RunId& run, Offset through) override {
    const std::lock_guard lock(mutex);
    released[run] = std::max(released[run], through);
  }
  Result<> room_for_runs() const override {
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
  for (const LogAppend& append : events_)
    store_.committed.push_back({append, std::string(append.events.bytes), std::nullopt});
  for (const MarkAppend& mark : marks_) store_.committed.push_back({{}, {}, mark});
}

inline void FakeWriter::answer(Result<> result) {
  events_.clear();
  marks_.clear();
  CommitDone done = std::exchange(done_, nullptr);
  done(std::move(result));
}

}  // namespace belay::testing
