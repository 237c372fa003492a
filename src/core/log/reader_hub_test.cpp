#include "core/log/reader_hub.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "core/log/testing/eager_reader.hpp"
#include "core/log/testing/log_fixture.hpp"

namespace belay {
namespace {

using testing::EagerReader;
using testing::expected_bytes;
using testing::FakeEventLog;
using testing::FakeStore;
using testing::TestDialect;
using testing::TestLog;

// Two loops on threads of their own, in real time. Both have readers; one has the writer.
struct TwoLoops {
  SystemClock clock;
  FakeStore store;
  FakeEventLog events;
  BlockCache cache{1_MiB};
  Loop writing{0, clock}, reading{1, clock};
  ReaderHub here{writing}, there{reading};
  std::vector<ReaderHub*> hubs{&here, &there};
  LogCommitter committer{writing, events.open_writer(writing), hubs};
  LogCommitter other{reading, events.open_writer(reading), hubs};
};

TEST(ReaderHub, X4_readers_on_any_thread_get_every_byte_and_are_woken_to_the_end) {
  TwoLoops fixture;
  const TestDialect dialect;
  SeededRandom random(5);
  const RunId id = RunId::make(fixture.clock, random);
  auto log = std::make_shared<LogBuffer>(LogHead{id, "ada", "assistant"}, std::vector<EpochStart>{{}}, 0,
                                         fixture.store, fixture.cache);
  TestLog writer(fixture.committer, log, fixture.clock);
  constexpr int kRounds = 400, kReadersALoop = 25;
  std::atomic<int> done{0};
  std::vector<std::pair<Offset, std::unique_ptr<EagerReader>>> readers_here, readers_there;  // by loop

  std::thread reading([&] { fixture.reading.run(); });
  std::thread writing([&] { fixture.writing.run(); });
  std::function<void(int)> write = [&](int round) {
    for (int i = 0; i < 5; ++i) writer.delta("piece " + std::to_string(round * 5 + i) + " of \"it\"\n");
    if (round % 20 == 0) {
      auto ranges = log->take_for_archive(4 << 10);
      if (!ranges.empty()) {
        const Offset through = ranges.back().first + ranges.back().count - 1;
        fixture.store.put_events(std::move(ranges), [](Result<> result) { EXPECT_TRUE(result); });
        log->archived(through, 4 << 10);
      }
    }
    if (round + 1 == kRounds) return writer.append(EventType::completed, "");
    fixture.writing.post([&write, round] { write(round + 1); });
  };
  const auto join_now_and_then = [&](ReaderHub& hub, auto& readers) {
    auto join = std::make_shared<std::function<void()>>();
    *join = [&, join] {
      const Offset last = log->last();
      const Offset after = readers.size() % 2 ? last : last / 2;
      auto source = std::make_unique<Subscription>(log, dialect, after, hub);
      readers.emplace_back(after, std::make_unique<EagerReader>(std::move(source), done));
      if (readers.size() < kReadersALoop)
        hub.loop().post([join] { (*join)(); });
      else
        hub.loop().post([join] { *join = nullptr; });
    };
    hub.loop().post([join] { (*join)(); });
  };
  fixture.writing.post([&] { writer.append(EventType::started, "r"), write(0); });
  join_now_and_then(fixture.here, readers_here);
  join_now_and_then(fixture.there, readers_there);

  const auto give_up_at = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (done.load() < 2 * kReadersALoop && std::chrono::steady_clock::now() < give_up_at)
    std::this_thread::yield();
  EXPECT_EQ(done.load(), 2 * kReadersALoop);

  // Readers are destroyed on their own loops.
  std::vector<std::pair<Offset, std::string>> got;
  std::mutex got_mutex;
  std::atomic<int> left{0};
  const auto leave = [&](Loop& loop, auto& readers) {
    loop.post([&] {
      const std::lock_guard lock(got_mutex);
      for (const auto& [after, reader] : readers) got.emplace_back(after, reader->got);
      readers.clear();
      left.fetch_add(1);
    });
    loop.stop();
  };
  leave(fixture.writing, readers_here);
  leave(fixture.reading, readers_there);
  writing.join();
  reading.join();
  EXPECT_EQ(left.load(), 2);
  EXPECT_EQ(got.size(), std::size_t(2 * kReadersALoop));
  for (const auto& [after, bytes] : got)
    EXPECT_TRUE(bytes == expected_bytes(dialect, writer.events, after)) << after;
  EXPECT_EQ(log->reader_loops(), 0u);
  EXPECT_EQ(log->readers(), 0u);
}

TEST(ReaderHub, a_log_is_told_to_another_loop_once_a_turn_and_only_while_it_has_readers_there) {
  const ManualClock clock;
  FakeStore store;
  FakeEventLog events;
  BlockCache cache{1_MiB};
  Loop writing{0, clock}, reading{1, clock};
  ReaderHub here{writing}, there{reading};
  std::vector<ReaderHub*> hubs{&here, &there};
  LogCommitter committer{writing, events.open_writer(writing), hubs};
  const TestDialect dialect;
  SeededRandom random(5);
  auto log = std::make_shared<LogBuffer>(LogHead{RunId::make(clock, random), "ada", "assistant"},
                                         std::vector<EpochStart>{{}}, 0, store, cache);
  TestLog writer(committer, log, clock);
  auto first = std::make_unique<testing::TestReader>(std::make_unique<Subscription>(log, dialect, 0, there));
  auto second = std::make_unique<testing::TestReader>(std::make_unique<Subscription>(log, dialect, 0, there));
  EXPECT_EQ(log->reader_loops(), 0b10u);
  writer.delta("a");
  writer.delta("b");
  writing.turn();
  EXPECT_EQ(first->wakes, 0);
  EXPECT_TRUE(reading.turn());
  EXPECT_EQ(first->wakes, 1);
  EXPECT_EQ(second->wakes, 1);
  first.reset();
  EXPECT_EQ(log->reader_loops(), 0b10u);
  second.reset();
  EXPECT_EQ(log->reader_loops(), 0u);
  writer.delta("c");
  writing.turn();
  EXPECT_FALSE(reading.turn());
}

}  // namespace
}  // namespace belay
