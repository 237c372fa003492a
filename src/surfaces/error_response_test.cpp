#include "surfaces/error_response.hpp"

#include <gtest/gtest.h>

#include "policy/admission.hpp"

namespace belay::surfaces {
namespace {

std::string header(const transport::Response& response, std::string_view name) {
  for (const transport::Header& each : response.headers)
    if (each.name == name) return each.value;
  return "(none)";
}
bool says(const transport::Response& response, std::string_view text) {
  return std::get<std::string>(response.body).find(text) != std::string::npos;
}

const std::vector<policy::LimitRule> kRules = policy::chat_limits({}, "ann");
const policy::LimitRule kSession = policy::session_requests("chat.session_requests", 10, "Start a new one.");

TEST(Refusal, X9_a_session_that_is_used_up_has_no_time_to_come_back) {
  const auto response = session_used_up_response(kSession, {});
  EXPECT_EQ(response.status, 429);
  EXPECT_TRUE(says(response, R"("code":"session_used_up")"));
  EXPECT_EQ(header(response, "Retry-After"), "(none)");
  EXPECT_EQ(header(response, "RateLimit-Policy"), R"("chat.session_requests";q=10)");
  EXPECT_EQ(header(response, "RateLimit"), R"("chat.session_requests";r=0)");
}

TEST(Refusal, X9_what_is_left_of_a_session_stands_beside_what_is_left_of_a_window) {
  Reservation granted;
  granted.granted = true;
  granted.limit = 1;
  granted.remaining = 59;
  transport::Response response;
  add_rate_headers(kRules, granted, response, SessionLeft{kSession, 3});
  EXPECT_EQ(header(response, "RateLimit-Policy"), R"("chat.rate";q=60;w=60, "chat.session_requests";q=10)");
  EXPECT_EQ(header(response, "RateLimit"), R"("chat.rate";r=59, "chat.session_requests";r=7)");
  transport::Response over;
  add_rate_headers(kRules, granted, over, SessionLeft{kSession, 12});
  EXPECT_EQ(header(over, "RateLimit"), R"("chat.rate";r=59, "chat.session_requests";r=0)");
}

TEST(Refusal, X9_counters_that_are_full_are_the_servers_affair_and_no_limit_of_the_user) {
  Reservation refused;
  refused.limit = 1;
  refused.retry_after = Milliseconds(1000);
  refused.counters_full = true;
  const auto response = error_response(kRules, refused, {});
  EXPECT_EQ(response.status, 503);
  EXPECT_TRUE(says(response, R"("code":"server_full")"));
  EXPECT_TRUE(says(response, R"("limit":"limits.max_keys")"));
  EXPECT_EQ(header(response, "Retry-After"), "1");
  EXPECT_EQ(header(response, "RateLimit"), "(none)");
}

}  // namespace
}  // namespace belay::surfaces
