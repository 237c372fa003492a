// Tests when segments are removed, which runs hold them, and whether writes are accepted.
#include <atomic>
#include <thread>

#include <gmock/gmock.h>

#include "storage/journal/journal_testing.hpp"

namespace belay::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class Releasing : public JournalTest {
 protected:
  const RunId one = new_run(), two = new_run(), three = new_run();
  std::unique_ptr<Journal> journal;
  std::unique_ptr<LogWriter> writer;

  void SetUp() override {
    config.segment_size = 1_KiB;
    start();
  }
  void TearDown() override { stop(); }
  void start() {
    journal = open();
    writer = journal->open_writer(loop);
  }
  void stop() {
    writer.reset();
    journal.reset();
  }
  // Waits until everything that may be removed is removed.
  std::vector<std::string> segments() const {
    if (journal) journal->wait_for_removals();
    return JournalTest::segments();
  }
  // Each append is one event. With `filling`, its payload fills a segment of its own.
  enum class Size { small, filling };
  void append(const RunId& run, Offset offset, Size size = Size::filling) {
    ASSERT_TRUE(
        commit(*writer, loop, {{run, offset, {std::string(size == Size::filling ? 1500 : 10, 'x')}}}, {}));
  }
  // After this, the segment has forgotten the runs that were released before.
  void let_many_pass() {
    for (int i = 0; i < 1'100; ++i) {
      const RunId run = new_run();
      append(run, 1, Size::small);
      journal->trim(run, 1);
    }
  }
};

TEST_F(Releasing, ASegmentGoesOnceAllItsRunsAreReleasedThroughTheirLastEventInIt) {
  append(one, 1, Size::small);
  append(two, 1);    // closes the first segment with the next commit
  append(two, 2);    // a second segment
  append(three, 1);  // a third, active
  ASSERT_THAT(segments(), SizeIs(3));
  journal->trim(two, 1);
  EXPECT_THAT(segments(), SizeIs(3));  // the first contains the event of `one`
  journal->trim(one, 1);
  EXPECT_THAT(segments(), SizeIs(2));
  journal->trim(two, 2);
  EXPECT_THAT(segments(), SizeIs(1));
  EXPECT_EQ(journal->stats().segments, 1);
  journal->trim(three, 1);
  EXPECT_THAT(segments(), SizeIs(1)) << "the active segment stays";
}

TEST_F(Releasing, WhatWasReleasedWhileTheSegmentWasActiveCountsWhenItIsClosed) {
  append(one, 1);
  journal->trim(one, 1);
  ASSERT_THAT(segments(), SizeIs(1));
  append(two, 1);
  EXPECT_THAT(segments(), SizeIs(1));
}

TEST_F(Releasing, AReleaseOfLessThanTheLastEventHoldsTheSegment) {
  append(one, 1, Size::small);
  append(one, 2);
  append(two, 1);
  journal->trim(one, 1);
  EXPECT_THAT(segments(), SizeIs(2));
  journal->trim(one, 2);
  EXPECT_THAT(segments(), SizeIs(1));
}

TEST_F(Releasing, MarksDoNotHoldASegment) {
  ASSERT_TRUE(commit(*writer, loop, {}, {{two, RunMark::opened}}));
  append(one, 1);
  append(three, 1);
  journal->trim(one, 1);
  EXPECT_THAT(segments(), SizeIs(1));
}

TEST_F(Releasing, ManyRunsThatCameAndWentInOneSegmentAreForgotten) {
  stop();
  config.segment_size = 64_MiB;
  start();
  append(one, 1, Size::small);  // not released
  append(two, 1, Size::small);  // released, and appended to again later
  journal->trim(two, 1);
  std::size_t max = 0;
  for (int i = 0; i < 20'000; ++i) {
    const RunId run = new_run();
    append(run, 1, Size::small);
    append(run, 2, Size::small);
    journal->trim(run, 2);
    max = std::max(max, journal->runs_remembered());
  }
  EXPECT_LE(max, 2'500u);
  append(two, 2, Size::small);
  append(one, 2, Size::small);
  ASSERT_THAT(segments(), SizeIs(1));
  stop();
  const auto [summary, recording] = replay();
  EXPECT_THAT(recording.offsets_of(one), ElementsAre(1, 2));
  EXPECT_THAT(recording.offsets_of(two), ElementsAre(1, 2));
  EXPECT_EQ(recording.pieces().size(), 2 * 20'002u);
  start();
}

TEST_F(Releasing, ABatchThatFailsDoesNotIntroduceTheForgottenRunThatItWasAbout) {
  stop();
  config.segment_size = 64_MiB;
  start();
  append(one, 1, Size::small);
  journal->trim(one, 1);
  let_many_pass();
  files.writable_bytes = 5;
  EXPECT_FALSE(commit(*writer, loop, {{one, 2, {"x"}}, {two, 1, {"x"}}}, {}));
  files.writable_bytes = FaultyFileSystem::kNever;
  append(three, 1, Size::small);  // gets the number that the failed batch had given to `one`
  append(one, 2, Size::small);
  append(two, 1, Size::small);
  append(one, 3, Size::small);
  stop();
  const auto [summary, recording] = replay();
  EXPECT_THAT(recording.offsets_of(one), ElementsAre(1, 2, 3));
  EXPECT_THAT(recording.offsets_of(two), ElementsAre(1));
  EXPECT_THAT(recording.offsets_of(three), ElementsAre(1));
  start();
}

TEST_F(Releasing, ARunThatWasForgottenHoldsTheSegmentsOfItsLaterEvents) {
  stop();
  config.segment_size = 64_KiB;
  start();
  append(one, 1, Size::small);
  journal->trim(one, 1);
  let_many_pass();
  append(one, 2, Size::small);
  append(one, 3, Size::small);
  const std::size_t kept = segments().size();
  for (int i = 0; i < 100; ++i) append(two, static_cast<Offset>(i + 1));
  EXPECT_GE(segments().size(), kept + 2);
  journal->trim(two, 100);
  EXPECT_GE(segments().size(), 2u) << "one's second and third event are held";
  journal->trim(one, 3);
  EXPECT_THAT(segments(), SizeIs(1));
}

TEST_F(Releasing, AnOlderSegmentThatIsNeededKeepsTheNewerOnesSoThatAReplayHasEveryRunToItsEnd) {
  append(one, 1);
  append(two, 1);
  append(two, 2);
  append(three, 1);
  journal->trim(two, 2);
  EXPECT_THAT(segments(), SizeIs(4));
  journal->trim(one, 1);
  EXPECT_THAT(segments(), SizeIs(1));
}

TEST_F(Releasing, LoopsDoNotHoldEachOthersSegments) {
  append(one, 1);
  {
    const auto other_writer = journal->open_writer(other_loop);
    ASSERT_TRUE(commit(*other_writer, other_loop, {{two, 1, {std::string(1500, 'y')}}}, {}));
    ASSERT_TRUE(commit(*other_writer, other_loop, {{two, 2, {"y"}}}, {}));
    ASSERT_THAT(segments(), SizeIs(3));
    journal->trim(two, 1);
    EXPECT_THAT(segments(), SizeIs(2));
  }
}

TEST_F(Releasing, NothingGoesBeforeWhatAnEarlierProcessLeftIsDiscarded) {
  append(one, 1);
  stop();
  start();
  append(two, 1);
  append(two, 2);
  journal->trim(two, 2);
  EXPECT_THAT(segments(), SizeIs(3));
  ASSERT_TRUE(journal->discard_replayed());
  EXPECT_THAT(segments(), SizeIs(1));
}

TEST_F(Releasing, WhatIsReleasedWhollyLeavesNoFileBehindACleanStop) {
  append(one, 1);
  append(two, 1);
  journal->trim(one, 1);
  journal->trim(two, 1);
  stop();
  EXPECT_THAT(segments(), SizeIs(0));
}

TEST_F(Releasing, AFileThatCannotBeRemovedStopsRemovalSoThatNoNewerOneGoesFirstAndIsTriedAgain) {
  append(one, 1);
  append(two, 1);
  append(three, 1);
  files.remove_error = EIO;
  journal->trim(one, 1);
  EXPECT_THAT(segments(), SizeIs(3));
  journal->trim(two, 1);
  EXPECT_THAT(segments(), SizeIs(3));
  EXPECT_GE(journal->stats().removal_failures, 1u);
  EXPECT_TRUE(journal->removal_error());
  files.remove_error = 0;
  append(three, 2);
  journal->trim(three, 1);
  EXPECT_THAT(segments(), SizeIs(1));
  EXPECT_FALSE(journal->removal_error());
}

TEST_F(Releasing, X2_WithDiskDurabilityTheStoreIsSyncedOnceForAllSegmentsThatGoTogether) {
  stop();
  config.durability = Durability::disk;
  std::atomic<int> syncs{0};
  std::atomic<bool> fails{false};
  std::mutex hold;
  journal = std::move(
      Journal::open(config, data.path(), files, clock, kBoot, [&](UniqueFunction<void(Result<>)> done) {
        const std::lock_guard held(hold);
        ++syncs;
        if (fails) return done(make_error(ErrorCode::unavailable, "Broken."));
        done({});
      }).value());
  writer = journal->open_writer(loop);
  append(one, 1);
  append(one, 2);
  append(two, 1);
  append(three, 1);
  append(three, 2);
  EXPECT_EQ(syncs, 0) << "nothing goes yet";
  fails = true;
  journal->trim(one, 2);
  EXPECT_THAT(segments(), SizeIs(5)) << "the store is not durable: all stay";
  EXPECT_EQ(journal->removal_error()->detail, "Broken.");
  fails = false;
  const int before = syncs;
  {
    const std::lock_guard held(hold);  // meanwhile, more segments may become removable
    journal->trim(two, 1);
    journal->trim(three, 1);
  }
  EXPECT_THAT(segments(), SizeIs(1));
  EXPECT_LE(syncs, before + 2);
  const int directory_syncs = files.directory_syncs;
  journal->trim(three, 2);
  EXPECT_EQ(files.directory_syncs, directory_syncs);
  append(two, 2);
  EXPECT_THAT(segments(), SizeIs(1));
  EXPECT_EQ(files.directory_syncs, directory_syncs + 2) << "one name made, one removed";
}

TEST_F(Releasing, ASegmentOfWhichNothingIsNeededIsClosedWhenNobodyWritesAnyMore) {
  append(one, 1, Size::small);
  append(two, 1, Size::small);
  journal->trim(one, 1);
  const auto pass = [&](Milliseconds time) {
    for (Milliseconds passed{0}; passed < time; passed += Milliseconds(1'000)) {
      clock.advance(Milliseconds(1'000));
      loop.turn();
    }
  };
  pass(Milliseconds(60'000));
  EXPECT_THAT(segments(), SizeIs(1)) << "two is not released";
  journal->trim(two, 1);
  pass(Milliseconds(30'000));
  EXPECT_THAT(segments(), SizeIs(0));
  EXPECT_EQ(journal->stats().size, 0);
  append(two, 2, Size::small);
  pass(Milliseconds(30'000));
  EXPECT_THAT(segments(), SizeIs(1));
  stop();
  EXPECT_THAT(replay().recording.offsets_of(two), ElementsAre(2));
  start();
}

TEST_F(Releasing, RunsThatHoldTheOldestSegmentsAreReportedOncePerNewSegment) {
  stop();
  config.max_closed_segments = 2;
  start();
  std::vector<std::vector<RunId>> reports;
  writer->on_pressure([&](const std::vector<RunId>& runs) { reports.push_back(runs); });
  append(one, 1, Size::small);
  append(two, 1);
  append(two, 2);
  append(two, 3);
  while (loop.turn()) {
  }
  EXPECT_THAT(reports, SizeIs(0));  // two closed segments are the maximum
  append(two, 4);
  EXPECT_THAT(reports, SizeIs(0)) << "not from inside a commit";
  while (loop.turn()) {
  }
  ASSERT_THAT(reports, SizeIs(1));
  EXPECT_THAT(reports[0], UnorderedElementsAre(one, two));

  journal->trim(two, 4);
  append(two, 5);
  while (loop.turn()) {
  }
  ASSERT_THAT(reports, SizeIs(2));
  EXPECT_THAT(reports[1], ElementsAre(one));

  journal->trim(one, 1);
  EXPECT_THAT(segments(), SizeIs(1));
  append(two, 6);
  while (loop.turn()) {
  }
  EXPECT_THAT(reports, SizeIs(2));
}

TEST_F(Releasing, AReportIsNotMadeForAWriterThatIsGone) {
  stop();
  config.max_closed_segments = 1;
  start();
  bool reported = false;
  writer->on_pressure([&](const std::vector<RunId>&) { reported = true; });
  append(one, 1);
  append(one, 2);
  append(one, 3);
  stop();
  while (loop.turn()) {
  }
  EXPECT_FALSE(reported);
}

TEST_F(Releasing, OtherThreadsMayReleaseAndAskForRoomWhileLoopsCommit) {
  const auto other_writer = journal->open_writer(other_loop);
  std::atomic<Offset> committed{0};
  constexpr Offset kLast = 300;
  std::thread store([&] {
    for (Offset through = 0; through < kLast;) {
      through = committed.load();
      journal->trim(one, through);
      journal->trim(two, through);
      EXPECT_TRUE(journal->accepts_writes());
    }
  });
  std::thread other([&] {
    for (Offset offset = 1; offset <= kLast; ++offset)
      EXPECT_TRUE(commit(*other_writer, other_loop, {{three, offset, {std::string(300, 'z')}}}, {}));
  });
  for (Offset offset = 1; offset <= kLast; ++offset) {
    EXPECT_TRUE(commit(*writer, loop, {{one, offset, {std::string(400, 'x')}}, {two, offset, {"y"}}}, {}));
    committed = offset;
  }
  store.join();
  other.join();
  journal->trim(three, kLast);
  EXPECT_THAT(segments(), SizeIs(2)) << "the two active ones";
}

TEST_F(Releasing, X10_ThereIsNoRoomForRunsBelowTheReserve) {
  files.free_space = config.disk_reserve;
  EXPECT_TRUE(journal->accepts_writes());
  files.free_space = ByteCount{config.disk_reserve.value - 1};
  EXPECT_TRUE(journal->accepts_writes()) << "an answer is believed for a while";
  EXPECT_EQ(files.space_queries, 1);
  clock.advance(config.room_check_interval);
  const Result<> refused = journal->accepts_writes();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::storage_full);
  files.free_space = config.disk_reserve;
  clock.advance(config.room_check_interval);
  EXPECT_TRUE(journal->accepts_writes());
}

TEST_F(Releasing, X10_RoomThatIsWithheldIsThereAgainWhenItIsNot) {
  journal->block_writes(make_error(ErrorCode::unavailable, "Gone."));
  EXPECT_EQ(journal->accepts_writes().error().detail, "Gone.");
  append(one, 1, Size::small);  // running ones continue
  journal->block_writes(std::nullopt);
  EXPECT_TRUE(journal->accepts_writes());
}

TEST_F(Releasing, X10_AfterAFullDiskThereIsNoRoomUntilACommitSucceeds) {
  append(one, 1, Size::small);
  files.writable_bytes = 0;
  ASSERT_FALSE(commit(*writer, loop, {{one, 2, {"x"}}}, {}));
  clock.advance(config.room_check_interval);
  EXPECT_FALSE(journal->accepts_writes());
  files.writable_bytes = FaultyFileSystem::kNever;
  append(one, 2, Size::small);
  EXPECT_TRUE(journal->accepts_writes());
}

TEST_F(Releasing, X10_AfterAFullDiskTheSpaceIsLookedAtAgainEvenIfNobodyCommits) {
  append(one, 1, Size::small);
  files.writable_bytes = 0;
  ASSERT_FALSE(commit(*writer, loop, {{one, 2, {"x"}}}, {}));
  clock.advance(config.full_probe_interval - Milliseconds(1));
  EXPECT_FALSE(journal->accepts_writes());
  clock.advance(Milliseconds(1));
  EXPECT_TRUE(journal->accepts_writes());
}

}  // namespace
}  // namespace belay::storage
