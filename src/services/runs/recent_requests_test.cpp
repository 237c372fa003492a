#include "services/runs/recent_requests.hpp"

#include <gtest/gtest.h>

namespace belay::services {
namespace {

struct RecentRequestsTest : ::testing::Test {
  RunId new_run() { return RunId::make(clock, random); }
  ManualClock clock;
  SeededRandom random{1};
  RecentRequests recent{clock};
};

TEST_F(RecentRequestsTest, K12_a_request_is_known_by_its_user_surface_and_body) {
  const std::string name = RecentRequests::name_of("ann", "openai", "d");
  EXPECT_EQ(RecentRequests::name_of("ann", "openai", "d"), name);
  EXPECT_NE(RecentRequests::name_of("bob", "openai", "d"), name);
  EXPECT_NE(RecentRequests::name_of("ann", "other", "d"), name);
  EXPECT_NE(RecentRequests::name_of("ann", "openai", "e"), name);
  EXPECT_NE(RecentRequests::name_of("a", "nnopenai", "d"), name);
}

TEST_F(RecentRequestsTest, K12_the_newest_run_of_a_request_is_found_until_it_is_removed) {
  const RunId first = new_run(), second = new_run();
  recent.add("a", first);
  EXPECT_EQ(recent.find("a"), first);
  EXPECT_FALSE(recent.find("b"));
  recent.add("a", second);
  EXPECT_EQ(recent.find("a"), second);
  recent.remove(first);
  EXPECT_EQ(recent.find("a"), second) << "another one's delivery";
  recent.remove(second);
  EXPECT_FALSE(recent.find("a"));
  recent.add("a", first);
  recent.remove("a");
  EXPECT_FALSE(recent.find("a"));
  recent.remove(first);
}

TEST_F(RecentRequestsTest, K12_requests_are_forgotten_after_some_minutes) {
  recent.add("a", new_run());
  clock.advance(RecentRequests::kTime / 2);
  const RunId later = new_run();
  recent.add("b", later);
  clock.advance(RecentRequests::kTime / 2 + Milliseconds(1));
  recent.add("c", new_run());
  EXPECT_FALSE(recent.find("a"));
  EXPECT_EQ(recent.find("b"), later);
}

TEST_F(RecentRequestsTest, K12_one_that_came_again_is_as_old_as_its_newest_run) {
  recent.add("a", new_run());
  clock.advance(RecentRequests::kTime / 2);
  const RunId again = new_run();
  recent.add("a", again);
  clock.advance(RecentRequests::kTime / 2 + Milliseconds(1));
  recent.add("b", new_run());
  EXPECT_EQ(recent.find("a"), again);
}

TEST_F(RecentRequestsTest, K12_there_are_never_more_than_the_bound) {
  const RunId first = new_run();
  recent.add("first", first);
  for (std::size_t i = 0; i < RecentRequests::kMax; ++i) recent.add(std::to_string(i), new_run());
  EXPECT_FALSE(recent.find("first"));
  EXPECT_TRUE(recent.find("0"));
}

}  // namespace
}  // namespace belay::services
