#include "policy/surface_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/config.hpp"
#include "policy/limits.hpp"

namespace belay::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Subject ann{Subject::Kind::user, "ann"};
const Subject bob{Subject::Kind::user, "bob"};
const Subject address{Subject::Kind::address, "203.0.113.7"};

const Active kAnswers{"quiz", "answers", 5, 1000, 20, Milliseconds(5000)};
const Rate kMessages{"quiz.rate", "messages", 60, 240, Milliseconds(60'000)};

LimitSpec quota() {
  LimitSpec spec;
  spec.limit.name = "quiz.quota";
  spec.limit.kind = Limit::Kind::quota;
  spec.limit.max = 500;
  return spec;
}

SurfaceRules quiz() {
  SurfaceRules rules;
  rules.surface = "quiz";
  rules.limits["message"] = {active_of_caller(kAnswers), rate_of_caller(kMessages), quota(),
                             active_of_server(kAnswers)};
  rules.limits["hint"] = {active_of_server(kAnswers)};
  return rules;
}

std::vector<std::string> names(const std::vector<Limit>& limits) {
  std::vector<std::string> names;
  for (const Limit& limit : limits) names.push_back(limit.name);
  return names;
}

TEST(SurfaceRules, the_limits_of_a_user_have_the_users_name_in_their_keys) {
  const auto limits = limits_of(quiz(), "message", ann);
  ASSERT_THAT(names(limits),
              ElementsAre("quiz.active.user", "quiz.rate", "quiz.quota", "quiz.active.server"));
  EXPECT_EQ(limits[0].key, "quiz.active.user/user/ann");
  EXPECT_EQ(limits[0].kind, Limit::Kind::concurrent);
  EXPECT_EQ(limits[0].max, 5u);
  EXPECT_EQ(limits[0].error_code, ErrorCode::too_many_active);
  EXPECT_EQ(limits[0].subject, "answers of one user");
  EXPECT_EQ(limits[0].busy_retry_after, Milliseconds(5000));
  EXPECT_EQ(limits[1].key, "quiz.rate/user/ann");
  EXPECT_EQ(limits[1].kind, Limit::Kind::window);
  EXPECT_EQ(limits[1].max, 60u);
  EXPECT_EQ(limits[1].window, Milliseconds(60'000));
  EXPECT_EQ(limits[1].error_code, ErrorCode::rate_limited);
  EXPECT_EQ(limits[1].subject, "messages");
  EXPECT_EQ(limits[3].key, "quiz.active.server");
  EXPECT_EQ(limits[3].kind, Limit::Kind::concurrent);
  EXPECT_EQ(limits[3].max, 1000u);
  EXPECT_EQ(limits[3].error_code, ErrorCode::server_full);
  EXPECT_EQ(limits[3].subject, "answers on this server");
  EXPECT_EQ(limits[3].busy_retry_after, Milliseconds(5000));
  EXPECT_EQ(limits_of(quiz(), "message", bob)[3].key, limits[3].key);
}

TEST(SurfaceRules, the_limits_of_an_address_have_names_keys_and_maxima_of_their_own) {
  const auto limits = limits_of(quiz(), "message", address);
  ASSERT_EQ(limits.size(), 4u);
  EXPECT_EQ(limits[0].name, "quiz.active.address");
  EXPECT_EQ(limits[0].key, "quiz.active.user/address/203.0.113.7");
  EXPECT_EQ(limits[0].max, 20u);
  EXPECT_EQ(limits[0].subject, "answers without sign-in for one address");
  EXPECT_EQ(limits[1].name, "quiz.rate_address");
  EXPECT_EQ(limits[1].key, "quiz.rate/address/203.0.113.7");
  EXPECT_EQ(limits[1].max, 240u);
  EXPECT_EQ(limits[1].window, Milliseconds(60'000));
  EXPECT_EQ(limits[1].subject, "messages without sign-in from one address");
  EXPECT_EQ(limits[3].name, "quiz.active.server");
  EXPECT_EQ(limits[3].key, "quiz.active.server");
}

TEST(SurfaceRules, X17_an_address_gets_nothing_where_nobody_is_served_without_sign_in) {
  SurfaceRules rules;
  rules.limits["ask"] = {active_of_caller({"quiz", "answers", 5, 1000, 0, {}}),
                         rate_of_caller({"quiz.rate", "messages", 60, 0, {}})};
  for (const Limit& limit : limits_of(rules, "ask", address)) EXPECT_EQ(limit.max, 0u) << limit.name;
}

TEST(SurfaceRules, an_action_that_they_do_not_name_has_no_limits) {
  EXPECT_THAT(limits_of(quiz(), "coach", ann), IsEmpty());
  EXPECT_THAT(counted_limits(quiz(), "coach", "ann"), IsEmpty());
}

TEST(SurfaceRules, X17_who_is_not_signed_in_is_counted_by_address_whatever_they_call_themselves) {
  Caller caller;
  caller.user = "ann";
  EXPECT_EQ(subject_of(caller).kind, Subject::Kind::user);
  EXPECT_EQ(subject_of(caller).name, "ann");
  caller.how = Caller::How::none;
  caller.address = "203.0.113.7";
  EXPECT_EQ(subject_of(caller).kind, Subject::Kind::address);
  EXPECT_EQ(subject_of(caller).name, "203.0.113.7");
}

TEST(SurfaceRules, a_session_has_a_limit_in_total) {
  SessionRules session;
  session.limit = "quiz.session_requests";
  session.max_requests = 7;
  session.advice = "Start again.";
  const Limit limit = session_limit(session);
  EXPECT_EQ(limit.name, "quiz.session_requests");
  EXPECT_EQ(limit.kind, Limit::Kind::total);
  EXPECT_EQ(limit.max, 7u);
  EXPECT_EQ(limit.error_code, ErrorCode::session_used_up);
  EXPECT_EQ(limit.advice, "Start again.");
}

TEST(SurfaceRules, an_earlier_run_counts_in_windows_and_quotas_under_the_same_keys) {
  const auto counted = counted_limits(quiz(), "message", "ann");
  ASSERT_THAT(names(counted), ElementsAre("quiz.rate", "quiz.quota"));
  EXPECT_EQ(counted[0].key, limits_of(quiz(), "message", ann)[1].key);
  EXPECT_EQ(counted[1].key, limits_of(quiz(), "message", ann)[2].key);
  EXPECT_THAT(counted_limits(quiz(), "hint", "ann"), IsEmpty());
}

TEST(SurfaceRules, an_earlier_run_without_sign_in_counts_nowhere_because_its_address_is_not_stored) {
  EXPECT_THAT(counted_limits(quiz(), "message", anonymous_user("ann")), IsEmpty());
}

TEST(SurfaceRules, the_longest_window_is_that_of_any_action_and_31_days_for_a_quota) {
  SurfaceRules rules;
  EXPECT_EQ(longest_window(rules), Milliseconds(0));
  rules.limits["hint"] = {active_of_server(kAnswers)};
  EXPECT_EQ(longest_window(rules), Milliseconds(0));
  rules.limits["a"] = {rate_of_caller(kMessages)};
  rules.limits["b"] = {rate_of_caller({"quiz.slow", "messages", 1, 1, Milliseconds(90'000)})};
  EXPECT_EQ(longest_window(rules), Milliseconds(90'000));
  rules.limits["c"] = {quota()};
  EXPECT_EQ(longest_window(rules), std::chrono::hours(31 * 24));
}

TEST(ExportLimits, X21_are_so_many_a_user_and_so_many_in_all) {
  Config config;
  config.exports = {3, 9};
  const SurfaceRules rules = export_rules(config);
  EXPECT_EQ(rules.surface, "exports");
  const auto limits = limits_of(rules, "export", ann);
  ASSERT_THAT(names(limits), ElementsAre("exports.active.user", "exports.active.server"));
  EXPECT_EQ(limits[0].max, 3u);
  EXPECT_EQ(limits[0].error_code, ErrorCode::too_many_active);
  EXPECT_EQ(limits[1].max, 9u);
  EXPECT_EQ(limits[1].error_code, ErrorCode::server_full);
  EXPECT_NE(limits[0].key, limits_of(rules, "export", bob)[0].key);
  EXPECT_EQ(limits[1].key, limits_of(rules, "export", bob)[1].key);
  EXPECT_EQ(limit_error({limits[0], true}).detail,
            "At most 3 exports of one user at once: wait for one to end, or try again in 5 s.");
}

TEST(UploadLimits, X21_are_so_many_a_user_and_so_many_in_all) {
  Config config;
  config.uploads = {3, 9};
  const auto limits = limits_of(upload_rules(config), "upload", ann);
  ASSERT_THAT(names(limits), ElementsAre("uploads.active.user", "uploads.active.server"));
  EXPECT_EQ(limits[0].max, 3u);
  EXPECT_EQ(limits[1].max, 9u);
}

}  // namespace
}  // namespace belay::policy
