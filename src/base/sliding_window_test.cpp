#include "base/sliding_window.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace belay {
namespace {

constexpr Milliseconds kMinute{60'000};

SlidingWindow taken_at(std::initializer_list<std::int64_t> times) {
  SlidingWindow window;
  for (const std::int64_t time : times) window.take(kMinute, {time});
  return window;
}

struct Row {
  const char* about;
  std::initializer_list<std::int64_t> taken;
  std::uint64_t limit;
  std::int64_t now;
  bool allowed;
  std::uint64_t remaining;
  std::int64_t retry_after;
  std::int64_t reset_after;
};

TEST(SlidingWindow, SaysWhatFitsAndWhenToComeBack) {
  const Row rows[] = {
      {"nothing taken", {}, 3, 1000, true, 3, 0, 0},
      {"one of three", {1000}, 3, 2000, true, 2, 0, 59'000},
      {"two at the same moment count twice", {1000, 1000}, 3, 1000, true, 1, 0, 60'000},
      {"full", {1000, 2000, 3000}, 3, 4000, false, 0, 57'000, 57'000},
      {"full until the last millisecond", {1000, 2000, 3000}, 3, 60'999, false, 0, 1, 1},
      {"free at the very moment", {1000, 2000, 3000}, 3, 61'000, true, 1, 0, 1000},
      {"all free again", {1000, 2000, 3000}, 3, 63'000, true, 3, 0, 0},
      {"over a limit that was lowered", {1000, 2000, 3000}, 1, 4000, false, 0, 59'000, 57'000},
      {"a limit of nothing", {}, 0, 4000, false, 0, 60'000, 0},
      {"a clock that was set back", {5000}, 1, 1000, false, 0, 64'000, 64'000},
  };
  for (const Row& row : rows) {
    const auto state = taken_at(row.taken).look(row.limit, kMinute, {row.now});
    EXPECT_EQ(state.allowed, row.allowed) << row.about;
    EXPECT_EQ(state.remaining, row.remaining) << row.about;
    EXPECT_EQ(state.retry_after.count(), row.retry_after) << row.about;
    EXPECT_EQ(state.reset_after.count(), row.reset_after) << row.about;
  }
}

TEST(SlidingWindow, GivesBackOneOfTwoTakenAtTheSameMoment) {
  SlidingWindow window = taken_at({1000, 1000});
  window.give_back({1000});
  EXPECT_EQ(window.look(2, kMinute, {1000}).remaining, 1u);
  window.give_back({999});
  EXPECT_EQ(window.look(2, kMinute, {1000}).remaining, 1u);
}

TEST(SlidingWindow, IsIdleOnceTheLastPlaceIsFree) {
  EXPECT_TRUE(SlidingWindow().is_idle(kMinute, {0}));
  EXPECT_FALSE(taken_at({1000}).is_idle(kMinute, {60'999}));
  EXPECT_TRUE(taken_at({1000}).is_idle(kMinute, {61'000}));
}

TEST(SlidingWindow, NeverAllowsMoreThanTheLimitInAnySpanAndLetsInWhoComesWhenTold) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 50; ++round) {
    const std::uint64_t limit = 1 + random() % 10;
    SlidingWindow window;
    std::vector<std::int64_t> granted;
    for (std::int64_t now = 0; granted.size() < 200;) {
      const auto state = window.look(limit, kMinute, {now});
      const auto in_span =
          std::count_if(granted.begin(), granted.end(), [&](std::int64_t t) { return t > now - 60'000; });
      ASSERT_EQ(state.allowed, in_span < static_cast<std::int64_t>(limit));
      if (state.allowed) {
        window.take(kMinute, {now});
        granted.push_back(now);
        now += static_cast<std::int64_t>(random() % 9000);
      } else {
        ASSERT_GT(state.retry_after.count(), 0);
        ASSERT_FALSE(window.look(limit, kMinute, {now + state.retry_after.count() - 1}).allowed);
        now += state.retry_after.count();
        ASSERT_TRUE(window.look(limit, kMinute, {now}).allowed);
      }
    }
  }
}

}  // namespace
}  // namespace belay
