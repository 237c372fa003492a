#include "surfaces/error_response.hpp"

#include <gtest/gtest.h>

#include "core/ports/testing/fakes.hpp"
#include "policy/limits.hpp"
#include "services/limits/limiter.hpp"
#include "surfaces/chat/config.hpp"

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

LimitStatus session(std::uint64_t remaining) {
  LimitStatus status;
  status.limit = policy::session_limit(*rules(ChatConfig{}, {}).sessions);
  status.remaining = remaining;
  return status;
}
LimitStatus window(std::uint64_t remaining) {
  LimitStatus status;
  status.limit =
      policy::limits_of(rules(ChatConfig{}, {}), "chat", {policy::Subject::Kind::user, "ann"}).at(1);
  status.remaining = remaining;
  return status;
}

TEST(Refusal, X9_a_session_that_is_used_up_has_no_time_to_come_back) {
  std::vector<LimitStatus> limits = {session(0)};
  limits[0].refused = true;
  const auto response = error_response(policy::limit_error(limits[0]), limits, {});
  EXPECT_EQ(response.status, 429);
  EXPECT_TRUE(says(response, R"("code":"session_used_up")"));
  EXPECT_EQ(header(response, "Retry-After"), "(none)");
  EXPECT_EQ(header(response, "RateLimit-Policy"), R"("chat.session_requests";q=10)");
  EXPECT_EQ(header(response, "RateLimit"), R"("chat.session_requests";r=0)");
}

TEST(Refusal, X9_what_is_left_of_a_session_stands_beside_what_is_left_of_a_window) {
  transport::Response response;
  add_rate_headers(std::vector{window(59), session(7)}, response);
  EXPECT_EQ(header(response, "RateLimit-Policy"), R"("chat.rate";q=60;w=60, "chat.session_requests";q=10)");
  EXPECT_EQ(header(response, "RateLimit"), R"("chat.rate";r=59, "chat.session_requests";r=7)");
  transport::Response over;
  add_rate_headers(std::vector{window(59), session(0)}, over);
  EXPECT_EQ(header(over, "RateLimit"), R"("chat.rate";r=59, "chat.session_requests";r=0)");
}

TEST(Refusal, X9_counters_that_are_full_are_the_servers_affair_and_no_limit_of_the_user) {
  ReserveResult full;
  full.state = ReserveResult::State::full;
  full.limit = window(0);
  full.limit->retry_after = Milliseconds(1000);
  belay::testing::RecordingObserver observer;
  const auto error = services::refused_by_limits(full, observer);
  ASSERT_TRUE(error);
  const auto response = error_response(*error, {}, {});
  EXPECT_EQ(response.status, 503);
  EXPECT_TRUE(says(response, R"("code":"server_full")"));
  EXPECT_TRUE(says(response, R"("limit":"limits.max_keys")"));
  EXPECT_EQ(header(response, "Retry-After"), "1");
  EXPECT_EQ(header(response, "RateLimit"), "(none)");
}

TEST(Refusal, X9_a_limit_that_did_not_refuse_has_no_header_beside_an_error) {
  const Error error = make_error(ErrorCode::unavailable, "The store is busy.");
  const auto response = error_response(error, std::vector{window(59), session(7)}, {});
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(header(response, "RateLimit-Policy"), "(none)");
  EXPECT_EQ(header(response, "RateLimit"), "(none)");
}

TEST(RateHeaders, X9_without_a_limit_there_are_none) {
  transport::Response response;
  add_rate_headers({}, response);
  EXPECT_TRUE(response.headers.empty());
}

}  // namespace
}  // namespace belay::surfaces
