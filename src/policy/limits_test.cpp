#include "policy/limits.hpp"

#include <gtest/gtest.h>

#include "policy/admission.hpp"

namespace belay::policy {
namespace {

using Kind = LimitRule::Kind;

TEST(AssistantLimits, A5AndA6StandInTheOrderInWhichTheyAreChecked) {
  const auto rules = assistant_limits(Config{}, "ann", AssistantMode::edit);
  ASSERT_EQ(rules.size(), 3u);
  EXPECT_EQ(rules[0].name, "assistant.active.user");
  EXPECT_EQ(rules[0].key, "assistant/active/ann");
  EXPECT_EQ(rules[0].kind, Kind::concurrent);
  EXPECT_EQ(rules[0].limit, 5u);
  EXPECT_EQ(rules[0].error_code, ErrorCode::too_many_active);
  EXPECT_EQ(rules[1].name, "assistant.rate.edit");
  EXPECT_EQ(rules[1].key, "assistant/rate/edit/ann");
  EXPECT_EQ(rules[1].kind, Kind::sliding_window);
  EXPECT_EQ(rules[1].limit, 30u);
  EXPECT_EQ(rules[1].window, Milliseconds(60'000));
  EXPECT_EQ(rules[1].error_code, ErrorCode::rate_limited);
  EXPECT_EQ(rules[2].name, "assistant.active.server");
  EXPECT_EQ(rules[2].key, "assistant/server");
  EXPECT_EQ(rules[2].limit, 1000u);
  EXPECT_EQ(rules[2].error_code, ErrorCode::server_full);
}

TEST(AssistantLimits, A6EachModeHasItsOwnRateAndItsOwnCount) {
  const Config config;
  const auto chat = assistant_limits(config, "ann", AssistantMode::chat)[1];
  const auto edit = assistant_limits(config, "ann", AssistantMode::edit)[1];
  const auto generate = assistant_limits(config, "ann", AssistantMode::generate)[1];
  EXPECT_EQ(chat.limit, 60u);
  EXPECT_EQ(edit.limit, 30u);
  EXPECT_EQ(generate.limit, 20u);
  EXPECT_NE(chat.key, edit.key);
  EXPECT_NE(edit.key, generate.key);
  EXPECT_NE(chat.key, assistant_limits(config, "bob", AssistantMode::chat)[1].key);
}

TEST(AssistantLimits, FollowTheConfiguration) {
  Config config;
  config.assistant = {2, 10, 3, 4, 5, Milliseconds(30'000)};
  const auto rules = assistant_limits(config, "ann", AssistantMode::generate);
  EXPECT_EQ(rules[0].limit, 2u);
  EXPECT_EQ(rules[1].limit, 5u);
  EXPECT_EQ(rules[1].window, Milliseconds(30'000));
  EXPECT_EQ(rules[2].limit, 10u);
}

TEST(ChatLimits, StandInTheOrderInWhichTheyAreCheckedAndFollowTheConfiguration) {
  Config config;
  config.chat = {2, 10, 3, Milliseconds(30'000)};
  const auto rules = chat_limits(config, "ann");
  ASSERT_EQ(rules.size(), 3u);
  EXPECT_EQ(rules[0].name, "chat.active.user");
  EXPECT_EQ(rules[0].key, "chat/active/ann");
  EXPECT_EQ(rules[0].limit, 2u);
  EXPECT_EQ(rules[0].error_code, ErrorCode::too_many_active);
  EXPECT_EQ(rules[1].name, "chat.rate");
  EXPECT_EQ(rules[1].key, "chat/rate/ann");
  EXPECT_EQ(rules[1].kind, Kind::sliding_window);
  EXPECT_EQ(rules[1].limit, 3u);
  EXPECT_EQ(rules[1].window, Milliseconds(30'000));
  EXPECT_EQ(rules[2].name, "chat.active.server");
  EXPECT_EQ(rules[2].limit, 10u);
  EXPECT_EQ(rules[2].error_code, ErrorCode::server_full);
}

TEST(ChatLimits, C5_a_command_takes_no_place_among_the_users_answers) {
  const auto rules = chat_command_limits(Config{}, "ann");
  ASSERT_EQ(rules.size(), 2u);
  EXPECT_EQ(rules[0].name, "chat.rate");
  EXPECT_EQ(rules[1].name, "chat.active.server");
}

TEST(ChatLimits, X21_a_new_session_counts_in_a_window_of_its_own) {
  Config config;
  config.chat.max_new_sessions_per_user = 4;
  const LimitRule rule = chat_session_limit(config, "ann");
  EXPECT_EQ(rule.name, "chat.new_sessions");
  EXPECT_EQ(rule.limit, 4u);
  EXPECT_EQ(rule.kind, Kind::sliding_window);
  EXPECT_EQ(rule.error_code, ErrorCode::rate_limited);
  EXPECT_NE(rule.key, chat_session_limit(config, "bob").key);
  EXPECT_NE(rule.key, chat_limits(config, "ann")[1].key);
}

TEST(ExportLimits, X21_are_so_many_a_user_and_so_many_in_all) {
  Config config;
  config.exports = {3, 9};
  const auto rules = export_limits(config, "ann");
  ASSERT_EQ(rules.size(), 2u);
  EXPECT_EQ(rules[0].limit, 3u);
  EXPECT_EQ(rules[0].error_code, ErrorCode::too_many_active);
  EXPECT_EQ(rules[1].limit, 9u);
  EXPECT_EQ(rules[1].error_code, ErrorCode::server_full);
  EXPECT_NE(rules[0].key, export_limits(config, "bob")[0].key);
  EXPECT_EQ(rules[1].key, export_limits(config, "bob")[1].key);
  EXPECT_EQ(limit_error(rules[0], {}).detail,
            "At most 3 exports of one user at once: wait for one to end, or try again in 5 s.");
}

TEST(MayUseModel, C4FollowsTheOrderOfTiersAndNamesTheOneThatIsNeeded) {
  const Tiers tiers = Tiers::make({}).value();
  struct Row {
    const char* has;
    const char* model;
    const char* refusal;  // null: allowed
  };
  const Row rows[] = {
      {"basic", "basic", nullptr},
      {"basic", "", nullptr},
      {"basic", "pro", "This needs the pro tier or a higher one; yours is basic."},
      {"basic", "premium", "This needs the pro tier or a higher one; yours is basic."},
      {"pro", "pro", nullptr},
      {"pro", "basic", nullptr},
      {"pro", "enterprise", "This needs the enterprise tier; yours is pro."},
      {"enterprise", "enterprise", nullptr},
      {"enterprise", "basic", nullptr},
  };
  for (const Row& row : rows) {
    const auto allowed = may_use_model(tiers, *tiers.find(row.has), row.model);
    EXPECT_EQ(allowed.has_value(), row.refusal == nullptr) << row.has << " " << row.model;
    if (allowed || !row.refusal) continue;
    EXPECT_EQ(allowed.error().code, ErrorCode::forbidden);
    EXPECT_EQ(allowed.error().detail, row.refusal);
  }
}

TEST(AssistantMode, IsReadFromItsExactName) {
  for (const auto mode : {AssistantMode::chat, AssistantMode::edit, AssistantMode::generate})
    EXPECT_EQ(assistant_mode_from(to_string(mode)), mode);
  EXPECT_EQ(assistant_mode_from("Chat"), std::nullopt);
  EXPECT_EQ(assistant_mode_from(""), std::nullopt);
}

TEST(Refusal, A6SaysWhichLimitAndWhenToComeBack) {
  const auto rule = assistant_limits(Config{}, "ann", AssistantMode::chat)[1];
  const Error error = limit_error(rule, {false, 0, Milliseconds(11'200), {}});
  EXPECT_EQ(error.code, ErrorCode::rate_limited);
  EXPECT_EQ(error.limit, "assistant.rate.chat");
  EXPECT_EQ(error.retry_after, Milliseconds(11'200));
  EXPECT_EQ(error.detail, "At most 60 chat requests in 60 s: the next one is possible in 12 s.");
}

TEST(Refusal, A5HasATimeToComeBackAlsoWhenNobodyKnowsIt) {
  const auto rules = assistant_limits(Config{}, "ann", AssistantMode::chat);
  const Error user = limit_error(rules[0], {});
  EXPECT_EQ(user.code, ErrorCode::too_many_active);
  EXPECT_EQ(user.retry_after, Milliseconds(5000));
  EXPECT_EQ(user.detail, "At most 5 requests of one user at once: wait for one to end, or try again in 5 s.");
  const Error server = limit_error(rules[2], {});
  EXPECT_EQ(server.code, ErrorCode::server_full);
  EXPECT_EQ(server.limit, "assistant.active.server");
  EXPECT_EQ(server.retry_after, Milliseconds(5000));
}

TEST(Refusal, X9_what_nothing_renews_names_the_way_out_and_no_time) {
  const LimitRule rule = session_requests("chat.session_requests", 10, "Start a new session.");
  const Error error = limit_error(rule, {});
  EXPECT_EQ(error.code, ErrorCode::session_used_up);
  EXPECT_EQ(error.limit, "chat.session_requests");
  EXPECT_FALSE(error.retry_after);
  EXPECT_EQ(error.detail,
            "At most 10 requests of one session, and all of them have been used. Start a new session.");
  const auto headers = rate_headers(rule, {});
  EXPECT_EQ(headers[0].value, R"("chat.session_requests";q=10)");
  EXPECT_EQ(headers[1].value, R"("chat.session_requests";r=0)");
  EXPECT_EQ(rate_headers(rule, {true, 3, {}, {}})[1].value, R"("chat.session_requests";r=3)");
}

TEST(Refusal, NeverSaysToComeBackNow) {
  const auto rule = assistant_limits(Config{}, "ann", AssistantMode::chat)[1];
  EXPECT_EQ(limit_error(rule, {false, 0, Milliseconds(0), {}}).retry_after, Milliseconds(1));
}

TEST(RateHeaders, AreStructuredFieldsInWholeSecondsRoundedUp) {
  const auto rules = assistant_limits(Config{}, "ann", AssistantMode::chat);
  struct Row {
    const char* about;
    const LimitRule& rule;
    Decision decision;
    const char* policy;
    const char* state;
  };
  const Row rows[] = {
      {"allowed",
       rules[1],
       {true, 59, {}, Milliseconds(59'001)},
       R"("assistant.rate.chat";q=60;w=60)",
       R"("assistant.rate.chat";r=59;t=60)"},
      {"allowed, reset unknown",
       rules[1],
       {true, 59, {}, {}},
       R"("assistant.rate.chat";q=60;w=60)",
       R"("assistant.rate.chat";r=59)"},
      {"refused",
       rules[1],
       {false, 0, Milliseconds(1), Milliseconds(1)},
       R"("assistant.rate.chat";q=60;w=60)",
       R"("assistant.rate.chat";r=0;t=1)"},
      {"concurrent",
       rules[0],
       {true, 4, {}, {}},
       R"("assistant.active.user";q=5;qu="concurrent-requests")",
       R"("assistant.active.user";r=4)"},
  };
  for (const Row& row : rows) {
    const auto headers = rate_headers(row.rule, row.decision);
    ASSERT_EQ(headers.size(), 2u) << row.about;
    EXPECT_STREQ(headers[0].name, "RateLimit-Policy");
    EXPECT_EQ(headers[0].value, row.policy) << row.about;
    EXPECT_STREQ(headers[1].name, "RateLimit");
    EXPECT_EQ(headers[1].value, row.state) << row.about;
  }
}

TEST(RateHeaders, CannotBeBrokenByANameOfALimit) {
  LimitRule rule;
  rule.name = "a\"b\\c\r\nd";
  rule.limit = 1;
  EXPECT_EQ(rate_headers(rule, {})[1].value, "\"abcd\";r=0");
}

}  // namespace
}  // namespace belay::policy
