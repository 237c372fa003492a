#include "policy/persona_limits.hpp"

#include <gtest/gtest.h>

namespace belay::policy {
namespace {

const Subject ann{Subject::Kind::user, "ann"};
const Subject bob{Subject::Kind::user, "bob"};

TEST(PersonaLimits, P1_a_message_meets_the_users_limits_first_and_the_servers_last) {
  Config config;
  config.persona.max_active_per_user = 2;
  config.persona.rate = 30;
  config.persona.max_active = 7;
  const auto rules = persona_limits(config, ann);
  ASSERT_EQ(rules.size(), 3u);
  EXPECT_EQ(rules[0].name, "persona.active.user");
  EXPECT_EQ(rules[0].limit, 2u);
  EXPECT_EQ(rules[0].error_code, ErrorCode::too_many_active);
  EXPECT_EQ(rules[1].name, "persona.rate");
  EXPECT_EQ(rules[1].limit, 30u);
  EXPECT_EQ(rules[1].kind, LimitRule::Kind::sliding_window);
  EXPECT_EQ(rules[2].limit, 7u);
  EXPECT_EQ(rules[2].error_code, ErrorCode::server_full);
  EXPECT_NE(persona_limits(config, bob)[1].key, rules[1].key);
  EXPECT_EQ(persona_limits(config, bob)[2].key, rules[2].key);
}

TEST(PersonaLimits, P5_the_coach_has_a_rate_of_its_own) {
  Config config;
  const auto rules = coach_limits(config, ann);
  ASSERT_EQ(rules.size(), 1u);
  EXPECT_EQ(rules[0].name, "persona.rate_coach");
  EXPECT_EQ(rules[0].limit, config.persona.rate_coach);
  EXPECT_NE(rules[0].key, persona_limits(config, ann)[1].key);
}

TEST(PersonaLimits, X17_callers_without_sign_in_are_counted_by_address_under_keys_that_no_user_can_have) {
  Config config;
  config.persona.max_active_per_address = 3;
  config.persona.max_messages_per_address = 4;
  config.persona.max_coach_calls_per_address = 5;
  config.persona.max_new_sessions_per_address = 6;
  const Subject address{Subject::Kind::address, "203.0.113.7"};
  // User names that try to produce those keys.
  const Subject impostors[] = {{Subject::Kind::user, "203.0.113.7"},
                               {Subject::Kind::user, "address/203.0.113.7"},
                               {Subject::Kind::user, "../address/203.0.113.7"}};
  const auto all = [&](const Subject& subject) {
    std::vector<LimitRule> rules = persona_limits(config, subject);
    for (const auto& more : {active_limits(config, subject), coach_limits(config, subject),
                             persona_session_limits(config, subject)})
      rules.insert(rules.end(), more.begin(), more.end());
    return rules;
  };
  const auto rules = all(address);
  EXPECT_EQ(rules[0].limit, 3u);
  EXPECT_EQ(rules[0].name, "persona.active.address");
  EXPECT_EQ(rules[1].limit, 4u);
  EXPECT_EQ(rules[1].name, "persona.rate_address");
  EXPECT_EQ(coach_limits(config, address)[0].limit, 5u);
  EXPECT_EQ(persona_session_limits(config, address)[0].limit, 6u);
  for (const Subject& impostor : impostors)
    for (const LimitRule& theirs : all(impostor))
      for (const LimitRule& rule : rules)
        EXPECT_TRUE(rule.key != theirs.key || rule.name == "persona.active.server") << rule.key;
  EXPECT_NE(all({Subject::Kind::address, "203.0.113.8"})[0].key, rules[0].key);
}

TEST(PersonaLimits, X21_a_new_session_has_a_rate_and_none_is_given_while_the_server_is_full) {
  Config config;
  config.persona.max_new_sessions_per_user = 7;
  const auto rules = persona_session_limits(config, ann);
  ASSERT_EQ(rules.size(), 2u);
  EXPECT_EQ(rules[0].name, "persona.new_sessions");
  EXPECT_EQ(rules[0].limit, 7u);
  EXPECT_EQ(rules[0].error_code, ErrorCode::rate_limited);
  EXPECT_EQ(rules[1].key, persona_limits(config, ann)[2].key) << "the place that answers take";
}

}  // namespace
}  // namespace belay::policy
