// A journal that was cut or damaged: everything before the damage is read, nothing after it is read, and
// invalid bytes are never read as an event.
#include <gmock/gmock.h>

#include "storage/journal/journal_reader.hpp"
#include "storage/journal/journal_testing.hpp"

namespace belay::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DamagedJournal : public JournalTest {
 protected:
  const RunId one = new_run(), two = new_run();
  std::vector<std::vector<Piece>> batches = {
      {{one, 1, {"first", "second"}}, {two, 1, {"other"}}},
      {{one, 3, {"third"}}},
      {{two, 2, {"a little more", std::string(700, 'L')}}, {one, 4, {"fourth"}}},
  };
  std::string whole;              // the segment's bytes
  std::vector<std::size_t> ends;  // of the segment's batches
  std::filesystem::path segment;

  void SetUp() override {
    const auto journal = open();
    const auto writer = journal->open_writer(loop);
    for (const auto& batch : batches) {
      ASSERT_TRUE(commit(*writer, loop, batch, {}));
      segment = only_segment();
      ends.push_back(std::filesystem::file_size(segment));
    }
    whole = read_file(segment);
    ASSERT_EQ(whole.size(), ends.back());
  }
  std::vector<Piece> pieces_of(std::size_t count) const {
    std::vector<Piece> out;
    for (std::size_t i = 0; i < count; ++i) out.insert(out.end(), batches[i].begin(), batches[i].end());
    return out;
  }
  std::vector<Piece> read(std::string_view bytes, SegmentEnd* end = nullptr) {
    MemoryInput input(bytes);
    SegmentReader reader(input);
    Recording recording;
    Batch batch;
    while (reader.next(batch))
      for (const BatchEntry& entry : batch.entries) recording.on_events(std::get<LogAppend>(entry));
    if (end) *end = reader.end();
    return recording.pieces();
  }
};

TEST_F(DamagedJournal, CutAtAnyByteOfTheLastBatchGivesExactlyTheBatchesBefore) {
  for (std::size_t size = ends[1]; size < ends[2]; ++size) {
    write_file(segment, whole.substr(0, size));
    const auto [summary, recording] = replay();
    ASSERT_EQ(recording.pieces(), pieces_of(2)) << "cut at " << size;
    ASSERT_EQ(summary.batches, 2u);
    ASSERT_EQ(summary.torn_tails, size == ends[1] ? 0u : 1u) << "cut at " << size;
    ASSERT_FALSE(summary.tail_may_be_lost);  // the torn batch had never been reported as done
  }
}

TEST_F(DamagedJournal, CutAnywhereGivesTheWholeBatchesBeforeTheCut) {
  for (std::size_t size = kSegmentHeaderSize; size <= whole.size(); ++size) {
    const auto before = static_cast<std::size_t>(
        std::count_if(ends.begin(), ends.end(), [&](auto end) { return end <= size; }));
    ASSERT_EQ(read(whole.substr(0, size)), pieces_of(before)) << "cut at " << size;
  }
}

TEST_F(DamagedJournal, NoChangeOfAnyByteIsTakenForAnEvent) {
  for (std::size_t at = 0; at < whole.size(); ++at) {
    const auto before = static_cast<std::size_t>(
        std::count_if(ends.begin(), ends.end(), [&](auto end) { return end <= at; }));
    const std::size_t expected = at < kSegmentHeaderSize ? 0 : before;
    for (const int change : {0x01, 0x80, 0xFF, 0x10}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ change);
      ASSERT_EQ(read(damaged), pieces_of(expected)) << "byte " << at << " changed by " << change;
    }
  }
}

TEST_F(DamagedJournal, ABrokenBatchInTheMiddleIsReportedAndTheRestOfTheSegmentIsNotRead) {
  std::string damaged = whole;
  damaged[ends[0] + kBatchHeaderSize + 3] ^= 1;
  write_file(segment, damaged);
  const auto journal = open();
  Recording recording;
  const auto summary = journal->replay(recording);
  ASSERT_TRUE(summary);
  EXPECT_EQ(recording.pieces(), pieces_of(1));
  EXPECT_EQ(summary->torn_tails, 1u);
  EXPECT_TRUE(summary->tail_may_be_lost);  // that batch had been complete
  ASSERT_EQ(journal->findings().size(), 1u);
  EXPECT_THAT(journal->findings()[0], ::testing::HasSubstr("broken batch"));
  EXPECT_EQ(journal->stats().torn_tails, 1u);

  ASSERT_TRUE(journal->discard_replayed());
  journal->wait_for_removals();
  EXPECT_THAT(segments(), IsEmpty());
  EXPECT_EQ(read_file(segment.string() + ".damaged"), damaged) << "kept for somebody to look at";
}

TEST_F(DamagedJournal, ATailOfZerosAsAPowerFailureLeavesItIsCutOff) {
  for (const std::size_t zeros : {1, 11, 12, 13, 4096}) {
    SegmentEnd end{};
    EXPECT_EQ(read(whole + std::string(zeros, '\0'), &end), pieces_of(3));
    EXPECT_EQ(end, SegmentEnd::torn_tail) << zeros;
  }
}

TEST_F(DamagedJournal, ABatchIsValidOnlyWhereItWasWritten) {
  const std::string last = whole.substr(ends[1]);
  EXPECT_EQ(read(whole + last), pieces_of(3));                     // twice
  EXPECT_EQ(read(whole.substr(0, ends[0]) + last), pieces_of(1));  // too early
}

TEST_F(DamagedJournal, ASegmentWithoutAReadableHeaderIsReported) {
  for (const std::string& bytes :
       {std::string(), std::string(kSegmentHeaderSize, '\0'), whole.substr(0, 63)}) {
    write_file(segment, bytes);
    const auto [summary, recording] = replay();
    EXPECT_THAT(recording.entries, IsEmpty());
    EXPECT_EQ(summary.torn_tails, 1u);
    EXPECT_TRUE(summary.tail_may_be_lost);  // the header is gone, so boot and durability are unknown
  }
}

TEST_F(DamagedJournal, ASegmentOfAnotherFormatVersionIsRefusedNotSkipped) {
  std::string other = whole;
  store_fixed<std::uint16_t>(kSegmentVersion + 1, other.data() + 8);
  store_fixed(XXH3_64bits(other.data(), kSegmentHeaderSize - 8), other.data() + kSegmentHeaderSize - 8);
  write_file(segment, other);
  Recording recording;
  const auto summary = open()->replay(recording);
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().code, ErrorCode::conflict);
  EXPECT_THAT(summary.error().detail, ::testing::HasSubstr(segment.filename().string()));
}

TEST_F(DamagedJournal, AfterATornTailNewEventsGoToANewSegmentAndBothAreRead) {
  write_file(segment, whole.substr(0, whole.size() - 1));
  {
    const auto journal = open();
    Recording recording;
    ASSERT_TRUE(journal->replay(recording));
    const auto writer = journal->open_writer(loop);
    ASSERT_TRUE(commit(*writer, loop, {{two, 2, {"again"}}}, {}));
  }
  EXPECT_EQ(std::filesystem::file_size(segment), whole.size() - 1);  // the old segment is not written to
  const auto [summary, recording] = replay();
  EXPECT_EQ(recording.offsets_of(one), offsets(1, 3));
  EXPECT_EQ(recording.offsets_of(two), offsets(1, 2));
  EXPECT_EQ(summary.torn_tails, 1u);
}

}  // namespace
}  // namespace belay::storage
