// Runs whose events are in the store, in part or all.
#include <gtest/gtest.h>

#include "core/run/recovery.hpp"
#include "core/run/testing/recovery_fixture.hpp"

namespace belay {
namespace {

using namespace std::chrono_literals;

class RecoveryFromStoreTest : public testing::RecoveryFixture {};

TEST_F(RecoveryFromStoreTest, X2_a_run_whose_beginning_was_moved_to_the_store_is_put_together_again) {
  provider.continues = true;
  config.log_window = {16 << 10};
  start_process();
  const RunId id = started(in_conversation());
  std::string text;
  for (int i = 0; i < 300; ++i) {
    const std::string piece = std::to_string(i) + std::string(300, '.');
    call().text(piece);
    text += piece;
    turn(1);
  }
  const Offset moved = events.released[id];
  ASSERT_GT(moved, 100u);
  crash();
  // Complete segments below the moved events were deleted. The journal begins in the middle, and overlaps the
  // events in the store.
  while (events.earlier.front().events.events.first < moved / 2) events.earlier.pop_front();
  EXPECT_EQ(recover().taken_over, 1u);
  pass(100ms, 10ms);
  EXPECT_EQ(call().request.partial_answer, text);
  call().text("end");
  call().end();
  turn();
  EXPECT_EQ(stored_answer(), text + "end");
  EXPECT_EQ(store.settled.at(0).text_bytes, text.size() + 3);
}

TEST_F(RecoveryFromStoreTest, X2_a_run_that_the_store_alone_knows_is_taken_up) {
  provider.continues = true;
  const RunId id = started(in_conversation());
  call().text("Half");
  turn();
  crash();
  recover();
  // The process dies again before it has written anything. The old journal is gone; its events are in the
  // store.
  crash();
  ASSERT_TRUE(events.earlier.empty());
  EXPECT_EQ(recover().taken_over, 1u);
  pass(100ms, 10ms);
  EXPECT_EQ(call().request.partial_answer, "Half");
  call().end();
  turn();
  EXPECT_EQ(store.settled.at(0).id, id);
  EXPECT_EQ(stored_answer(), "Half");
}

TEST_F(RecoveryFromStoreTest, X2_ranges_that_come_twice_count_once) {
  provider.continues = true;
  const RunId id = started(in_conversation());
  call().text("a");
  turn();
  call().text("b");
  turn();
  crash();
  const auto copy = events.earlier;
  for (const auto& entry : copy) events.earlier.push_back(entry);
  EXPECT_EQ(recover().taken_over, 1u);
  pass(100ms, 10ms);
  EXPECT_EQ(call().request.partial_answer, "ab");
  EXPECT_EQ((*find(id))->last(), 5u);
}

TEST_F(RecoveryFromStoreTest, X2_of_a_broken_range_the_readable_part_is_used) {
  provider.continues = true;
  const RunId id = started(in_conversation());
  call().text("good");
  call().text("bad");
  turn();
  crash();
  auto& entry = events.earlier.back();
  entry.bytes.resize(entry.bytes.size() - 2);
  EXPECT_EQ(recover().taken_over, 1u);
  pass(100ms, 10ms);
  EXPECT_EQ(call().request.partial_answer, "good");
  call().text("!");
  call().end();
  turn();
  ASSERT_EQ(store.settled.size(), 1u);
  EXPECT_EQ(stored_answer(), "good!");
  EXPECT_NE(read_all(id, dialect).find("completed \"good!\"]"), std::string::npos);
}

TEST_F(RecoveryFromStoreTest,
       a_log_whose_beginning_can_not_be_read_gets_a_record_that_retention_takes_and_nobody_finds) {
  started();
  turn();
  crash();
  // The request itself is malformed, but its frame is not.
  auto& entry = events.earlier.front();
  entry.bytes.clear();
  append_event(EventType::started, Milliseconds(0), "\xFF\xFF\xFF", entry.bytes);
  const auto recovered = recover();
  EXPECT_EQ(recovered.unreadable, 1u);
  EXPECT_EQ(recovered.taken_over, 0u);
  EXPECT_EQ(engine->live_runs(), 0u);
  ASSERT_EQ(store.settled.size(), 1u);
  EXPECT_EQ(store.settled[0].user, "");
  EXPECT_EQ(code_of(find(store.settled[0].id)), ErrorCode::not_found);
  crash();
  EXPECT_EQ(recover().unreadable, 0u);
}

TEST_F(RecoveryFromStoreTest, X2_when_the_store_refuses_the_journal_is_kept) {
  started(in_conversation());
  call().text("Hello.");
  turn();
  for (int* fault : {&store.fail_puts, &store.fail_reads}) {
    events.discarded = false;
    crash();
    // The opened mark comes first: it makes recovery query the store.
    events.earlier.push_front({{}, {}, MarkAppend{engine->make_id(), RunMark::opened}});
    const auto earlier = events.earlier;
    *fault = 1;
    const auto failed = engine->recover();
    EXPECT_EQ(code_of(failed), ErrorCode::storage_full);
    EXPECT_FALSE(events.discarded);
    events.earlier = earlier;
  }
}

}  // namespace
}  // namespace belay
