#include "transport/http2/flood_guard.hpp"

#include <gtest/gtest.h>

namespace belay::transport {
namespace {

using namespace std::chrono_literals;

class FloodGuardTest : public testing::Test {
 protected:
  SteadyTime now{1h};
  FloodGuard guard{{.resets = 3, .control_frames = 5, .interval = Milliseconds(1000)}};
};

TEST_F(FloodGuardTest, each_kind_has_its_own_limit_within_an_interval) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(guard.reset(now));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(guard.control_frame(now));
  EXPECT_FALSE(guard.reset(now));
  EXPECT_FALSE(guard.control_frame(now + 999ms));
  EXPECT_TRUE(guard.reset(now + 1000ms));
  EXPECT_TRUE(guard.control_frame(now + 1000ms));
}

TEST_F(FloodGuardTest, a_window_update_is_free_for_every_16_bytes_of_answers) {
  guard.answer_sent(100);
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(guard.window_update(now));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(guard.window_update(now));
  EXPECT_FALSE(guard.window_update(now));
}

TEST_F(FloodGuardTest, a_client_that_has_read_much_does_not_save_up_a_flood) {
  guard.answer_sent(1'000'000'000);
  int updates = 0;
  while (guard.window_update(now) && updates < 10'000'000) ++updates;
  EXPECT_EQ(updates, 1024 * 1024 / 16 + 5);
}

}  // namespace
}  // namespace belay::transport
