#include "policy/persona_limits.hpp"

#include <gtest/gtest.h>

namespace belay::policy {
namespace {

TEST(PersonaLimits, P1_a_message_meets_the_users_limits_first_and_the_servers_last) {
  Config config;
  config.persona.most_active_a_user = 2;
  config.persona.rate = 30;
  config.persona.most_active = 7;
  const auto rules = persona_limits(config, "ann");
  ASSERT_EQ(rules.size(), 3u);
  EXPECT_EQ(rules[0].name, "persona.active.user");
  EXPECT_EQ(rules[0].limit, 2u);
  EXPECT_EQ(rules[0].refusal, ErrorCode::too_many_active);
  EXPECT_EQ(rules[1].name, "persona.rate");
  EXPECT_EQ(rules[1].limit, 30u);
  EXPECT_EQ(rules[1].kind, LimitRule::Kind::sliding_window);
  EXPECT_EQ(rules[2].limit, 7u);
  EXPECT_EQ(rules[2].refusal, ErrorCode::server_full);
  EXPECT_NE(persona_limits(config, "bob")[1].key, rules[1].key);
  EXPECT_EQ(persona_limits(config, "bob")[2].key, rules[2].key);
}

TEST(PersonaLimits, P5_the_coach_has_a_rate_of_its_own) {
  Config config;
  const auto rules = coach_limits(config, "ann");
  ASSERT_EQ(rules.size(), 1u);
  EXPECT_EQ(rules[0].name, "persona.rate_coach");
  EXPECT_EQ(rules[0].limit, config.persona.rate_coach);
  EXPECT_NE(rules[0].key, persona_limits(config, "ann")[1].key);
}

}  // namespace
}  // namespace belay::policy
