#include "core/run_log.hpp"

#include <gtest/gtest.h>

#include "core/testing/log_fixture.hpp"

namespace belay {
namespace {

using testing::LogHouse;

ErrorCode code_of(const Result<>& result) {
  return result ? ErrorCode::internal : result.error().code;
}

TEST(RunLog, counts_events_from_one_and_shows_them_when_they_are_durable) {
  LogHouse house;
  const auto log = house.new_log();
  EXPECT_EQ(log->log().last(), 0u);
  log->append(EventType::started, "r");
  log->delta("a");
  EXPECT_EQ(log->log().appended(), 2u);
  EXPECT_EQ(log->log().last(), 0u);
  EXPECT_GT(log->log().uncommitted_bytes(), 0u);
  house.loop.turn();
  EXPECT_EQ(log->log().last(), 2u);
  EXPECT_EQ(log->log().uncommitted_bytes(), 0u);
  EXPECT_EQ(log->log().terminal(), 0u);
  log->append(EventType::completed, "");
  EXPECT_TRUE(log->log().ended());
  EXPECT_EQ(log->log().terminal(), 0u);
  house.loop.turn();
  EXPECT_EQ(log->log().terminal(), 3u);
}

TEST(RunLog, X9_a_position_ahead_of_the_log_is_refused) {
  LogHouse house;
  const auto log = house.new_log();
  log->append(EventType::started, "r");
  log->delta("a");
  house.loop.turn();
  log->delta("not durable yet");
  const RunLog& it = log->log();
  EXPECT_TRUE(it.check({1, 0}));
  EXPECT_TRUE(it.check({1, 1}));
  EXPECT_TRUE(it.check({1, 2}));
  EXPECT_EQ(code_of(it.check({1, 3})), ErrorCode::position_ahead);
  EXPECT_EQ(code_of(it.check({1, UINT64_MAX})), ErrorCode::position_ahead);
  EXPECT_EQ(code_of(it.check({2, 1})), ErrorCode::position_ahead);
  EXPECT_EQ(code_of(it.check({UINT32_MAX, 0})), ErrorCode::position_ahead);
  EXPECT_EQ(it.check({1, 3}).error().field, "last_event_id");
}

TEST(RunLog, X1_a_position_in_a_part_that_was_lost_is_recognised) {
  LogHouse house;
  const auto log = house.new_log({{1, 1}, {5, 11}, {9, 21}}, 25);
  const RunLog& it = log->log();
  EXPECT_TRUE(it.check({1, 0}));
  EXPECT_TRUE(it.check({1, 10}));
  EXPECT_EQ(code_of(it.check({1, 11})), ErrorCode::position_lost);
  EXPECT_EQ(code_of(it.check({1, 1000})), ErrorCode::position_lost);
  EXPECT_TRUE(it.check({5, 20}));
  EXPECT_EQ(code_of(it.check({5, 21})), ErrorCode::position_lost);
  EXPECT_TRUE(it.check({9, 21}));
  EXPECT_TRUE(it.check({9, 25}));
  EXPECT_EQ(code_of(it.check({9, 26})), ErrorCode::position_ahead);
  // Epochs of which nothing is left, and such as have never been.
  EXPECT_EQ(code_of(it.check({3, 12})), ErrorCode::position_lost);
  EXPECT_EQ(code_of(it.check({10, 22})), ErrorCode::position_ahead);
  EXPECT_EQ(it.epoch_at(1), 1u);
  EXPECT_EQ(it.epoch_at(10), 1u);
  EXPECT_EQ(it.epoch_at(11), 5u);
  EXPECT_EQ(it.epoch_at(21), 9u);
}

TEST(RunLog, new_events_bear_the_newest_epoch) {
  LogHouse house;
  const auto log = house.new_log({{1, 1}, {7, 3}}, 2);
  log->delta("x");
  house.loop.turn();
  ASSERT_EQ(house.events.committed.size(), 1u);
  EXPECT_EQ(house.events.committed[0].events.epoch, 7u);
  EXPECT_EQ(house.events.committed[0].events.events.first, 3u);
}

TEST(RunLog, X6_memory_is_bounded_by_the_window_however_long_the_answer) {
  LogHouse house;
  const auto log = house.new_log();
  constexpr std::size_t kWindow = 64 << 10;
  log->append(EventType::started, "r");
  std::size_t most = 0;
  for (int i = 0; i < 2000; ++i) {
    log->delta(std::string(1000, static_cast<char>('a' + i % 26)));
    if (i % 7 == 0) house.loop.turn();
    house.spill(log->log(), kWindow);
    most = std::max(most, log->log().held_bytes());
  }
  house.loop.turn();
  // The window, the block in which it begins, and the one that is being filled.
  EXPECT_LE(most, kWindow + 2 * (64 << 10) + 8 * 1024);
  EXPECT_GE(log->log().held_bytes(), kWindow);
}

TEST(RunLog, an_event_larger_than_any_block_gets_one_of_its_own) {
  LogHouse house;
  const auto log = house.new_log();
  log->append(EventType::started, "r");
  log->delta(std::string(3 << 20, 'x'));
  log->delta("after");
  house.loop.turn();
  EXPECT_EQ(log->log().last(), 3u);
  const testing::TestDialect dialect;
  auto reader = house.reader(log->shared(), dialect);
  reader.read();
  EXPECT_EQ(reader.got, expected_bytes(dialect, log->events, 0));
}

TEST(RunLog, what_is_taken_for_the_archive_is_taken_once_and_given_back_on_failure) {
  LogHouse house;
  const auto log = house.new_log();
  for (int i = 0; i < 100; ++i) log->delta(std::string(500, 'x'));
  house.loop.turn();
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

TEST(RunLog, with_a_window_of_nothing_all_that_is_published_is_taken_and_what_comes_later_only_adds) {
  LogHouse house;
  const auto log = house.new_log();
  log->append(EventType::started, "r");
  log->delta("a");
  house.loop.turn();
  log->delta("unpublished");
  house.spill(log->log(), 0);
  EXPECT_EQ(house.store.stored_through(log->log().id()), 2u);
  house.loop.turn();
  log->append(EventType::completed, "");
  house.loop.turn();
  house.spill(log->log(), 0);
  EXPECT_EQ(house.store.stored_through(log->log().id()), 4u);
  EXPECT_TRUE(log->log().take_for_archive(0).empty());
}

TEST(RunLog, reading_back_what_is_no_longer_kept_says_so) {
  LogHouse house;
  const auto log = house.new_log({{}}, 10);
  bool told = false;
  log->log().load(5, [&](Result<std::shared_ptr<LogBlock>> block) {
    told = true;
    ASSERT_FALSE(block);
    EXPECT_EQ(block.error().code, ErrorCode::expired);
  });
  EXPECT_TRUE(told);
}

TEST(RunLog, readers_who_want_the_same_place_share_one_read) {
  LogHouse house;
  const auto log = house.new_log();
  for (int i = 0; i < 300; ++i) log->delta(std::string(500, 'x'));
  house.loop.turn();
  house.spill(log->log(), 1);
  ASSERT_EQ(log->log().find(1), nullptr);
  house.store.hold();
  std::vector<std::shared_ptr<LogBlock>> blocks;
  for (int i = 0; i < 3; ++i)
    log->log().load(1, [&](Result<std::shared_ptr<LogBlock>> block) { blocks.push_back(block.value()); });
  house.store.let_go();
  EXPECT_EQ(house.store.reads, 1u);
  ASSERT_EQ(blocks.size(), 3u);
  EXPECT_EQ(blocks[0], blocks[2]);
  EXPECT_EQ(log->log().find(1), blocks[0]);
}

}  // namespace
}  // namespace belay
