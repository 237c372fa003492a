#include "providers/calls/circuit_breaker.hpp"

#include <gtest/gtest.h>

namespace belay::providers {
namespace {

using std::chrono::seconds;

struct Breaker : testing::Test {
  BreakerConfig config{.breaker_failures = 2, .breaker_open_time = seconds(10), .breaker_probes = 1};
  CircuitBreaker breaker{config};
  SteadyTime now{};

  void fail() { breaker.ask(now).permit->failed(now); }
};

TEST_F(Breaker, X7ASuccessBetweenTwoFailuresKeepsItClosed) {
  fail();
  breaker.ask(now).permit->succeeded();
  fail();
  EXPECT_FALSE(breaker.is_open());
  fail();
  EXPECT_TRUE(breaker.is_open());
  EXPECT_EQ(breaker.times_opened(), 1u);
  EXPECT_EQ(breaker.ask(now + seconds(4)).wait, seconds(6));
}

TEST_F(Breaker, X7ACancelledAttemptCountsForNothingAndGivesItsProbeBack) {
  fail();
  { const auto cancelled = breaker.ask(now); }
  EXPECT_FALSE(breaker.is_open());
  fail();
  now += seconds(10);
  {
    const auto probe = breaker.ask(now);
    EXPECT_TRUE(probe.permit);
    EXPECT_FALSE(breaker.ask(now).permit);
  }
  EXPECT_TRUE(breaker.ask(now).permit);
}

TEST_F(Breaker, X7AnAttemptFromBeforeItOpenedSaysNothingOfNow) {
  auto early = breaker.ask(now);
  auto late = breaker.ask(now);
  fail();
  fail();
  early.permit->succeeded();
  EXPECT_TRUE(breaker.is_open());
  now += seconds(9);
  late.permit->failed(now);
  EXPECT_TRUE(breaker.ask(now + seconds(1)).permit) << "it did not prolong the wait";
}

TEST_F(Breaker, X7ItCanBeSwitchedOff) {
  config.breaker_failures = 0;
  CircuitBreaker off(config);
  for (int i = 0; i < 100; ++i) off.ask(now).permit->failed(now);
  EXPECT_FALSE(off.is_open());
}

}  // namespace
}  // namespace belay::providers
