// Writes that are interrupted, short or refused: a commit is complete, or nothing of it remains.
#include <gmock/gmock.h>

#include "storage/journal/journal_testing.hpp"

namespace belay::storage {
namespace {

using ::testing::ElementsAre;

class FailingWrites : public JournalTest {
 protected:
  const RunId run = new_run(), second_run = new_run();
  const std::vector<Piece> first = {{run, 1, {"one", "two"}}};
  const std::vector<Piece> second = {{run, 3, {std::string(2000, 'x'), "four"}}, {second_run, 1, {"new"}}};
  const std::vector<Piece> third = {{run, 5, {"five"}}, {second_run, 2, {"newer"}}};

  void expect_all_three(const Recording& recording) {
    EXPECT_THAT(recording.pieces(), ElementsAre(first[0], second[0], second[1], third[0], third[1]));
  }
};

TEST_F(FailingWrites, InterruptedAndShortWritesAreCarriedOn) {
  files.interrupt_every_other_write = true;
  for (const std::uint64_t max : {1, 7, 64, 700}) {
    files.max_at_once = max;
    const auto journal = open();
    const auto writer = journal->open_writer(loop);
    ASSERT_TRUE(commit(*writer, loop, first, {}));
    ASSERT_TRUE(commit(*writer, loop, second, {}));
    ASSERT_TRUE(commit(*writer, loop, third, {}));
    const auto [summary, recording] = replay();
    expect_all_three(recording);
    EXPECT_EQ(summary.torn_tails, 0u);
    ASSERT_TRUE(open()->discard_replayed());
  }
}

TEST_F(FailingWrites, X10_AFullDiskAtAnyByteLeavesNothingOfTheCommitAndTheSameCommitMayBeRetried) {
  std::uint64_t refusals = 0;
  {
    const auto journal = open();
    const auto writer = journal->open_writer(loop);
    ASSERT_TRUE(commit(*writer, loop, first, {}));
    const auto size_before = std::filesystem::file_size(only_segment());
    for (std::uint64_t space = 0;; ++space) {
      files.writable_bytes = space;
      const Result<> result = commit(*writer, loop, second, {});
      if (result) {
        EXPECT_EQ(std::filesystem::file_size(only_segment()), size_before + space) << "it fits exactly";
        break;
      }
      ++refusals;
      ASSERT_EQ(result.error().code, ErrorCode::storage_full);
      ASSERT_EQ(std::filesystem::file_size(only_segment()), size_before) << "full after " << space;
    }
    EXPECT_EQ(journal->stats().commit_failures, refusals);
    files.writable_bytes = FaultyFileSystem::kNever;
    ASSERT_TRUE(commit(*writer, loop, third, {}));
  }
  EXPECT_GT(refusals, 2000u);
  const auto [summary, recording] = replay();
  expect_all_three(recording);
  EXPECT_EQ(summary.torn_tails, 0u);
}

TEST_F(FailingWrites, X10_QuotaAndFileSizeLimitCountAsFullToo) {
  const auto journal = open();
  const auto writer = journal->open_writer(loop);
  ASSERT_TRUE(commit(*writer, loop, first, {}));
  files.writable_bytes = 3;
  for (const int error : {EDQUOT, EFBIG}) {
    files.write_error = error;
    EXPECT_EQ(commit(*writer, loop, second, {}).error().code, ErrorCode::storage_full);
  }
  files.write_error = EIO;
  EXPECT_EQ(commit(*writer, loop, second, {}).error().code, ErrorCode::unavailable);
}

TEST_F(FailingWrites, WhenTheFileCannotBeCutBackTheNextCommitGoesToANewSegment) {
  {
    const auto journal = open();
    const auto writer = journal->open_writer(loop);
    ASSERT_TRUE(commit(*writer, loop, first, {}));
    files.writable_bytes = 50;
    files.truncate_error = EIO;
    ASSERT_FALSE(commit(*writer, loop, second, {}));
    files.writable_bytes = FaultyFileSystem::kNever;
    ASSERT_TRUE(commit(*writer, loop, second, {}));
    EXPECT_EQ(segments().size(), 2u);
    ASSERT_TRUE(commit(*writer, loop, third, {}));
  }
  const auto [summary, recording] = replay();
  expect_all_three(recording);
  EXPECT_EQ(summary.torn_tails, 1u);
}

TEST_F(FailingWrites, AFirstSegmentThatCannotBeMadeFailsTheCommitAndIsTriedAgain) {
  const auto journal = open();
  const auto writer = journal->open_writer(loop);
  files.create_error = ENOSPC;
  EXPECT_EQ(commit(*writer, loop, first, {}).error().code, ErrorCode::storage_full);
  files.create_error = 0;
  files.writable_bytes = 10;  // less than the header
  EXPECT_EQ(commit(*writer, loop, first, {}).error().code, ErrorCode::storage_full);
  EXPECT_THAT(segments(), ElementsAre());
  files.writable_bytes = FaultyFileSystem::kNever;
  EXPECT_TRUE(commit(*writer, loop, first, {}));
  EXPECT_EQ(segments().size(), 1u);
}

TEST_F(FailingWrites, WhenNoNewSegmentCanBeMadeTheOldOneGoesOnGrowing) {
  config.segment_size = 1_KiB;
  {
    const auto journal = open();
    const auto writer = journal->open_writer(loop);
    ASSERT_TRUE(commit(*writer, loop, first, {}));
    ASSERT_TRUE(commit(*writer, loop, second, {}));
    files.create_error = EMFILE;
    ASSERT_TRUE(commit(*writer, loop, third, {}));
    EXPECT_EQ(journal->stats().roll_failures, 1u);
    EXPECT_EQ(segments().size(), 1u);
  }
  expect_all_three(replay().recording);
}

TEST_F(FailingWrites, ABatchThatCouldNotBeSyncedIsCutOffAndTheNextGoesToANewSegment) {
  config.durability = Durability::disk;
  {
    const auto journal = open();
    const auto writer = journal->open_writer(loop);
    ASSERT_TRUE(commit(*writer, loop, first, {}));
    const auto size_before = std::filesystem::file_size(only_segment());
    files.sync_error = EIO;
    EXPECT_EQ(commit(*writer, loop, second, {}).error().code, ErrorCode::unavailable);
    EXPECT_EQ(std::filesystem::file_size(only_segment()), size_before);
    files.sync_error = 0;
    ASSERT_TRUE(commit(*writer, loop, second, {}));
    ASSERT_TRUE(commit(*writer, loop, third, {}));
    EXPECT_EQ(segments().size(), 2u);
  }
  expect_all_three(replay().recording);
}

TEST_F(FailingWrites, AfterABatchThatCanBeNeitherSyncedNorCutOffNoCommitIsTaken) {
  config.durability = Durability::disk;
  const auto journal = open();
  const auto writer = journal->open_writer(loop);
  ASSERT_TRUE(commit(*writer, loop, first, {}));
  files.sync_error = EIO;
  files.truncate_error = EIO;
  EXPECT_FALSE(commit(*writer, loop, second, {}));
  files.sync_error = files.truncate_error = 0;
  EXPECT_FALSE(commit(*writer, loop, second, {}));  // otherwise it could be replayed twice
}

TEST_F(FailingWrites, DiskDurabilitySyncsEachCommitAndTheNameOfANewFileOnce) {
  config.durability = Durability::disk;
  const auto journal = open();
  const int directory_syncs = files.directory_syncs;
  const auto writer = journal->open_writer(loop);
  ASSERT_TRUE(commit(*writer, loop, first, {}));
  ASSERT_TRUE(commit(*writer, loop, second, {}));
  EXPECT_EQ(files.syncs, 2);
  EXPECT_EQ(files.directory_syncs, directory_syncs + 1);
}

TEST_F(FailingWrites, ProcessDurabilityIsDoneBeforeCommitReturnsAndNeverSyncs) {
  const auto journal = open();
  const auto writer = journal->open_writer(loop);
  const Encoded encoded(first);
  bool done = false;
  writer->commit(encoded.appends, {}, [&](Result<> result) { done = bool(result); });
  EXPECT_TRUE(done);
  EXPECT_EQ(files.syncs, 0);
}

TEST_F(FailingWrites, AWriterThatIsDestroyedWithACommitUnderWayDoesNotCallBack) {
  config.durability = Durability::disk;
  const auto journal = open();
  auto writer = journal->open_writer(loop);
  const Encoded encoded(first);
  bool called = false;
  writer->commit(encoded.appends, {}, [&](Result<>) { called = true; });
  writer.reset();
  while (loop.turn()) {
  }
  EXPECT_FALSE(called);
}

TEST_F(FailingWrites, X10_TheJournalKnowsWhyItCannotBeWrittenUntilItCan) {
  const auto journal = open();
  const auto writer = journal->open_writer(loop);
  ASSERT_TRUE(commit(*writer, loop, first, {}));
  EXPECT_FALSE(journal->condition().failing);
  files.writable_bytes = 3;
  ASSERT_FALSE(commit(*writer, loop, second, {}));
  EXPECT_FALSE(journal->condition().failing) << "a full disk shows in accepts_writes()";
  files.write_error = EIO;
  ASSERT_FALSE(commit(*writer, loop, second, {}));
  ASSERT_TRUE(journal->condition().failing);
  EXPECT_THAT(journal->condition().failing->detail, ::testing::HasSubstr("Input/output error"));
  files.writable_bytes = FaultyFileSystem::kNever;
  ASSERT_TRUE(commit(*writer, loop, second, {}));
  EXPECT_FALSE(journal->condition().failing);
  files.writable_bytes = 3;
  ASSERT_FALSE(commit(*writer, loop, third, {}));
  EXPECT_TRUE(journal->condition().failing);
  clock.advance(config.full_probe_interval);
  EXPECT_FALSE(journal->condition().failing) << "nobody has tried for long";
}

TEST_F(FailingWrites, X10_ACommitThatWaitsForTheDiskShowsForHowLong) {
  config.durability = Durability::disk;
  const auto journal = open();
  const auto writer = journal->open_writer(loop);
  const Encoded encoded(first);
  bool done = false;
  {
    const std::lock_guard held(files.sync_hold);
    writer->commit(encoded.appends, {}, [&](Result<>) { done = true; });
    EXPECT_EQ(journal->condition().syncing, Milliseconds(0));
    clock.advance(Milliseconds(1'234));
    EXPECT_EQ(journal->condition().syncing, Milliseconds(1'234));
  }
  turn_until(loop, [&] { return done; });
  EXPECT_EQ(journal->condition().syncing, Milliseconds(0));
}

TEST_F(FailingWrites, ManyLargePiecesGoOutInOneBatch) {
  std::vector<Piece> pieces;
  for (int i = 0; i < 3000; ++i)
    pieces.push_back({new_run(), 1, {std::string(600, static_cast<char>('a' + i % 26))}});
  {
    const auto journal = open();
    const auto writer = journal->open_writer(loop);
    ASSERT_TRUE(commit(*writer, loop, pieces, {}));
  }
  const auto [summary, recording] = replay();
  EXPECT_EQ(summary.batches, 1u);
  EXPECT_EQ(recording.pieces(), pieces);
}

}  // namespace
}  // namespace belay::storage
