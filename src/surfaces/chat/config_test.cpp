#include "surfaces/chat/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.hpp"

namespace belay::surfaces {
namespace {

using testing::ElementsAre;
using testing::Key;
using testing::MatchesRegex;

using Kind = Limit::Kind;

std::vector<Limit> limits_of(const ChatConfig& config, std::string_view action, std::string user = "ann") {
  return policy::limits_of(rules(config, {}), action, {policy::Subject::Kind::user, std::move(user)});
}

TEST(ChatLimits, StandInTheOrderInWhichTheyAreCheckedAndFollowTheConfiguration) {
  ChatConfig config;
  config.limits.max_active_per_user = 2;
  config.limits.max_active = 10;
  config.limits.rate = 3;
  config.limits.rate_window = Milliseconds(30'000);
  const auto limits = limits_of(config, "chat");
  ASSERT_EQ(limits.size(), 3u);
  EXPECT_EQ(limits[0].name, "chat.active.user");
  EXPECT_EQ(limits[0].key, "chat.active.user/user/ann");
  EXPECT_EQ(limits[0].kind, Kind::concurrent);
  EXPECT_EQ(limits[0].max, 2u);
  EXPECT_EQ(limits[0].error_code, ErrorCode::too_many_active);
  EXPECT_EQ(limits[0].subject, "answers of one user");
  EXPECT_EQ(limits[0].busy_retry_after, Milliseconds(5000));
  EXPECT_EQ(limits[1].name, "chat.rate");
  EXPECT_EQ(limits[1].key, "chat.rate/user/ann");
  EXPECT_EQ(limits[1].kind, Kind::window);
  EXPECT_EQ(limits[1].max, 3u);
  EXPECT_EQ(limits[1].window, Milliseconds(30'000));
  EXPECT_EQ(limits[1].error_code, ErrorCode::rate_limited);
  EXPECT_EQ(limits[1].subject, "requests");
  EXPECT_EQ(limits[2].name, "chat.active.server");
  EXPECT_EQ(limits[2].key, "chat.active.server");
  EXPECT_EQ(limits[2].kind, Kind::concurrent);
  EXPECT_EQ(limits[2].max, 10u);
  EXPECT_EQ(limits[2].error_code, ErrorCode::server_full);
  EXPECT_EQ(limits[2].subject, "answers on this server");
}

TEST(ChatLimits, C5_a_command_takes_no_place_among_the_users_answers) {
  const auto limits = limits_of({}, "command");
  ASSERT_EQ(limits.size(), 2u);
  EXPECT_EQ(limits[0].name, "chat.rate");
  EXPECT_EQ(limits[0].key, limits_of({}, "chat")[1].key);
  EXPECT_EQ(limits[1].name, "chat.active.server");
}

TEST(ChatLimits, X21_a_new_session_counts_in_a_window_of_its_own) {
  ChatConfig config;
  config.limits.max_new_sessions_per_user = 4;
  const auto limits = limits_of(config, "session");
  ASSERT_EQ(limits.size(), 1u);
  EXPECT_EQ(limits[0].name, "chat.new_sessions");
  EXPECT_EQ(limits[0].key, "chat.new_sessions/user/ann");
  EXPECT_EQ(limits[0].max, 4u);
  EXPECT_EQ(limits[0].kind, Kind::window);
  EXPECT_EQ(limits[0].window, Milliseconds(60'000));
  EXPECT_EQ(limits[0].error_code, ErrorCode::rate_limited);
  EXPECT_EQ(limits[0].subject, "new sessions");
  EXPECT_NE(limits[0].key, limits_of(config, "session", "bob")[0].key);
  EXPECT_NE(limits[0].key, limits_of(config, "chat")[1].key);
}

TEST(ChatLimits, an_answer_and_a_command_count_as_requests_after_a_restart) {
  const policy::SurfaceRules made = rules(ChatConfig{}, {});
  for (const char* mode : {"chat", "command"}) {
    const auto counted = policy::counted_limits(made, mode, "ann");
    ASSERT_EQ(counted.size(), 1u) << mode;
    EXPECT_EQ(counted[0].key, "chat.rate/user/ann");
  }
}

TEST(ChatRules, callers_choose_the_model_and_equal_prompts_may_share_an_answer) {
  const policy::SurfaceRules made = rules(ChatConfig{}, {});
  EXPECT_EQ(made.surface, "chat");
  EXPECT_THAT(made.limits, ElementsAre(Key("chat"), Key("command"), Key("session")));
  EXPECT_TRUE(made.caller_chooses_model);
  EXPECT_TRUE(made.shares_answers);
  EXPECT_EQ(made.default_model, "");
}

TEST(ChatRules, a_session_has_so_many_requests_and_unguessable_ids) {
  ChatConfig config;
  config.session_requests = 3;
  config.session_time = std::chrono::minutes(2);
  const policy::SurfaceRules made = rules(config, {});
  ASSERT_TRUE(made.sessions);
  const policy::SessionRules& session = *made.sessions;
  const Limit limit = policy::session_limit(session);
  EXPECT_EQ(limit.name, "chat.session_requests");
  EXPECT_EQ(limit.kind, Kind::total);
  EXPECT_EQ(limit.max, 3u);
  EXPECT_EQ(limit.advice, "Start a new session: leave sessionId out.");
  EXPECT_EQ(session.time, std::chrono::minutes(2));
  SeededRandom random(1);
  const std::string first = session.new_id(random);
  EXPECT_THAT(first, MatchesRegex("cs_[0-9a-f]{32}"));
  EXPECT_NE(first, session.new_id(random));
  EXPECT_THAT(session.new_conversation(random), MatchesRegex("chat_[0-9a-f]{32}"));
}

}  // namespace
}  // namespace belay::surfaces
