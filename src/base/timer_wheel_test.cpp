#include "base/timer_wheel.hpp"

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace belay {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class TimerWheelTest : public ::testing::Test {
 protected:
  void advance(Milliseconds by) {
    clock_.advance(by);
    wheel_.advance();
  }
  // How long until the wheel wants to be called.
  Milliseconds next() { return std::chrono::ceil<Milliseconds>(wheel_.next_due().value() - clock_.steady()); }

  ManualClock clock_;
  TimerWheel wheel_{clock_};
  std::vector<int> fired_;
  Timer one_{wheel_, [this] { fired_.push_back(1); }};
  Timer two_{wheel_, [this] { fired_.push_back(2); }};
};

TEST_F(TimerWheelTest, F4_a_timer_fires_once_and_never_early) {
  one_.arm(Milliseconds(100));
  advance(Milliseconds(100));
  EXPECT_THAT(fired_, IsEmpty());
  advance(TimerWheel::kTick);
  EXPECT_THAT(fired_, ElementsAre(1));
  advance(Milliseconds(100'000));
  EXPECT_THAT(fired_, ElementsAre(1));
}

TEST_F(TimerWheelTest, F4_the_next_timer_is_known_at_every_distance) {
  EXPECT_FALSE(wheel_.next_due());
  // Within a word of the bitmap, in a later one, around the end, and in an earlier bit of the same word.
  for (const int ticks : {1, 5, 63, 64, 65, 640, 2'000, 4'094}) {
    for (int turns = 0; turns < 70; ++turns) {
      one_.arm(ticks * TimerWheel::kTick);
      EXPECT_EQ(next(), (ticks + 1) * TimerWheel::kTick) << ticks << " ticks, at " << turns;
      one_.cancel();
      EXPECT_FALSE(wheel_.next_due());
      advance(37 * TimerWheel::kTick);
    }
  }
}

TEST_F(TimerWheelTest, F4_a_timer_beyond_one_round_wakes_early_and_fires_in_time) {
  one_.arm(Milliseconds(50'000));
  while (fired_.empty()) {
    ASSERT_LE(next(), Milliseconds(50'010));
    advance(next());
  }
  EXPECT_EQ(clock_.steady() - ManualClock().steady(), Milliseconds(50'010));
}

TEST_F(TimerWheelTest, F4_timers_of_one_slot_are_cancelled_one_by_one) {
  one_.arm(Milliseconds(50));
  two_.arm(Milliseconds(50));
  one_.cancel();
  EXPECT_EQ(next(), Milliseconds(60));
  advance(Milliseconds(60));
  EXPECT_THAT(fired_, ElementsAre(2));
  EXPECT_FALSE(wheel_.next_due());
}

TEST_F(TimerWheelTest, F4_a_callback_may_arm_its_timer_and_cancel_others) {
  Timer* third = nullptr;
  Timer again(wheel_, [&] {
    fired_.push_back(3);
    one_.cancel();
    if (fired_.size() < 3) third->arm(Milliseconds(0));
  });
  third = &again;
  again.arm(Milliseconds(10));
  one_.arm(Milliseconds(20));
  advance(Milliseconds(20));
  EXPECT_THAT(fired_, ElementsAre(3));
  advance(Milliseconds(20));
  advance(Milliseconds(20));
  EXPECT_THAT(fired_, ElementsAre(3, 3, 3));
}

TEST_F(TimerWheelTest, F4_a_callback_may_destroy_its_timer) {
  auto timer = std::make_unique<Timer>(wheel_, [] {});
  timer = nullptr;
  std::unique_ptr<Timer> mine;
  mine = std::make_unique<Timer>(wheel_, [&] {
    fired_.push_back(4);
    mine.reset();
  });
  mine->arm(Milliseconds(0));
  advance(Milliseconds(20));
  EXPECT_THAT(fired_, ElementsAre(4));
  EXPECT_EQ(wheel_.armed(), 0u);
}

// 2,000 random steps beside a list of due times.
TEST_F(TimerWheelTest, F4_it_agrees_with_a_plain_list_of_timers) {
  struct Expected {
    std::unique_ptr<Timer> timer;
    SteadyTime due{};  // not before
    bool armed = false, fired = false;
  };
  std::vector<Expected> all(40);
  for (Expected& each : all) each.timer = std::make_unique<Timer>(wheel_, [&each] { each.fired = true; });
  std::mt19937 random(7);
  for (int step = 0; step < 2'000; ++step) {
    Expected& each = all[random() % all.size()];
    if (random() % 4 == 0) {
      each.timer->cancel();
      each.armed = false;
    } else {
      const Milliseconds after(random() % 3 == 0 ? random() % 100'000 : random() % 500);
      each.timer->arm(after);
      each.armed = true;
      each.due = clock_.steady() + after;
    }
    advance(Milliseconds(random() % (step % 50 == 0 ? 60'000 : 300)));
    for (Expected& one : all) {
      const SteadyTime now = clock_.steady();
      const bool must = one.armed && one.due + TimerWheel::kTick <= now;
      const bool may = one.armed && one.due < now;
      ASSERT_TRUE(one.fired || !must) << "late";
      ASSERT_TRUE(!one.fired || may) << "early, twice, or after it was cancelled";
      ASSERT_EQ(one.timer->armed(), one.armed && !one.fired);
      if (one.fired) one.armed = one.fired = false;
      if (one.armed) {
        ASSERT_LE(wheel_.next_due().value(), one.due + TimerWheel::kTick);
      }
    }
    if (wheel_.armed() != 0) {
      ASSERT_GT(wheel_.next_due().value() + TimerWheel::kTick, clock_.steady());
    }
  }
}

}  // namespace
}  // namespace belay
