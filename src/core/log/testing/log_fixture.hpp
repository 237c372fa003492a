// A log with its writer, committer and readers on one loop. Everything uses fakes and a clock that the test
// advances.
#pragma once

#include <gtest/gtest.h>

#include "base/loop.hpp"
#include "core/log/log_buffer.hpp"
#include "core/log/log_committer.hpp"
#include "core/log/reader_hub.hpp"
#include "core/log/subscription.hpp"
#include "core/log/testing/test_dialect.hpp"
#include "core/log/testing/test_reader.hpp"
#include "core/ports/testing/fake_event_log.hpp"
#include "core/ports/testing/fake_store.hpp"

namespace belay::testing {

// The log of one run, and its writer.
class TestLog final : public CommitListener {
 public:
  TestLog(LogCommitter& committer, std::shared_ptr<LogBuffer> log, const Clock& clock)
      : committer_(committer), log_(std::move(log)), clock_(clock) {}

  void append(EventType type, std::string payload) {
    log_->append(type, clock_.wall(), payload);
    events.push_back({type, std::move(payload), log_->epochs().back().epoch});
    committer_.schedule(*this, *log_);
  }
  void delta(std::string text) { append(EventType::delta, std::move(text)); }

  LogBuffer& log() { return *log_; }
  const std::shared_ptr<LogBuffer>& shared() const { return log_; }
  void on_end_durable() override {
    ++ended;
    if (when_ended) when_ended();
  }
  void on_published() override {
    ++published;
    if (when_published) when_published();
  }
  void on_refused(const Error& error) override { refused.push_back(error.code); }

  std::vector<TestEvent> events;  // all events that were appended
  int published = 0;
  int ended = 0;
  std::function<void()> when_ended;
  std::vector<ErrorCode> refused;
  std::function<void()> when_published;

 private:
  LogCommitter& committer_;
  const std::shared_ptr<LogBuffer> log_;
  const Clock& clock_;
};

struct LogFixture {
  explicit LogFixture(ByteCount cache_bytes = 1_MiB)
      : cache(cache_bytes), committer(loop, events.open_writer(loop), hubs) {
    hubs.push_back(&hub);
  }

  std::unique_ptr<TestLog> new_log(std::vector<EpochStart> epochs = {EpochStart{}}, Offset archived = 0) {
    return new_log(LogHead{RunId::make(clock, random), "ada", "assistant"}, std::move(epochs), archived);
  }
  std::unique_ptr<TestLog> new_log(LogHead head, std::vector<EpochStart> epochs = {EpochStart{}},
                                   Offset archived = 0) {
    auto log = std::make_shared<LogBuffer>(std::move(head), std::move(epochs), archived, store, cache);
    log->write_on(loop.index());
    return std::make_unique<TestLog>(committer, std::move(log), clock);
  }
  TestReader reader(const std::shared_ptr<LogBuffer>& log, const Format& format, Offset after = 0) {
    return TestReader(std::make_unique<Subscription>(log, format, after, hub));
  }
  std::unique_ptr<TestReader> new_reader(const std::shared_ptr<LogBuffer>& log, const Format& format,
                                         Offset after = 0) {
    return std::make_unique<TestReader>(std::make_unique<Subscription>(log, format, after, hub));
  }
  // Does what a run does with a log that has outgrown its window.
  void spill(LogBuffer& log, std::size_t window) {
    auto ranges = log.take_for_archive(window);
    if (ranges.empty()) return;
    const Offset through = ranges.back().first + ranges.back().count - 1;
    store.put_events(std::move(ranges), [kept = log.shared_from_this(), through, window](Result<> result) {
      ASSERT_TRUE(result);
      kept->archived(through, window);
    });
  }
  void turns(int count = 4) {
    for (int i = 0; i < count; ++i) loop.turn();
  }
  FakeWriter& writer() { return *events.writers.at(0); }

  ManualClock clock;
  SeededRandom random{42};
  FakeStore store;
  FakeEventLog events;
  BlockCache cache;
  Loop loop{0, clock};
  ReaderHub hub{loop};
  std::vector<ReaderHub*> hubs;
  LogCommitter committer;
};

}  // namespace belay::testing
