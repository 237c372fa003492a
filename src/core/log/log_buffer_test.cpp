#include "core/log/log_buffer.hpp"

#include <gtest/gtest.h>

#include "core/log/testing/log_fixture.hpp"

namespace belay {
namespace {

using testing::LogFixture;

ErrorCode code_of(const Result<>& result) {
  return result ? ErrorCode::internal : result.error().code;
}

TEST(LogBuffer, counts_events_from_one_and_shows_them_when_they_are_durable) {
  LogFixture fixture;
  const auto log = fixture.new_log();
  EXPECT_EQ(log->log().last(), 0u);
  log->append(EventType::started, "r");
  log->delta("a");
  EXPECT_EQ(log->log().appended(), 2u);
  EXPECT_EQ(log->log().last(), 0u);
  EXPECT_GT(log->log().uncommitted_bytes(), 0u);
  fixture.loop.turn();
  EXPECT_EQ(log->log().last(), 2u);
  EXPECT_EQ(log->log().uncommitted_bytes(), 0u);
  EXPECT_EQ(log->log().terminal(), 0u);
  log->append(EventType::completed, "");
  EXPECT_TRUE(log->log().ended());
  EXPECT_EQ(log->log().terminal(), 0u);
  fixture.loop.turn();
  EXPECT_EQ(log->log().terminal(), 3u);
}

TEST(LogBuffer, X9_a_position_ahead_of_the_log_is_refused) {
  LogFixture fixture;
  const auto log = fixture.new_log();
  log->append(EventType::started, "r");
  log->delta("a");
  fixture.loop.turn();
  log->delta("not durable yet");
  const LogBuffer& it = log->log();
  EXPECT_TRUE(it.check({1, 0}));
  EXPECT_TRUE(it.check({1, 1}));
  EXPECT_TRUE(it.check({1, 2}));
  EXPECT_EQ(code_of(it.check({1, 3})), ErrorCode::position_ahead);
  EXPECT_EQ(code_of(it.check({1, UINT64_MAX})), ErrorCode::position_ahead);
  EXPECT_EQ(code_of(it.check({2, 1})), ErrorCode::position_ahead);
  EXPECT_EQ(code_of(it.check({UINT32_MAX, 0})), ErrorCode::position_ahead);
  EXPECT_EQ(it.check({1, 3}).error().field, "last_event_id");
}

TEST(LogBuffer, X1_a_position_in_a_part_that_was_lost_is_recognised) {
  LogFixture fixture;
  const auto log = fixture.new_log({{1, 1}, {5, 11}, {9, 21}}, 25);
  const LogBuffer& it = log->log();
  EXPECT_TRUE(it.check({1, 0}));
  EXPECT_TRUE(it.check({1, 10}));
  EXPECT_EQ(code_of(it.check({1, 11})), ErrorCode::position_lost);
  EXPECT_EQ(code_of(it.check({1, 1000})), ErrorCode::position_lost);
  EXPECT_TRUE(it.check({5, 20}));
  EXPECT_EQ(code_of(it.check({5, 21})), ErrorCode::position_lost);
  EXPECT_TRUE(it.check({9, 21}));
  EXPECT_TRUE(it.check({9, 25}));
  EXPECT_EQ(code_of(it.check({9, 26})), ErrorCode::position_ahead);
  // Epochs of which nothing is left, and epochs that never existed.
  EXPECT_EQ(code_of(it.check({3, 12})), ErrorCode::position_lost);
  EXPECT_EQ(code_of(it.check({10, 22})), ErrorCode::position_ahead);
  EXPECT_EQ(it.epoch_at(1), 1u);
  EXPECT_EQ(it.epoch_at(10), 1u);
  EXPECT_EQ(it.epoch_at(11), 5u);
  EXPECT_EQ(it.epoch_at(21), 9u);
}

TEST(LogBuffer, new_events_bear_the_newest_epoch) {
  LogFixture fixture;
  const auto log = fixture.new_log({{1, 1}, {7, 3}}, 2);
  log->delta("x");
  fixture.loop.turn();
  ASSERT_EQ(fixture.events.committed.size(), 1u);
  EXPECT_EQ(fixture.events.committed[0].events.epoch, 7u);
  EXPECT_EQ(fixture.events.committed[0].events.events.first, 3u);
}

TEST(LogBuffer, X6_memory_is_bounded_by_the_window_however_long_the_answer) {
  LogFixture fixture;
  const auto log = fixture.new_log();
  constexpr std::size_t kWindow = 64 << 10;
  log->append(EventType::started, "r");
  std::size_t max = 0;
  for (int i = 0; i < 2000; ++i) {
    log->delta(std::string(1000, static_cast<char>('a' + i % 26)));
    if (i % 7 == 0) fixture.loop.turn();
    fixture.spill(log->log(), kWindow);
    max = std::max(max, log->log().held_bytes());
  }
  fixture.loop.turn();
  // The window, the block in which it begins, and the block that is being filled.
  EXPECT_LE(max, kWindow + 2 * (64 << 10) + 8 * 1024);
  EXPECT_GE(log->log().held_bytes(), kWindow);
}

TEST(LogBuffer, an_event_larger_than_any_block_gets_one_of_its_own) {
  LogFixture fixture;
  const auto log = fixture.new_log();
  log->append(EventType::started, "r");
  log->delta(std::string(3 << 20, 'x'));
  log->delta("after");
  fixture.loop.turn();
  EXPECT_EQ(log->log().last(), 3u);
  const testing::TestDialect dialect;
  auto reader = fixture.reader(log->shared(), dialect);
  reader.read();
  EXPECT_EQ(reader.got, expected_bytes(dialect, log->events, 0));
}

TEST(LogBuffer, what_is_taken_for_the_archive_is_taken_once_and_given_back_on_failure) {
  LogFixture fixture;
  const auto log = fixture.new_log();
  for (int i = 0; i < 100; ++i) log->delta(std::string(500, 'x'));
  fixture.loop.turn();
  const auto first = log->log().take_for_archive(1);
  ASSERT_FALSE(first.empty());
  EXPECT_EQ(first.front().first, 1u);
  EXPECT_TRUE(log->log().take_for_archive(1).empty());
  log->log().return_from_archive(0);
  const auto again = log->log().take_for_archive(1);
  ASSERT_EQ(again.size(), first.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(again[i].first, first[i].first);
    EXPECT_EQ(*again[i].bytes, *first[i].bytes);
  }
}

TEST(LogBuffer, with_a_window_of_nothing_all_that_is_published_is_taken_and_what_comes_later_only_adds) {
  LogFixture fixture;
  const auto log = fixture.new_log();
  log->append(EventType::started, "r");
  log->delta("a");
  fixture.loop.turn();
  log->delta("unpublished");
  fixture.spill(log->log(), 0);
  EXPECT_EQ(fixture.store.stored_through(log->log().id()), 2u);
  fixture.loop.turn();
  log->append(EventType::completed, "");
  fixture.loop.turn();
  fixture.spill(log->log(), 0);
  EXPECT_EQ(fixture.store.stored_through(log->log().id()), 4u);
  EXPECT_TRUE(log->log().take_for_archive(0).empty());
}

TEST(LogBuffer, reading_back_what_is_no_longer_kept_says_so) {
  LogFixture fixture;
  const auto log = fixture.new_log({{}}, 10);
  bool loaded = false;
  log->log().load(5, [&](Result<std::shared_ptr<LogBlock>> block) {
    loaded = true;
    ASSERT_FALSE(block);
    EXPECT_EQ(block.error().code, ErrorCode::expired);
  });
  EXPECT_TRUE(loaded);
}

TEST(LogBuffer, readers_who_want_the_same_place_share_one_read) {
  LogFixture fixture;
  const auto log = fixture.new_log();
  for (int i = 0; i < 300; ++i) log->delta(std::string(500, 'x'));
  fixture.loop.turn();
  fixture.spill(log->log(), 1);
  ASSERT_EQ(log->log().find(1), nullptr);
  fixture.store.hold();
  std::vector<std::shared_ptr<LogBlock>> blocks;
  for (int i = 0; i < 3; ++i)
    log->log().load(1, [&](Result<std::shared_ptr<LogBlock>> block) { blocks.push_back(block.value()); });
  fixture.store.let_go();
  EXPECT_EQ(fixture.store.reads, 1u);
  ASSERT_EQ(blocks.size(), 3u);
  EXPECT_EQ(blocks[0], blocks[2]);
  EXPECT_EQ(log->log().find(1), blocks[0]);
}

}  // namespace
}  // namespace belay
