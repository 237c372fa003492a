// Tests of the Counters port: quotas by calendar month, settlements, and a new process. Part of
// counters_contract.hpp.
#pragma once

#include "core/ports/contracts/counters_contract_fixture.hpp"

namespace belay::storage {

TEST_P(CountersContract, a_quota_lets_its_limit_through_until_the_next_month) {
  set_time(utc(2026, 11, 30, Milliseconds(86'400'000 - 10'000)));
  const ReserveResult got = reserve({quota("ada", 2)});
  EXPECT_EQ(got.state, State::granted);
  ASSERT_TRUE(got.limit);
  EXPECT_EQ(got.limit->limit.key, "ada");
  EXPECT_EQ(got.limit->remaining, 1u);
  EXPECT_EQ(got.limit->reset_after, Milliseconds(10'000));
  EXPECT_TRUE(granted({quota("ada", 2)}));
  const ReserveResult refused = reserve({quota("ada", 2)});
  EXPECT_EQ(refused.state, State::limited);
  ASSERT_TRUE(refused.limit);
  EXPECT_TRUE(refused.limit->refused);
  EXPECT_EQ(refused.limit->remaining, 0u);
  EXPECT_EQ(refused.limit->retry_after, Milliseconds(10'000));
  EXPECT_TRUE(granted({quota("bob", 2)}));
}

TEST_P(CountersContract, a_month_ends_with_its_last_millisecond_in_utc) {
  const std::pair<WallTime, WallTime> months[] = {{utc(2026, 12, 31), utc(2027, 1, 1)},
                                                  {utc(2027, 2, 28), utc(2027, 3, 1)},
                                                  {utc(2028, 2, 28), utc(2028, 3, 1)},  // a leap year
                                                  {utc(2028, 4, 30), utc(2028, 5, 1)}};
  for (const auto& [last_day, next] : months) {
    set_time(last_day);
    EXPECT_TRUE(granted({quota("ada", 1)})) << last_day.ms;
    set_time(next - Milliseconds(1));
    EXPECT_EQ(refused_by({quota("ada", 1)}), "ada") << last_day.ms;
    EXPECT_EQ(reserve({quota("ada", 1)}).limit->retry_after, Milliseconds(1));
    set_time(next);
    EXPECT_EQ(used(quota("ada", 1)), 0u) << next.ms;
    EXPECT_TRUE(granted({quota("ada", 1)})) << next.ms;
  }
}

TEST_P(CountersContract, a_quota_counts_a_run_that_ended_and_refunds_one_that_failed_or_never_ran) {
  const RunId counted = run_with({quota("ada", 3)});
  const RunId refunded = run_with({quota("ada", 3)});
  const RunId never_ran = run_with({quota("ada", 3)});
  EXPECT_FALSE(granted({quota("ada", 3)}));
  settle(counted, Charge::counted);
  EXPECT_EQ(used(quota("ada", 3)), 3u);
  settle(refunded, Charge::refunded);
  EXPECT_EQ(used(quota("ada", 3)), 2u);
  settle(never_ran, Charge::never_ran);
  EXPECT_EQ(used(quota("ada", 3)), 1u);
}

TEST_P(CountersContract, a_window_is_not_refunded) {
  const RunId run = run_with({window("rate", 2), quota("ada", 2)});
  settle(run, Charge::refunded);
  EXPECT_EQ(used(window("rate", 2)), 1u);
  EXPECT_EQ(used(quota("ada", 2)), 0u);
}

TEST_P(CountersContract, a_refund_goes_to_the_month_of_the_reservation) {
  set_time(utc(2026, 11, 30));
  const RunId november = run_with({quota("ada", 1)});
  set_time(utc(2026, 12, 1));
  const RunId december = run_with({quota("ada", 1)});
  settle(november, Charge::refunded);
  EXPECT_EQ(used(quota("ada", 1)), 1u) << "of December";
  EXPECT_FALSE(granted({quota("ada", 1)}));
  settle(december, Charge::refunded);
  EXPECT_EQ(used(quota("ada", 1)), 0u);
  EXPECT_TRUE(granted({quota("ada", 1)}));
}

TEST_P(CountersContract, a_look_at_a_quota_reserves_nothing) {
  set_time(utc(2026, 11, 30));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(used(quota("ada", 2)), 0u);
  EXPECT_TRUE(granted({quota("ada", 2)}));
  const LimitStatus now = status(quota("ada", 2));
  EXPECT_FALSE(now.refused);
  EXPECT_EQ(now.limit.key, "ada");
  EXPECT_EQ(now.remaining, 1u);
  EXPECT_EQ(now.reset_after, Milliseconds(86'400'000));
  EXPECT_EQ(status(quota("ada", 0)).remaining, 0u) << "a limit that was changed";
}

TEST_P(CountersContract, the_least_that_is_left_may_be_of_a_quota) {
  EXPECT_EQ(reserve({window("rate", 5), quota("month", 3), window("day", 4)}).limit->limit.key, "month");
  EXPECT_EQ(reserve({window("hour", 2), quota("month", 3)}).limit->limit.key, "hour")
      << "the first of two with the same number";
}

TEST_P(CountersContract, A5_a_settlement_that_is_repeated_changes_nothing) {
  const RunId first = run_with({slots("ada", 3), quota("ada", 3)});
  const RunId other = run_with({slots("ada", 3), quota("ada", 3)});
  for (int i = 0; i < 3; ++i) settle(first, Charge::refunded);
  EXPECT_EQ(in_use("ada"), 1u);
  EXPECT_EQ(used(quota("ada", 3)), 1u);
  settle(other, Charge::counted);
  settle(other, Charge::refunded);
  settle(other, Charge::never_ran);
  EXPECT_EQ(in_use("ada"), 0u);
  EXPECT_EQ(used(quota("ada", 3)), 1u) << "the first settlement takes effect";
}

TEST_P(CountersContract, X2_a_process_that_is_killed_before_a_settlement_settles_after_its_restart) {
  set_time(utc(2026, 11, 30, Milliseconds(86'400'000 - 10'000)));
  const WallTime when = clock_.wall();
  const std::vector<Limit> limits = {slots("ada", 1), window("rate", 2), quota("month", 2)};
  const RunId run = new_run();
  EXPECT_EQ(value_of(begin(run, key("k"), limits)).state, State::granted);
  counters_->confirm(run);
  restart();
  EXPECT_EQ(in_use("ada"), 0u);

  set_time(when + Milliseconds(5'000));
  counters_->restore({run, key("k"), "body", {"ada"}});
  counters_->restore_count(window("rate", 2), run, when);
  counters_->restore_count(quota("month", 2), run, when);
  EXPECT_EQ(in_use("ada"), 1u);
  EXPECT_EQ(used(window("rate", 2)), 1u);
  EXPECT_EQ(used(quota("month", 2)), 1u);
  for (int i = 0; i < 2; ++i) {
    settle(run, Charge::refunded);
    EXPECT_EQ(in_use("ada"), 0u);
    EXPECT_EQ(used(window("rate", 2)), 1u);
    EXPECT_EQ(used(quota("month", 2)), 0u);
  }
}

TEST_P(CountersContract, X2_a_restored_run_is_refunded_in_the_month_of_its_reservation) {
  set_time(utc(2026, 12, 1));
  const RunId run = new_run();
  counters_->restore({run, {}, "", {}});
  counters_->restore_count(quota("ada", 1), run, clock_.wall() - Milliseconds(1));
  EXPECT_TRUE(granted({quota("ada", 1)})) << "November's run does not count in December";
  settle(run, Charge::refunded);
  EXPECT_EQ(used(quota("ada", 1)), 1u);
}

TEST_P(CountersContract, X2_a_run_of_the_ledger_that_has_ended_is_never_refunded) {
  const RunId ended = new_run();
  counters_->restore_count(quota("ada", 2), ended, clock_.wall());
  settle(ended, Charge::refunded);
  EXPECT_EQ(used(quota("ada", 2)), 1u);
}

}  // namespace belay::storage
