// How much disk space the journal takes, with few loops and with many.
#include <sys/stat.h>

#include <gmock/gmock.h>

#include "storage/journal/journal_testing.hpp"

namespace belay::storage {
namespace {

using ::testing::SizeIs;

class JournalSize : public JournalTest {
 protected:
  // A loop, its writer, and its live runs, as in an engine.
  struct Side {
    std::unique_ptr<Loop> loop;
    std::unique_ptr<LogWriter> writer;
    std::map<RunId, Offset> live;
  };

  void TearDown() override {
    sides.clear();
    journal.reset();
  }
  // When `store_keeps_up`, runs that hold old segments are moved to the store immediately.
  void start(std::size_t loops, bool store_keeps_up = true) {
    config.loops = loops;
    journal = open();
    sides.resize(loops);
    for (std::size_t i = 0; i < loops; ++i) {
      Side& side = sides[i];
      side.loop = std::make_unique<Loop>(i, clock);
      side.writer = journal->open_writer(*side.loop);
      side.writer->on_pressure([this, &side, store_keeps_up](const std::vector<RunId>& runs) {
        ++reports;
        if (!store_keeps_up) return;
        for (const RunId& run : runs) journal->trim(run, side.live[run]);
      });
    }
  }
  void append(Side& side, const RunId& run, std::size_t bytes) {
    const Offset offset = ++side.live[run];
    ASSERT_TRUE(commit(*side.writer, *side.loop, {{run, offset, {std::string(bytes, 'x')}}}, {}));
    side.loop->turn();
  }
  std::uint64_t on_disk() const {
    std::uint64_t bytes = 0;
    for (const std::string& name : segments()) {
      struct stat about {};
      if (::stat((directory() / name).c_str(), &about) == 0)
        bytes += static_cast<std::uint64_t>(about.st_blocks) * 512;
    }
    return bytes;
  }

  std::unique_ptr<Journal> journal;
  std::vector<Side> sides;
  int reports = 0;
};

TEST_F(JournalSize, X10_ManyLoopsStayBelowTheBoundTogetherWithRunsThatNeverEnd) {
  config.max_size = 16_MiB;
  start(16);
  std::vector<RunId> runs;
  for (std::size_t i = 0; i < sides.size(); ++i)
    for (int n = 0; n < 3; ++n) runs.push_back(new_run());
  std::uint64_t written = 0, max = 0;
  for (int round = 0; round < 60; ++round) {
    for (std::size_t i = 0; i < runs.size(); ++i) {
      // Of a loop's runs, some write much, some write little, and some write once and then nothing more.
      const std::size_t kind = i % 3;
      if (kind == 2 && round != 0) continue;
      const std::size_t bytes = kind == 0 ? 16'000 : 100;
      append(sides[i / 3], runs[i], bytes);
      written += bytes;
    }
    journal->wait_for_removals();
    max = std::max(max, on_disk());
    EXPECT_LE(journal->stats().size, std::int64_t(config.max_size.value));
    EXPECT_TRUE(journal->accepts_writes());
  }
  EXPECT_LE(max, config.max_size.value);
  EXPECT_GE(reports, 16);
  for (Side& side : sides)
    for (const auto& [run, last] : side.live) journal->trim(run, last);
  EXPECT_THAT(segments(), SizeIs(::testing::Gt(0)));
  EXPECT_GE(written, 15'000'000u);
}

TEST_F(JournalSize, X10_AWordOnEachOfManyLoopsTakesAFractionOfTheBound) {
  start(64);
  for (Side& side : sides) append(side, new_run(), 10);
  EXPECT_THAT(segments(), SizeIs(64));
  EXPECT_LE(on_disk(), 64 * LoopShare::kStep.value + (1 << 20));
  EXPECT_LE(on_disk(), config.max_size.value / 4);
  EXPECT_EQ(journal->stats().size, std::int64_t(64 * LoopShare::kStep.value));
}

TEST_F(JournalSize, X10_WhenTheStoreDoesNotKeepUpNoNewRunIsTakenBeyondTheBound) {
  config.max_size = 16_MiB;
  start(1, false);
  const RunId run = new_run();
  int refused_at = 0;
  for (int i = 1; i <= 40; ++i) {
    append(sides[0], run, 500'000);
    if (refused_at == 0 && !journal->accepts_writes()) refused_at = i;
  }
  EXPECT_GT(refused_at, 16'000'000 / 500'000);
  EXPECT_LT(refused_at, 40);
  const Result<> refused = journal->accepts_writes();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::storage_full);
  EXPECT_EQ(refused.error().limit, "journal.max_size");
  EXPECT_TRUE(refused.error().retry_after);
  journal->trim(run, sides[0].live[run]);
  journal->wait_for_removals();
  EXPECT_TRUE(journal->accepts_writes());
}

TEST_F(JournalSize, ALoopsShareIsFiveSegmentsOrFewerOfTheConfiguredSize) {
  config.max_size = 512_MiB;
  const auto share = [&](std::size_t loops) {
    config.loops = loops;
    return LoopShare(config);
  };
  EXPECT_EQ(share(1).segment, 64_MiB);
  EXPECT_EQ(share(1).closed, 4u);
  EXPECT_EQ(share(16).segment, ByteCount{(32 << 20) / 5});
  EXPECT_EQ(share(16).closed, 2u);
  EXPECT_EQ(share(64).step, 1_MiB);
  config.max_size = 16_MiB;
  EXPECT_EQ(share(64).segment, 64_KiB);
  EXPECT_EQ(share(64).closed, 1u);
  EXPECT_EQ(share(64).step, 64_KiB);
}

}  // namespace
}  // namespace belay::storage
