#include "storage/memory/counters.hpp"

#include <gtest/gtest.h>

#include "core/ports/contracts/counters_contract.hpp"

namespace belay::storage {
namespace {

INSTANTIATE_TEST_SUITE_P(Memory, CountersContract, ::testing::Values(CountersFactory([] {
                           return std::make_unique<MemoryCounters>(MemoryCountersConfig{});
                         })),
                         [](const auto&) { return "with_its_defaults"; });

class MemoryCountersTest : public ::testing::Test {
 protected:
  static LimitCheck window(std::string key, std::uint64_t max) {
    return {"rate", std::move(key), LimitCheck::Kind::window, max, Milliseconds(60'000)};
  }
  static LimitCheck slot(std::string key) {
    return {"most", std::move(key), LimitCheck::Kind::concurrent, 1, Milliseconds(0)};
  }
  static Reservation reserve(MemoryCounters& counters, const LimitCheck& check, std::int64_t ms) {
    return counters.reserve_all({&check, 1}, WallTime{ms});
  }
};

TEST_F(MemoryCountersTest, a_key_without_slots_or_counts_is_forgotten_in_passing) {
  MemoryCounters counters({});
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_TRUE(reserve(counters, window("user " + std::to_string(i), 5), 1'000).granted);
    EXPECT_TRUE(reserve(counters, slot("slot " + std::to_string(i)), 1'000).granted);
  }
  EXPECT_EQ(counters.keys(), 2'000u);
  for (int i = 0; i < 1'000; ++i) counters.release(std::vector<std::string>{"slot " + std::to_string(i)});
  EXPECT_EQ(counters.keys(), 1'000u);
  // This many reservations visit all buckets once.
  for (int i = 0; i < 2'000; ++i) reserve(counters, slot("one"), 61'000);
  EXPECT_EQ(counters.keys(), 1u);
}

TEST_F(MemoryCountersTest, keys_are_bounded_and_a_new_one_beyond_is_refused_until_others_are_idle) {
  MemoryCountersConfig config;
  config.max_keys = 10;
  MemoryCounters counters(config);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(reserve(counters, window(std::to_string(i), 5), 0).granted);
  const Reservation refused = reserve(counters, window("new", 5), 0);
  EXPECT_FALSE(refused.granted);
  EXPECT_EQ(refused.limit, 0u);
  EXPECT_EQ(refused.retry_after, Milliseconds(1'000));
  EXPECT_TRUE(refused.counters_full) << "no limit was reached";
  EXPECT_TRUE(reserve(counters, window("3", 5), 0).granted);
  EXPECT_EQ(counters.keys(), 10u);
  EXPECT_TRUE(reserve(counters, window("new", 5), 60'000).granted);
}

TEST_F(MemoryCountersTest, a_refusal_for_want_of_room_takes_nothing) {
  MemoryCountersConfig config;
  config.max_keys = 1;
  MemoryCounters counters(config);
  const LimitCheck checks[] = {slot("first"), slot("second")};
  const Reservation refused = counters.reserve_all(checks, WallTime{0});
  EXPECT_FALSE(refused.granted);
  EXPECT_EQ(refused.limit, 1u);
  EXPECT_EQ(counters.in_use("first"), 0u);
}

TEST_F(MemoryCountersTest, a_clock_that_was_set_back_delays_nobody_by_more_than_a_window) {
  MemoryCounters counters({});
  constexpr std::int64_t kDay = 86'400'000;
  EXPECT_TRUE(reserve(counters, window("ada", 1), kDay).granted);
  EXPECT_EQ(reserve(counters, window("ada", 1), 1'000).retry_after, Milliseconds(60'000));
  EXPECT_FALSE(reserve(counters, window("ada", 1), 60'999).granted);
  EXPECT_TRUE(reserve(counters, window("ada", 1), 61'000).granted);
}

TEST_F(MemoryCountersTest, threads_that_read_the_clock_in_another_order_lose_no_count) {
  MemoryCounters counters({});
  EXPECT_TRUE(reserve(counters, window("ada", 2), 100).granted);
  EXPECT_TRUE(reserve(counters, window("ada", 2), 99).granted);
  EXPECT_FALSE(reserve(counters, window("ada", 2), 60'099).granted);
  EXPECT_TRUE(reserve(counters, window("ada", 2), 60'100).granted);
}

}  // namespace
}  // namespace belay::storage
