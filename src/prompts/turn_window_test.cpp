#include "prompts/turn_window.hpp"

#include <gtest/gtest.h>

namespace belay::prompts {
namespace {

TEST(TurnWindow, P2_a_turn_is_kept_whole_or_not_at_all) {
  TurnWindow window({25});
  EXPECT_TRUE(window.offer(Role::assistant, {10}));
  EXPECT_EQ(window.kept(), 0u) << "its question has not come yet";
  EXPECT_TRUE(window.offer(Role::user, {5}));
  EXPECT_EQ(window.kept(), 2u);
  EXPECT_TRUE(window.offer(Role::assistant, {6}));
  EXPECT_FALSE(window.offer(Role::user, {5}));
  EXPECT_EQ(window.kept(), 2u);
}

TEST(TurnWindow, P2_reading_stops_as_soon_as_nothing_older_can_be_used) {
  TurnWindow window({10});
  EXPECT_TRUE(window.offer(Role::user, {4}));
  EXPECT_FALSE(window.offer(Role::user, {6})) << "it fits, and nothing else will";
  EXPECT_EQ(window.kept(), 2u);
  EXPECT_FALSE(window.offer(Role::user, {0}));
  EXPECT_EQ(window.kept(), 2u);
}

TEST(TurnWindow, P2_what_is_older_than_a_message_that_does_not_fit_is_left_out_even_if_it_is_short) {
  TurnWindow window({10});
  EXPECT_TRUE(window.offer(Role::user, {4}));
  EXPECT_FALSE(window.offer(Role::user, {7}));
  EXPECT_FALSE(window.offer(Role::user, {1}));
  EXPECT_EQ(window.kept(), 1u);
}

TEST(TurnWindow, a_message_of_any_claimed_size_does_not_overflow) {
  TurnWindow window({10});
  EXPECT_TRUE(window.offer(Role::user, {4}));
  EXPECT_FALSE(window.offer(Role::user, {~std::uint64_t{0}}));
  EXPECT_EQ(window.kept(), 1u);
}

}  // namespace
}  // namespace belay::prompts
