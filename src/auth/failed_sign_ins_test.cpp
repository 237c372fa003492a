// Requirement X17: failed sign-ins are limited, in total and for each client address.
#include "auth/failed_sign_ins.hpp"

#include <gtest/gtest.h>

namespace belay::auth {
namespace {

using std::chrono::seconds;

class FailedSignInsTest : public testing::Test {
 protected:
  void fail(std::string_view address, int times) {
    for (int i = 0; i < times; ++i) failed.count(address);
  }

  ManualClock clock;
  FailedSignIns failed{{5, 2, seconds(60)}, clock};
};

TEST_F(FailedSignInsTest, X17_an_address_may_fail_so_often_in_a_window) {
  fail("203.0.113.1", 1);
  EXPECT_TRUE(failed.check("203.0.113.1"));
  clock.advance(seconds(10));
  fail("203.0.113.1", 1);
  const auto refused = failed.check("203.0.113.1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::rate_limited);
  EXPECT_EQ(refused.error().limit, "auth.max_failed_sign_ins_per_address");
  EXPECT_LE(*refused.error().retry_after, seconds(60));
  EXPECT_TRUE(failed.check("203.0.113.2"));
  clock.advance(seconds(60));
  EXPECT_TRUE(failed.check("203.0.113.1"));
}

TEST_F(FailedSignInsTest, X17_an_ipv6_address_fails_for_its_64_bit_network) {
  fail("2001:db8::1", 2);
  EXPECT_FALSE(failed.check("2001:db8::2"));
  EXPECT_TRUE(failed.check("2001:db8:0:1::2"));
}

TEST_F(FailedSignInsTest, X17_all_addresses_together_may_fail_so_often_in_a_window) {
  for (const char* address : {"203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4", "203.0.113.5"})
    fail(address, 1);
  const auto refused = failed.check("203.0.113.6");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_EQ(refused.error().limit, "auth.max_failed_sign_ins");
  clock.advance(seconds(60));
  EXPECT_TRUE(failed.check("203.0.113.6"));
}

TEST_F(FailedSignInsTest, X17_clients_on_this_machine_count_in_total_only) {
  fail("127.0.0.1", 4);
  EXPECT_TRUE(failed.check("127.0.0.1"));
  fail("127.0.0.1", 1);
  EXPECT_FALSE(failed.check("127.0.0.1"));
}

}  // namespace
}  // namespace belay::auth
