#include "services/runs/recent_deliveries.hpp"

#include <gtest/gtest.h>

#include "base/clock.hpp"

namespace belay::services {
namespace {

RunId run(std::uint8_t number) {
  RunId run;
  run.uuid[0] = number;
  return run;
}

struct RecentDeliveriesTest : ::testing::Test {
  ManualClock clock;
  RecentDeliveries deliveries{clock};
};

TEST_F(RecentDeliveriesTest, K51_what_was_sent_is_in_doubt_for_some_time) {
  EXPECT_FALSE(deliveries.was_seen(run(1)));
  deliveries.sent(run(1));
  EXPECT_FALSE(deliveries.was_seen(run(1)));
  clock.advance(RecentDeliveries::kDoubt / 2);
  deliveries.sent(run(1));  // somebody came back for it
  clock.advance(RecentDeliveries::kDoubt / 2);
  EXPECT_FALSE(deliveries.was_seen(run(1)));
  clock.advance(RecentDeliveries::kDoubt / 2);
  EXPECT_TRUE(deliveries.was_seen(run(1)));
}

TEST_F(RecentDeliveriesTest, K51_what_a_client_has_shown_is_not) {
  deliveries.seen(run(1));
  deliveries.sent(run(1));
  EXPECT_TRUE(deliveries.was_seen(run(1)));
  EXPECT_FALSE(deliveries.was_seen(run(2)));
}

TEST_F(RecentDeliveriesTest, K51_only_the_newest_are_known) {
  deliveries.seen(run(1));
  for (std::size_t i = 0; i < RecentDeliveries::kMax; ++i) {
    RunId other;
    other.time.ms = static_cast<std::int64_t>(i + 1);
    for (std::size_t byte = 0; byte < other.uuid.size(); ++byte)
      other.uuid[byte] = static_cast<std::uint8_t>(i >> (8 * (byte % 4)));
    deliveries.seen(other);
  }
  EXPECT_FALSE(deliveries.was_seen(run(1)));
}

}  // namespace
}  // namespace belay::services
