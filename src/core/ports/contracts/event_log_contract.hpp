// Tests that every EventLog must pass, the fake in core/ports/testing/ too. Instantiate the suite with a harness for each implementation and
// setting.
//
//   struct Harness {
//     static constexpr bool kKeeps;        // whether a later process finds what was committed
//     std::unique_ptr<EventLog> open();    // opens it as a new process would; the earlier one is gone
//     void fill_disk();                    // from now on, no commit fits
//     void free_disk();
//   };
//   INSTANTIATE_TYPED_TEST_SUITE_P(Engine, EventLogContract, Harness);
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/ports/contracts/event_log_testing.hpp"

namespace belay::storage {

template <class Harness>
class EventLogContract : public ::testing::Test {
 protected:
  ManualClock clock;
  Loop loop{0, clock};
  Loop other_loop{1, clock};
  Harness harness;
  SeededRandom random{1};

  RunId new_run() { return RunId::make(clock, random); }
  // What the next process replays.
  Recording replayed(EventLog& store) {
    Recording recording;
    const auto summary = store.replay(recording);
    EXPECT_TRUE(summary) << summary.error().detail;
    return recording;
  }
  Recording replayed_by_next_process() { return replayed(*harness.open()); }
};

TYPED_TEST_SUITE_P(EventLogContract);

TYPED_TEST_P(EventLogContract, AFreshStoreHasNothingToReplay) {
  const auto store = this->harness.open();
  Recording recording;
  const auto summary = store->replay(recording);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->batches, 0u);
  EXPECT_EQ(summary->torn_tails, 0u);
  EXPECT_FALSE(summary->tail_may_be_lost);
  EXPECT_THAT(recording.entries, ::testing::IsEmpty());
}

TYPED_TEST_P(EventLogContract, AnEmptyCommitIsDone) {
  const auto store = this->harness.open();
  const auto writer = store->open_writer(this->loop);
  EXPECT_TRUE(commit(*writer, this->loop, {}, {}));
}

TYPED_TEST_P(EventLogContract, WhatWasCommittedIsGivenToTheNextProcessInOrder) {
  const RunId one = this->new_run(), two = this->new_run();
  const std::vector<Piece> first = {{one, 1, {"alpha", "beta"}}, {two, 1, {"gamma"}}};
  const std::vector<Piece> second = {{one, 3, {"delta"}}, {two, 2, {std::string(3, '\0'), "", "epsilon"}}};
  {
    const auto store = this->harness.open();
    const auto writer = store->open_writer(this->loop);
    ASSERT_TRUE(commit(*writer, this->loop, first, {}));
    ASSERT_TRUE(commit(*writer, this->loop, second, {}));
  }
  const Recording recording = this->replayed_by_next_process();
  if (!TypeParam::kKeeps) {
    EXPECT_THAT(recording.entries, ::testing::IsEmpty());
    return;
  }
  EXPECT_THAT(recording.pieces(), ::testing::ElementsAre(first[0], first[1], second[0], second[1]));
}

TYPED_TEST_P(EventLogContract, EpochsTimesAndLargePayloadsComeBackExactly) {
  const RunId run = this->new_run();
  std::string large(3 << 20, 'x');
  for (std::size_t i = 0; i < large.size(); i += 97) large[i] = static_cast<char>(i);
  std::vector<Piece> pieces = {
      {run, 1, {"a"}}, {run, 2, {large, "b"}}, {run, 4, {"after a lost tail"}}, {run, 5, {large}}};
  pieces[1].base_time = this->clock.wall() + Milliseconds(123'456'789);
  pieces[2].epoch = 2;
  pieces[2].base_time = this->clock.wall() - Milliseconds(987'654'321);
  pieces[3].epoch = 2;
  {
    const auto store = this->harness.open();
    const auto writer = store->open_writer(this->loop);
    ASSERT_TRUE(commit(*writer, this->loop, pieces, {}));
  }
  if (TypeParam::kKeeps) {
    EXPECT_EQ(this->replayed_by_next_process().pieces(), pieces);
  }
}

TYPED_TEST_P(EventLogContract, MarksComeBack) {
  const RunId one = this->new_run(), two = this->new_run();
  {
    const auto store = this->harness.open();
    const auto writer = store->open_writer(this->loop);
    ASSERT_TRUE(
        commit(*writer, this->loop, {{one, 1, {"x"}}}, {{two, RunMark::opened}, {one, RunMark::opened}}));
    ASSERT_TRUE(commit(*writer, this->loop, {}, {{two, RunMark::opened}}));
  }
  if (TypeParam::kKeeps) {
    EXPECT_THAT(this->replayed_by_next_process().marked(), ::testing::ElementsAre(two, one, two));
  }
}

TYPED_TEST_P(EventLogContract, EachLoopHasItsWriter) {
  const RunId one = this->new_run(), two = this->new_run();
  {
    const auto store = this->harness.open();
    const auto writer = store->open_writer(this->loop);
    const auto other_writer = store->open_writer(this->other_loop);
    for (Offset offset = 1; offset <= 10; ++offset) {
      ASSERT_TRUE(commit(*writer, this->loop, {{one, offset, {"one"}}}, {}));
      ASSERT_TRUE(commit(*other_writer, this->other_loop, {{two, offset, {"two"}}}, {}));
    }
  }
  if (!TypeParam::kKeeps) return;
  const Recording recording = this->replayed_by_next_process();
  EXPECT_EQ(recording.offsets_of(one), offsets(1, 10));
  EXPECT_EQ(recording.offsets_of(two), offsets(1, 10));
}

TYPED_TEST_P(EventLogContract, ARunThatGoesOnOnAnotherLoopAfterARestartStaysInOrder) {
  const RunId run = this->new_run();
  {
    const auto store = this->harness.open();
    const auto writer = store->open_writer(this->other_loop);
    ASSERT_TRUE(commit(*writer, this->other_loop, {{run, 1, {"before", "before"}}}, {}));
  }
  {
    const auto store = this->harness.open();
    this->replayed(*store);
    const auto writer = store->open_writer(this->loop);
    ASSERT_TRUE(commit(*writer, this->loop, {{run, 3, {"after"}}}, {}));
  }
  if (TypeParam::kKeeps) {
    EXPECT_EQ(this->replayed_by_next_process().offsets_of(run), offsets(1, 3));
  }
}

TYPED_TEST_P(EventLogContract, WhatWasReplayedAndDiscardedIsGone) {
  const RunId old_run = this->new_run(), run = this->new_run();
  {
    const auto store = this->harness.open();
    const auto writer = store->open_writer(this->loop);
    ASSERT_TRUE(commit(*writer, this->loop, {{old_run, 1, {"old"}}}, {}));
  }
  {
    const auto store = this->harness.open();
    this->replayed(*store);
    ASSERT_TRUE(store->discard_replayed());
    const auto writer = store->open_writer(this->loop);
    ASSERT_TRUE(commit(*writer, this->loop, {{run, 1, {"new"}}}, {}));
  }
  const Recording recording = this->replayed_by_next_process();
  EXPECT_EQ(recording.offsets_of(old_run), offsets(1, 0));
  EXPECT_EQ(recording.offsets_of(run), offsets(1, TypeParam::kKeeps ? 1 : 0));
}

TYPED_TEST_P(EventLogContract, ReleasingIsHarmlessToWhatIsNotReleased) {
  const RunId kept = this->new_run(), released = this->new_run();
  {
    const auto store = this->harness.open();
    const auto writer = store->open_writer(this->loop);
    store->trim(released, 5);  // the run is not known yet
    ASSERT_TRUE(commit(*writer, this->loop, {{kept, 1, {"kept"}}, {released, 1, {"released"}}}, {}));
    store->trim(released, 1);
    store->trim(released, 1);
    store->trim(this->new_run(), 1);
    ASSERT_TRUE(commit(*writer, this->loop, {{kept, 2, {"kept"}}}, {}));
  }
  if (TypeParam::kKeeps) {
    EXPECT_EQ(this->replayed_by_next_process().offsets_of(kept), offsets(1, 2));
  }
}

TYPED_TEST_P(EventLogContract, ADoneCommitMayBeFollowedByAnotherFromItsOwnCallback) {
  const RunId run = this->new_run();
  {
    const auto store = this->harness.open();
    const auto writer = store->open_writer(this->loop);
    const Encoded first({{run, 1, {"first"}}}), second({{run, 2, {"second"}}});
    std::optional<Result<>> result;
    writer->commit(first.appends, {}, [&](Result<> done) {
      ASSERT_TRUE(done);
      writer->commit(second.appends, {}, [&](Result<> last) { result = std::move(last); });
    });
    turn_until(this->loop, [&] { return result.has_value(); });
    ASSERT_TRUE(result && *result);
  }
  if (TypeParam::kKeeps) {
    EXPECT_EQ(this->replayed_by_next_process().offsets_of(run), offsets(1, 2));
  }
}

TYPED_TEST_P(EventLogContract, X10NothingIsKeptOfACommitThatFailedAndTheSameMayBeTriedAgain) {
  if (!TypeParam::kKeeps) return;  // nothing is written, so nothing can fail
  const RunId one = this->new_run(), two = this->new_run();
  const std::vector<Piece> batch = {{one, 2, {"refused"}}, {two, 1, {"refused", "too"}}};
  const std::vector<MarkAppend> marks = {{two, RunMark::opened}};
  {
    const auto store = this->harness.open();
    const auto writer = store->open_writer(this->loop);
    ASSERT_TRUE(commit(*writer, this->loop, {{one, 1, {"kept"}}}, {}));
    this->harness.fill_disk();
    for (int i = 0; i < 2; ++i) {
      const auto refused = commit(*writer, this->loop, batch, marks);
      ASSERT_TRUE(refused.has_error());
      EXPECT_EQ(refused.error().code, ErrorCode::storage_full);
    }
    this->harness.free_disk();
  }
  {
    const auto store = this->harness.open();
    const Recording recording = this->replayed(*store);
    EXPECT_EQ(recording.offsets_of(one), offsets(1, 1));
    EXPECT_EQ(recording.offsets_of(two), offsets(1, 0));
    EXPECT_THAT(recording.marked(), ::testing::IsEmpty());
    const auto writer = store->open_writer(this->loop);
    this->harness.fill_disk();
    ASSERT_TRUE(commit(*writer, this->loop, batch, marks).has_error());
    this->harness.free_disk();
    ASSERT_TRUE(commit(*writer, this->loop, batch, marks));
  }
  const Recording recording = this->replayed_by_next_process();
  EXPECT_EQ(recording.offsets_of(one), offsets(1, 2));
  EXPECT_EQ(recording.offsets_of(two), offsets(1, 2));
  EXPECT_THAT(recording.marked(), ::testing::ElementsAre(two));
}

TYPED_TEST_P(EventLogContract, TheSummaryCountsTheBatchesThatWereReplayed) {
  const RunId one = this->new_run(), two = this->new_run();
  {
    const auto store = this->harness.open();
    const auto writer = store->open_writer(this->loop);
    ASSERT_TRUE(commit(*writer, this->loop, {{one, 1, {"a"}}, {two, 1, {"b"}}}, {{one, RunMark::opened}}));
    ASSERT_TRUE(commit(*writer, this->loop, {}, {{two, RunMark::opened}}));
    ASSERT_TRUE(commit(*writer, this->loop, {}, {}));  // not a batch
    ASSERT_TRUE(commit(*writer, this->loop, {{one, 2, {"c"}}}, {}));
  }
  Recording recording;
  const auto summary = this->harness.open()->replay(recording);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->batches, TypeParam::kKeeps ? 3u : 0u);
  EXPECT_EQ(summary->torn_tails, 0u);
  EXPECT_FALSE(summary->machine_restarted);
}

TYPED_TEST_P(EventLogContract, WhatWasReplayedAndNotDiscardedIsReplayedAgainBeforeWhatCameLater) {
  const RunId run = this->new_run();
  for (Offset offset = 1; offset <= 3; ++offset) {
    const auto store = this->harness.open();
    this->replayed(*store);
    const auto writer = store->open_writer(this->loop);
    ASSERT_TRUE(commit(*writer, this->loop, {{run, offset, {"text"}}}, {}));
  }
  if (TypeParam::kKeeps) {
    EXPECT_EQ(this->replayed_by_next_process().offsets_of(run), offsets(1, 3));
  }
}

TYPED_TEST_P(EventLogContract, C11ClosingTheFilesIsHarmlessToWhatIsNotTrimmed) {
  const RunId kept = this->new_run(), trimmed = this->new_run();
  {
    const auto store = this->harness.open();
    const auto writer = store->open_writer(this->loop);
    store->close_files();
    ASSERT_TRUE(commit(*writer, this->loop, {{kept, 1, {"kept"}}, {trimmed, 1, {"trimmed"}}}, {}));
    store->trim(trimmed, 1);
    store->close_files();
    ASSERT_TRUE(commit(*writer, this->loop, {{kept, 2, {"kept"}}}, {}));
  }
  if (TypeParam::kKeeps) {
    EXPECT_EQ(this->replayed_by_next_process().offsets_of(kept), offsets(1, 2));
  }
}

TYPED_TEST_P(EventLogContract, AStoreWithSpaceHasRoomForRuns) {
  const auto store = this->harness.open();
  EXPECT_TRUE(store->accepts_writes());
}

REGISTER_TYPED_TEST_SUITE_P(EventLogContract, AFreshStoreHasNothingToReplay, AnEmptyCommitIsDone,
                            WhatWasCommittedIsGivenToTheNextProcessInOrder,
                            EpochsTimesAndLargePayloadsComeBackExactly, MarksComeBack, EachLoopHasItsWriter,
                            ARunThatGoesOnOnAnotherLoopAfterARestartStaysInOrder,
                            WhatWasReplayedAndDiscardedIsGone, ReleasingIsHarmlessToWhatIsNotReleased,
                            ADoneCommitMayBeFollowedByAnotherFromItsOwnCallback,
                            X10NothingIsKeptOfACommitThatFailedAndTheSameMayBeTriedAgain,
                            TheSummaryCountsTheBatchesThatWereReplayed,
                            WhatWasReplayedAndNotDiscardedIsReplayedAgainBeforeWhatCameLater,
                            C11ClosingTheFilesIsHarmlessToWhatIsNotTrimmed, AStoreWithSpaceHasRoomForRuns);

}  // namespace belay::storage
