#include "policy/limits.hpp"

#include <gtest/gtest.h>

#include "policy/surface_rules.hpp"

namespace belay::policy {
namespace {

// The limits of a user's chat request to the assistant.
std::vector<Limit> assistant_limits() {
  const Active active{"assistant", "requests", 5, 1000, 0, Milliseconds(5000)};
  const Rate rate{"assistant.rate.chat", "chat requests", 60, 0, Milliseconds(60'000)};
  SurfaceRules rules;
  rules.limits["chat"] = {active_of_caller(active), rate_of_caller(rate), active_of_server(active)};
  return limits_of(rules, "chat", {Subject::Kind::user, "ann"});
}

Limit quota() {
  Limit limit;
  limit.name = "assistant.quota";
  limit.kind = Limit::Kind::quota;
  limit.max = 500;
  limit.error_code = ErrorCode::quota_exceeded;
  limit.subject = "requests";
  return limit;
}

LimitStatus granted(const Limit& limit, std::uint64_t remaining, Milliseconds reset_after = {}) {
  LimitStatus status{limit};
  status.remaining = remaining;
  status.reset_after = reset_after;
  return status;
}

LimitStatus refused(const Limit& limit, Milliseconds retry_after = {}) {
  LimitStatus status{limit};
  status.refused = true;
  status.retry_after = retry_after;
  status.reset_after = retry_after;
  return status;
}

TEST(Refusal, A6SaysWhichLimitAndWhenToComeBack) {
  const Error error = limit_error(refused(assistant_limits()[1], Milliseconds(11'200)));
  EXPECT_EQ(error.code, ErrorCode::rate_limited);
  EXPECT_EQ(error.limit, "assistant.rate.chat");
  EXPECT_EQ(error.retry_after, Milliseconds(11'200));
  EXPECT_EQ(error.detail, "At most 60 chat requests in 60 s: the next one is possible in 12 s.");
}

TEST(Refusal, A5HasATimeToComeBackAlsoWhenNobodyKnowsIt) {
  const auto limits = assistant_limits();
  const Error user = limit_error(refused(limits[0]));
  EXPECT_EQ(user.code, ErrorCode::too_many_active);
  EXPECT_EQ(user.retry_after, Milliseconds(5000));
  EXPECT_EQ(user.detail, "At most 5 requests of one user at once: wait for one to end, or try again in 5 s.");
  const Error server = limit_error(refused(limits[2]));
  EXPECT_EQ(server.code, ErrorCode::server_full);
  EXPECT_EQ(server.limit, "assistant.active.server");
  EXPECT_EQ(server.retry_after, Milliseconds(5000));
}

TEST(Refusal, A5_says_a_known_time_to_come_back) {
  EXPECT_EQ(limit_error(refused(assistant_limits()[0], Milliseconds(1'500))).detail,
            "At most 5 requests of one user at once: wait for one to end, or try again in 2 s.");
}

TEST(Refusal, a_quota_names_the_month_and_the_time_until_the_next_one) {
  const Error error = limit_error(refused(quota(), std::chrono::hours(240)));
  EXPECT_EQ(error.code, ErrorCode::quota_exceeded);
  EXPECT_EQ(error.limit, "assistant.quota");
  EXPECT_EQ(error.retry_after, std::chrono::hours(240));
  EXPECT_EQ(error.detail,
            "At most 500 requests in a calendar month (UTC): the next one is possible in 864000 s.");
}

TEST(Refusal, X9_what_nothing_renews_names_the_way_out_and_no_time) {
  SessionRules session;
  session.limit = "chat.session_requests";
  session.max_requests = 10;
  session.advice = "Start a new session.";
  const Limit limit = session_limit(session);
  const Error error = limit_error(refused(limit));
  EXPECT_EQ(error.code, ErrorCode::session_used_up);
  EXPECT_EQ(error.limit, "chat.session_requests");
  EXPECT_FALSE(error.retry_after);
  EXPECT_EQ(error.detail,
            "At most 10 requests of one session, and all of them have been used. Start a new session.");
  const auto headers = rate_headers(refused(limit));
  EXPECT_EQ(headers[0].value, R"("chat.session_requests";q=10)");
  EXPECT_EQ(headers[1].value, R"("chat.session_requests";r=0)");
  EXPECT_EQ(rate_headers(granted(limit, 3))[1].value, R"("chat.session_requests";r=3)");
}

TEST(Refusal, NeverSaysToComeBackNow) {
  EXPECT_EQ(limit_error(refused(assistant_limits()[1])).retry_after, Milliseconds(1));
  EXPECT_EQ(limit_error(refused(quota())).retry_after, Milliseconds(1));
}

TEST(RateHeaders, AreStructuredFieldsInWholeSecondsRoundedUp) {
  const auto limits = assistant_limits();
  struct Row {
    const char* about;
    LimitStatus status;
    const char* policy;
    const char* state;
  };
  const Row rows[] = {
      {"allowed", granted(limits[1], 59, Milliseconds(59'001)), R"("assistant.rate.chat";q=60;w=60)",
       R"("assistant.rate.chat";r=59;t=60)"},
      {"allowed, reset unknown", granted(limits[1], 59), R"("assistant.rate.chat";q=60;w=60)",
       R"("assistant.rate.chat";r=59)"},
      {"refused", refused(limits[1], Milliseconds(1)), R"("assistant.rate.chat";q=60;w=60)",
       R"("assistant.rate.chat";r=0;t=1)"},
      {"concurrent", granted(limits[0], 4), R"("assistant.active.user";q=5;qu="concurrent-requests")",
       R"("assistant.active.user";r=4)"},
      {"concurrent, refused", refused(limits[0], Milliseconds(1'500)),
       R"("assistant.active.user";q=5;qu="concurrent-requests")", R"("assistant.active.user";r=0)"},
      {"quota", granted(quota(), 499, std::chrono::hours(240)), R"("assistant.quota";q=500)",
       R"("assistant.quota";r=499;t=864000)"},
  };
  for (const Row& row : rows) {
    const auto headers = rate_headers(row.status);
    ASSERT_EQ(headers.size(), 2u) << row.about;
    EXPECT_STREQ(headers[0].name, "RateLimit-Policy");
    EXPECT_EQ(headers[0].value, row.policy) << row.about;
    EXPECT_STREQ(headers[1].name, "RateLimit");
    EXPECT_EQ(headers[1].value, row.state) << row.about;
  }
}

TEST(RateHeaders, CannotBeBrokenByANameOfALimit) {
  Limit limit;
  limit.name = "a\"b\\c\r\nd";
  limit.max = 1;
  EXPECT_EQ(rate_headers(refused(limit))[1].value, "\"abcd\";r=0");
}

}  // namespace
}  // namespace belay::policy
