// Tests that every implementation of the Counters port must pass. The test file of an implementation says how
// to create one:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, CountersContract, ::testing::Values(CountersFactory{…}));
//
// The tests of limits are here. Those of quotas and settlements, and those of idempotency keys, have files of
// their own.
//
// Included only by tests.
#pragma once

#include <algorithm>
#include <atomic>
#include <barrier>
#include <string>
#include <thread>
#include <vector>

#include "core/ports/contracts/counters_contract_fixture.hpp"
#include "core/ports/contracts/counters_contract_keys.hpp"
#include "core/ports/contracts/counters_contract_settle.hpp"

namespace belay::storage {

TEST_P(CountersContract, A5_slots_are_granted_up_to_the_limit_and_again_after_a_release) {
  const RunId first = run_with({slots("ada", 5)});
  for (int i = 1; i < 5; ++i) EXPECT_TRUE(granted({slots("ada", 5)}));
  const ReserveResult refused = reserve({slots("ada", 5)});
  EXPECT_EQ(refused.state, State::limited);
  ASSERT_TRUE(refused.limit);
  EXPECT_TRUE(refused.limit->refused);
  EXPECT_EQ(refused.limit->limit.key, "ada");
  EXPECT_EQ(refused.limit->remaining, 0u);
  EXPECT_EQ(refused.limit->retry_after, Milliseconds(0));
  EXPECT_TRUE(granted({slots("bob", 5)}));
  EXPECT_EQ(in_use("ada"), 5u);
  settle(first);
  EXPECT_EQ(in_use("ada"), 4u);
  EXPECT_TRUE(granted({slots("ada", 5)}));
  EXPECT_FALSE(granted({slots("ada", 5)}));
}

TEST_P(CountersContract, releasing_what_is_not_held_changes_nothing) {
  settle(new_run());
  const RunId run = run_with({slots("ada", 1)});
  settle(run);
  settle(run);
  settle(new_run(), Charge::never_ran);
  EXPECT_EQ(in_use("ada"), 0u);
  EXPECT_TRUE(granted({slots("ada", 1)}));
  settle(run);
  EXPECT_FALSE(granted({slots("ada", 1)}));
}

TEST_P(CountersContract, A6_a_window_lets_its_limit_through_and_says_when_the_next_place_comes_free) {
  EXPECT_TRUE(granted({window("ada", 3)}, 0));
  EXPECT_TRUE(granted({window("ada", 3)}, 10'000));
  EXPECT_TRUE(granted({window("ada", 3)}, 20'000));
  const ReserveResult refused = reserve({window("ada", 3)}, 25'000);
  EXPECT_EQ(refused.state, State::limited);
  ASSERT_TRUE(refused.limit);
  EXPECT_TRUE(refused.limit->refused);
  EXPECT_EQ(refused.limit->limit.key, "ada");
  EXPECT_EQ(refused.limit->remaining, 0u);
  EXPECT_EQ(refused.limit->retry_after, Milliseconds(35'000));
}

TEST_P(CountersContract, A6_a_place_comes_free_exactly_one_window_after_it_was_taken) {
  EXPECT_TRUE(granted({window("ada", 2)}, 0));
  EXPECT_TRUE(granted({window("ada", 2)}, 1));
  EXPECT_EQ(reserve({window("ada", 2)}, 59'999).limit->retry_after, Milliseconds(1));
  EXPECT_TRUE(granted({window("ada", 2)}, 60'000));
  EXPECT_EQ(reserve({window("ada", 2)}, 60'000).limit->retry_after, Milliseconds(1));
  EXPECT_TRUE(granted({window("ada", 2)}, 60'001));
  EXPECT_FALSE(granted({window("ada", 2)}, 60'001));
}

TEST_P(CountersContract, A6_no_span_of_a_windows_length_holds_more_than_the_limit) {
  std::vector<std::int64_t> taken;
  std::uint64_t seed = 12345;
  for (std::int64_t ms = 0; ms < 600'000;) {
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    ms += static_cast<std::int64_t>((seed >> 33) % 3'000);
    const auto in_window =
        std::count_if(taken.begin(), taken.end(), [&](std::int64_t t) { return t + 60'000 > ms; });
    EXPECT_EQ(granted({window("ada", 10)}, ms), in_window < 10) << "at " << ms;
    if (in_window < 10) taken.push_back(ms);
  }
  EXPECT_GT(taken.size(), 90u);
}

TEST_P(CountersContract, all_limits_are_taken_or_none) {
  EXPECT_TRUE(granted({window("rate", 1)}));
  EXPECT_EQ(refused_by({slots("user", 5), quota("month", 5), window("other", 3), window("rate", 1),
                        slots("server", 9)}),
            "rate");
  EXPECT_EQ(in_use("user"), 0u);
  EXPECT_EQ(used(quota("month", 5)), 0u);
  EXPECT_EQ(used(window("other", 3)), 0u);
  EXPECT_EQ(used(window("rate", 1)), 1u);
  EXPECT_EQ(in_use("server"), 0u);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(granted({window("other", 3)}));
}

TEST_P(CountersContract, the_first_limit_in_the_order_given_is_the_one_that_refuses) {
  EXPECT_TRUE(granted({window("rate", 1), slots("user", 1)}));
  EXPECT_EQ(refused_by({window("rate", 1), slots("user", 1)}), "rate");
  EXPECT_EQ(refused_by({slots("user", 1), window("rate", 1)}), "user");
  EXPECT_EQ(refused_by({slots("user", 2), window("rate", 1)}), "rate");
}

TEST_P(CountersContract, a_grant_tells_what_is_left_of_the_tightest_window) {
  ReserveResult got = reserve({slots("user", 2), window("minute", 10), window("day", 4)});
  EXPECT_EQ(got.state, State::granted);
  ASSERT_TRUE(got.limit);
  EXPECT_FALSE(got.limit->refused);
  EXPECT_EQ(got.limit->limit.key, "day");
  EXPECT_EQ(got.limit->limit.name, "rate");
  EXPECT_EQ(got.limit->remaining, 3u);
  got = reserve({slots("user", 2), window("minute", 2), window("day", 4)});
  ASSERT_TRUE(got.limit);
  EXPECT_EQ(got.limit->limit.key, "minute");
  EXPECT_EQ(got.limit->remaining, 0u);
  EXPECT_FALSE(reserve({slots("alone", 2)}).limit);
}

TEST_P(CountersContract, one_check_given_twice_takes_two_places) {
  EXPECT_FALSE(granted({slots("ada", 1), slots("ada", 1)}));
  EXPECT_EQ(in_use("ada"), 0u);
  const RunId run = run_with({slots("ada", 2), slots("ada", 2)});
  EXPECT_EQ(in_use("ada"), 2u);
  settle(run);
  EXPECT_EQ(in_use("ada"), 0u);
  EXPECT_FALSE(granted({window("rate", 1), window("rate", 1)}));
  EXPECT_TRUE(granted({window("rate", 1)}));
}

TEST_P(CountersContract, a_limit_of_none_refuses) {
  EXPECT_FALSE(granted({slots("ada", 0)}));
  EXPECT_FALSE(granted({window("rate", 0)}));
  EXPECT_GT(reserve({window("rate", 0)}).limit->retry_after, Milliseconds(0));
  EXPECT_FALSE(granted({quota("month", 0)}));
  EXPECT_GT(reserve({quota("month", 0)}).limit->retry_after, Milliseconds(0));
}

TEST_P(CountersContract, no_limits_at_all_are_granted) {
  const RunId run = new_run();
  const ReserveResult result = reserve({}, run);
  EXPECT_EQ(result.state, State::granted);
  EXPECT_FALSE(result.limit);
  counters_->confirm(run);
  settle(run);
  counters_->stored(run);
}

TEST_P(CountersContract, a_limit_that_is_changed_counts_what_was_taken_before) {
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(granted({window("ada", 6)}, i * 1'000));
  EXPECT_EQ(reserve({window("ada", 2)}, 6'000).limit->retry_after,
            Milliseconds(58'000));  // until the fifth has left the window
  EXPECT_TRUE(granted({window("ada", 7)}, 6'000));
  EXPECT_FALSE(granted({window("ada", 7)}, 6'000));
}

TEST_P(CountersContract, X2_restored_counts_limit_as_if_they_had_been_reserved) {
  const RunId open = new_run();
  counters_->restore({open, {}, "", {"ada"}});
  counters_->restore({new_run(), {}, "", {"ada", "server"}});
  EXPECT_FALSE(granted({slots("ada", 2)}));
  EXPECT_FALSE(granted({slots("server", 1)}));
  settle(open);
  EXPECT_TRUE(granted({slots("ada", 2)}));

  // In any order, because a ledger may return them in any order.
  set_time(25'000);
  for (int ms : {20'000, 0, 10'000})
    counters_->restore_count(window("rate", 3), new_run(), start_ + Milliseconds(ms));
  EXPECT_EQ(reserve({window("rate", 3)}, 25'000).limit->retry_after, Milliseconds(35'000));
  EXPECT_TRUE(granted({window("rate", 3)}, 60'000));
  EXPECT_EQ(reserve({window("rate", 3)}, 60'000).limit->retry_after, Milliseconds(10'000));
}

TEST_P(CountersContract, restoring_more_than_a_limit_allows_counts_the_newest) {
  set_time(10'000);
  for (int i = 9; i >= 0; --i)
    counters_->restore_count(window("rate", 3), new_run(), start_ + Milliseconds(i * 1'000));
  EXPECT_FALSE(granted({window("rate", 3)}, 66'999));
  EXPECT_TRUE(granted({window("rate", 3)}, 67'000));
  EXPECT_FALSE(granted({window("rate", 3)}, 67'000));
}

TEST_P(CountersContract, a_look_at_a_window_reserves_nothing) {
  EXPECT_EQ(used(window("rate", 2)), 0u);
  EXPECT_TRUE(granted({window("rate", 2)}, 0));
  EXPECT_TRUE(granted({window("rate", 2)}, 10'000));
  set_time(20'000);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(used(window("rate", 2)), 2u);
  const LimitStatus now = status(window("rate", 2));
  EXPECT_FALSE(now.refused);
  EXPECT_EQ(now.limit.key, "rate");
  EXPECT_EQ(now.remaining, 0u);
  EXPECT_EQ(now.reset_after, Milliseconds(40'000));
  EXPECT_EQ(used(window("rate", 9)), 2u) << "a limit that was changed";
  set_time(60'000);
  EXPECT_EQ(used(window("rate", 2)), 1u);
}

// A clock that several threads read, and move.
class SharedClock final : public Clock {
 public:
  explicit SharedClock(WallTime start) : start_(start) {}
  WallTime wall() const override { return start_ + Milliseconds(ms_); }
  SteadyTime steady() const override { return SteadyTime(std::chrono::hours(1)) + Milliseconds(ms_); }
  void set(std::int64_t ms) { ms_ = ms; }

 private:
  const WallTime start_;
  std::atomic<std::int64_t> ms_{0};
};

TEST_P(CountersContract, eight_threads_get_exactly_the_places_that_there_are) {
  constexpr std::uint64_t kSlots = 100, kWindow = 37;
  // It goes back and forth, as when threads read a clock one after the other.
  SharedClock clock(start_);
  counters_ = GetParam()(clock);
  std::atomic<std::uint64_t> by_slots{0}, by_window{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        by_slots += granted({slots("server", kSlots)});
        clock.set(i % 50);
        by_window += granted({slots("wide", 1'000'000), window("rate", kWindow)});
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(by_slots, kSlots);
  EXPECT_EQ(by_window, kWindow);
  EXPECT_EQ(in_use("server"), kSlots);
  EXPECT_EQ(in_use("wide"), kWindow);
  counters_.reset();  // before the clock
}

TEST_P(CountersContract, eight_threads_that_take_and_give_never_hold_more_than_the_limit) {
  constexpr std::int64_t kMax = 5;
  std::atomic<std::int64_t> held{0}, highest{0}, grants{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 2'000; ++i) {
        const RunId run = new_run();
        if (reserve({slots("user", kMax), slots("server", 7)}, run).state != State::granted) continue;
        ++grants;
        const std::int64_t now = ++held;
        for (std::int64_t seen = highest; now > seen && !highest.compare_exchange_weak(seen, now);) continue;
        --held;
        settle(run);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(grants, 0);
  EXPECT_LE(highest, kMax);
  EXPECT_EQ(in_use("user"), 0u);
  EXPECT_EQ(in_use("server"), 0u);
}

TEST_P(CountersContract, eight_threads_with_a_moving_clock_fill_each_window_exactly) {
  constexpr std::size_t kSteps = 200;
  constexpr std::uint64_t kMax = 20;
  SharedClock clock(start_);
  counters_ = GetParam()(clock);
  std::vector<std::atomic<std::uint64_t>> taken(kSteps);  // number of grants in each step of 10 ms
  std::int64_t steps = 0;
  std::barrier step(8, [&]() noexcept { clock.set(steps++ * 10); });
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < kSteps; ++i) {
        step.arrive_and_wait();
        const std::size_t tries = i % 10 == 9 ? 10 : static_cast<std::size_t>(t) % 2;
        for (std::size_t n = 0; n < tries; ++n)
          taken[i] += granted({window("rate", kMax, Milliseconds(100))});
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (std::size_t first = 0; first + 10 <= kSteps; ++first) {
    std::uint64_t in_window = 0;
    for (std::size_t i = first; i < first + 10; ++i) in_window += taken[i];
    EXPECT_LE(in_window, kMax) << "from step " << first;
    if (first % 10 == 0) {
      EXPECT_EQ(in_window, kMax) << "from step " << first;
    }
  }
  counters_.reset();  // before the clock
}

}  // namespace belay::storage
