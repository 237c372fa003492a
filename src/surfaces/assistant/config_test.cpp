#include "surfaces/assistant/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace belay::surfaces {
namespace {

using testing::ElementsAre;
using testing::Key;

using Kind = Limit::Kind;

std::vector<Limit> limits_of(const AssistantConfig& config, std::string_view mode, std::string user = "ann") {
  return policy::limits_of(rules(config, {}), mode, {policy::Subject::Kind::user, std::move(user)});
}

TEST(AssistantLimits, A5AndA6StandInTheOrderInWhichTheyAreChecked) {
  const auto limits = limits_of({}, "edit");
  ASSERT_EQ(limits.size(), 3u);
  EXPECT_EQ(limits[0].name, "assistant.active.user");
  EXPECT_EQ(limits[0].key, "assistant.active.user/user/ann");
  EXPECT_EQ(limits[0].kind, Kind::concurrent);
  EXPECT_EQ(limits[0].max, 5u);
  EXPECT_EQ(limits[0].error_code, ErrorCode::too_many_active);
  EXPECT_EQ(limits[0].subject, "requests of one user");
  EXPECT_EQ(limits[0].busy_retry_after, Milliseconds(5000));
  EXPECT_EQ(limits[1].name, "assistant.rate.edit");
  EXPECT_EQ(limits[1].key, "assistant.rate.edit/user/ann");
  EXPECT_EQ(limits[1].kind, Kind::window);
  EXPECT_EQ(limits[1].max, 30u);
  EXPECT_EQ(limits[1].window, Milliseconds(60'000));
  EXPECT_EQ(limits[1].error_code, ErrorCode::rate_limited);
  EXPECT_EQ(limits[1].subject, "edit requests");
  EXPECT_EQ(limits[2].name, "assistant.active.server");
  EXPECT_EQ(limits[2].key, "assistant.active.server");
  EXPECT_EQ(limits[2].kind, Kind::concurrent);
  EXPECT_EQ(limits[2].max, 1000u);
  EXPECT_EQ(limits[2].error_code, ErrorCode::server_full);
  EXPECT_EQ(limits[2].subject, "requests on this server");
  EXPECT_EQ(limits[2].busy_retry_after, Milliseconds(5000));
}

TEST(AssistantLimits, A6EachModeHasItsOwnRateAndItsOwnCount) {
  const Limit chat = limits_of({}, "chat")[1];
  const Limit edit = limits_of({}, "edit")[1];
  const Limit generate = limits_of({}, "generate")[1];
  EXPECT_EQ(chat.max, 60u);
  EXPECT_EQ(edit.max, 30u);
  EXPECT_EQ(generate.max, 20u);
  EXPECT_NE(chat.key, edit.key);
  EXPECT_NE(edit.key, generate.key);
  EXPECT_NE(chat.key, limits_of({}, "chat", "bob")[1].key);
}

TEST(AssistantLimits, FollowTheConfiguration) {
  AssistantConfig config;
  config.limits.max_active_per_user = 2;
  config.limits.max_active = 10;
  config.limits.rate_chat = 3;
  config.limits.rate_edit = 4;
  config.limits.rate_generate = 5;
  config.limits.rate_window = Milliseconds(30'000);
  const auto limits = limits_of(config, "generate");
  EXPECT_EQ(limits[0].max, 2u);
  EXPECT_EQ(limits[1].max, 5u);
  EXPECT_EQ(limits[1].window, Milliseconds(30'000));
  EXPECT_EQ(limits[2].max, 10u);
  EXPECT_EQ(limits_of(config, "chat")[1].max, 3u);
  EXPECT_EQ(limits_of(config, "edit")[1].max, 4u);
  policy::Config policy;
  policy.busy_retry_after = Milliseconds(7000);
  const policy::Subject ann{policy::Subject::Kind::user, "ann"};
  EXPECT_EQ(policy::limits_of(rules(config, policy), "edit", ann)[0].busy_retry_after, Milliseconds(7000));
}

TEST(AssistantRules, have_a_default_model_and_no_sessions) {
  AssistantConfig config;
  config.model = "small";
  const policy::SurfaceRules made = rules(config, {});
  EXPECT_EQ(made.surface, "assistant");
  EXPECT_THAT(made.limits, ElementsAre(Key("chat"), Key("edit"), Key("generate")));
  EXPECT_EQ(made.default_model, "small");
  EXPECT_FALSE(made.sessions);
  EXPECT_FALSE(made.caller_chooses_model);
  EXPECT_FALSE(made.shares_answers);
}

}  // namespace
}  // namespace belay::surfaces
