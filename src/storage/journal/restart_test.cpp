// Processes that use the same directory one after the other, with and without a restart of the machine, and
// with crashes at random bytes.
#include <map>

#include <gmock/gmock.h>

#include "storage/journal/journal_reader.hpp"
#include "storage/journal/journal_testing.hpp"

namespace belay::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Restart : public JournalTest {
 protected:
  void append(const RunId& run, Offset offset, Loop& on) {
    const auto journal = open();
    const auto writer = journal->open_writer(on);
    ASSERT_TRUE(commit(*writer, on, {{run, offset, {"text"}}}, {}));
  }
};

TEST_F(Restart, EveryProcessWritesALaterGenerationSoThatARunsEventsStayInOrderOnAnyLoop) {
  const RunId run = new_run();
  append(run, 1, other_loop);
  append(run, 2, loop);
  append(run, 3, other_loop);
  EXPECT_THAT(segments(), ElementsAre("00000001-loop-01-00000001.log", "00000002-loop-00-00000001.log",
                                      "00000003-loop-01-00000001.log"));
  EXPECT_EQ(replay().recording.offsets_of(run), offsets(1, 3));
}

TEST_F(Restart, AProcessThatWritesNothingLeavesNoFile) {
  {
    const auto journal = open();
    const auto writer = journal->open_writer(loop);
  }
  EXPECT_THAT(segments(), IsEmpty());
}

TEST_F(Restart, SegmentsOfOneLoopAreReadInTheOrderInWhichTheyWereWritten) {
  config.segment_size = 100_B;
  const RunId run = new_run();
  {
    const auto journal = open();
    const auto writer = journal->open_writer(loop);
    for (Offset offset = 1; offset <= 20; ++offset)
      ASSERT_TRUE(commit(*writer, loop, {{run, offset, {"some text"}}}, {}));
  }
  EXPECT_GT(segments().size(), 10u);
  EXPECT_EQ(replay().recording.offsets_of(run), offsets(1, 20));
}

TEST_F(Restart, TheTailMayBeLostOnlyWhenTheMachineWasRestarted) {
  append(new_run(), 1, loop);
  EXPECT_FALSE(replay(kBoot).summary.tail_may_be_lost);
  EXPECT_TRUE(replay(kOtherBoot).summary.tail_may_be_lost);
  EXPECT_TRUE(replay(BootId{}).summary.tail_may_be_lost) << "not knowing counts as a restart";
}

TEST_F(Restart, WithDiskDurabilityNothingIsLostByARestartOfTheMachine) {
  config.durability = Durability::disk;
  append(new_run(), 1, loop);
  EXPECT_FALSE(replay(kOtherBoot).summary.tail_may_be_lost);
}

TEST_F(Restart, AMemoryJournalMakesNoFilesAndStillReadsWhatAnEarlierProcessLeft) {
  const RunId kept = new_run();
  append(kept, 1, loop);
  config.durability = Durability::memory;
  append(new_run(), 1, loop);
  EXPECT_THAT(segments(), SizeIs(1));
  EXPECT_THAT(replay().recording.offsets_of(kept), ElementsAre(1));
  ASSERT_TRUE(open()->discard_replayed());
  EXPECT_THAT(segments(), IsEmpty());
}

TEST_F(Restart, UnfinishedFilesAreClearedAwayAndForeignOnesLeftAlone) {
  append(new_run(), 1, loop);
  write_file(directory() / "00000002-loop-00-00000001.log.new", "BELAY");
  write_file(directory() / "notes.txt", "mine");
  const auto [summary, recording] = replay();
  EXPECT_EQ(summary.batches, 1u);
  EXPECT_EQ(summary.torn_tails, 0u);
  EXPECT_FALSE(std::filesystem::exists(directory() / "00000002-loop-00-00000001.log.new"));
  EXPECT_TRUE(std::filesystem::exists(directory() / "notes.txt"));
}

TEST_F(Restart, ASegmentThatCannotBeReadFailsTheReplay) {
  append(new_run(), 1, loop);
  const auto segment = only_segment();
  std::filesystem::remove(segment);
  std::filesystem::create_directory(segment);  // can be opened, but not read
  Recording recording;
  const auto summary = open()->replay(recording);
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().code, ErrorCode::unavailable);
  EXPECT_THAT(summary.error().detail, ::testing::HasSubstr(segment.filename().string()));
}

TEST_F(Restart, AnEventOfAKnownRunCostsFewBytesBesideItsOwn) {
  const RunId run = new_run();
  const auto journal = open();
  const auto writer = journal->open_writer(loop);
  ASSERT_TRUE(commit(*writer, loop, {{run, 1, {"0123456789"}}}, {}));
  const auto before = std::filesystem::file_size(only_segment());
  std::vector<Piece> turn;
  for (Offset offset = 2; offset < 102; ++offset) turn.push_back({run, offset, {"0123456789"}});
  ASSERT_TRUE(commit(*writer, loop, turn, {}));
  const auto bytes = std::filesystem::file_size(only_segment()) - before;
  EXPECT_EQ(bytes, kBatchHeaderSize + 100 * (4 + 3 + 10));  // entry, header of the event, text
  EXPECT_EQ(journal->stats().events, 101u);
  EXPECT_EQ(journal->stats().batches, 2u);
}

// Appends at random on two loops. Then makes the directory that a crash at a random moment would have left:
// each loop's newest file is cut somewhere after the last commit that had been reported at that moment. The
// replay must contain every reported commit, and beyond it only a prefix of what was being written.
class RandomCrash : public Restart, public ::testing::WithParamInterface<std::uint64_t> {};

TEST_P(RandomCrash, X2_ReplayGivesAPrefixThatHoldsAllThatWasCommitted) {
  SeededRandom dice(GetParam());
  config.segment_size = ByteCount{200 + dice.below(4000)};
  struct Written {
    std::string file;
    std::uint64_t end = 0;
  };
  struct Side {
    Loop& on;
    std::unique_ptr<LogWriter> writer;
    std::vector<Piece> pieces;        // in the order of their commits
    std::vector<std::size_t> counts;  // number of pieces after each commit
    std::vector<Written> places;      // end of the file after each commit
  };
  auto journal = open();
  std::map<RunId, Offset> lasts;
  std::vector<Side> sides;
  sides.push_back({loop, journal->open_writer(loop), {}, {0}, {}});
  sides.push_back({other_loop, journal->open_writer(other_loop), {}, {0}, {}});
  std::vector<std::vector<RunId>> runs(2);
  for (int step = 0; step < 120; ++step) {
    const std::size_t which = dice.below(2);
    Side& side = sides[which];
    std::vector<Piece> pieces;
    for (std::uint64_t n = 1 + dice.below(6); n > 0; --n) {
      if (runs[which].empty() || dice.below(5) == 0) runs[which].push_back(RunId::make(clock, dice));
      const RunId run = runs[which][dice.below(runs[which].size())];
      Piece piece{run, lasts[run] + 1, {}};
      for (std::uint64_t events = 1 + dice.below(4); events > 0; --events)
        piece.texts.emplace_back(dice.below(dice.below(20) == 0 ? 3000 : 60),
                                 static_cast<char>('a' + dice.below(26)));
      lasts[run] = piece.last();
      pieces.push_back(std::move(piece));
    }
    ASSERT_TRUE(commit(*side.writer, side.on, pieces, {}));
    side.pieces.insert(side.pieces.end(), pieces.begin(), pieces.end());
    side.counts.push_back(side.pieces.size());
    std::string newest;
    for (const std::string& file : segments())
      if (SegmentName::parse(file)->loop == side.on.index()) newest = file;
    side.places.push_back({newest, std::filesystem::file_size(directory() / newest)});
  }

  // The crash: after `reported` commits of each loop, some bytes of the next commit may exist.
  const TemporaryDirectory crashed;
  std::filesystem::create_directory(journal_directory(crashed.path()));
  std::vector<std::size_t> reported;
  for (Side& side : sides) {
    const std::size_t commits = dice.below(side.places.size() + 1);
    reported.push_back(commits);
    std::map<std::string, std::uint64_t> sizes;
    for (std::size_t i = 0; i < commits; ++i) sizes[side.places[i].file] = side.places[i].end;
    if (commits < side.places.size()) {
      const Written& next = side.places[commits];
      const std::uint64_t from = sizes.contains(next.file) ? sizes[next.file] : kSegmentHeaderSize;
      sizes[next.file] = from + dice.below(next.end - from + 1);
    }
    for (const auto& [file, size] : sizes)
      write_file(journal_directory(crashed.path()) / file, read_file(directory() / file).substr(0, size));
  }

  auto next = Journal::open(config, crashed.path(), files, clock, kBoot);
  ASSERT_TRUE(next);
  Recording recording;
  const auto summary = (*next)->replay(recording);
  ASSERT_TRUE(summary);
  EXPECT_FALSE(summary->tail_may_be_lost);
  for (std::size_t i = 0; i < sides.size(); ++i) {
    std::vector<Piece> replayed;
    for (const Piece& piece : recording.pieces())
      if (std::find(runs[i].begin(), runs[i].end(), piece.run) != runs[i].end()) replayed.push_back(piece);
    const auto& counts = sides[i].counts;
    EXPECT_GE(replayed.size(), counts[reported[i]]);
    EXPECT_LE(replayed.size(), counts[std::min(reported[i] + 1, counts.size() - 1)]);
    ASSERT_LE(replayed.size(), sides[i].pieces.size());
    EXPECT_TRUE(std::equal(replayed.begin(), replayed.end(), sides[i].pieces.begin()));
    EXPECT_TRUE(std::find(counts.begin(), counts.end(), replayed.size()) != counts.end())
        << "part of a batch";
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomCrash, ::testing::Range<std::uint64_t>(1, 41));

}  // namespace
}  // namespace belay::storage
