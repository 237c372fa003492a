#include "surfaces/persona/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/types/caller.hpp"
#include "surfaces/persona/session_id.hpp"

namespace belay::surfaces {
namespace {

using policy::Subject;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;

using Kind = Limit::Kind;

const Subject ann{Subject::Kind::user, "ann"};
const Subject bob{Subject::Kind::user, "bob"};
const Subject address{Subject::Kind::address, "203.0.113.7"};

std::vector<Limit> limits_of(const PersonaSurfaceConfig& config, std::string_view action,
                             const Subject& subject) {
  return policy::limits_of(rules(config, {}), action, subject);
}

TEST(PersonaLimits, P1_a_message_meets_the_users_limits_first_and_the_servers_last) {
  PersonaSurfaceConfig config;
  config.limits.max_active_per_user = 2;
  config.limits.rate = 30;
  config.limits.max_active = 7;
  const auto limits = limits_of(config, "message", ann);
  ASSERT_EQ(limits.size(), 3u);
  EXPECT_EQ(limits[0].name, "persona.active.user");
  EXPECT_EQ(limits[0].key, "persona.active.user/user/ann");
  EXPECT_EQ(limits[0].kind, Kind::concurrent);
  EXPECT_EQ(limits[0].max, 2u);
  EXPECT_EQ(limits[0].error_code, ErrorCode::too_many_active);
  EXPECT_EQ(limits[0].subject, "answers of one user");
  EXPECT_EQ(limits[0].busy_retry_after, Milliseconds(5000));
  EXPECT_EQ(limits[1].name, "persona.rate");
  EXPECT_EQ(limits[1].key, "persona.rate/user/ann");
  EXPECT_EQ(limits[1].max, 30u);
  EXPECT_EQ(limits[1].kind, Kind::window);
  EXPECT_EQ(limits[1].window, Milliseconds(60'000));
  EXPECT_EQ(limits[1].error_code, ErrorCode::rate_limited);
  EXPECT_EQ(limits[1].subject, "messages");
  EXPECT_EQ(limits[2].name, "persona.active.server");
  EXPECT_EQ(limits[2].key, "persona.active.server");
  EXPECT_EQ(limits[2].kind, Kind::concurrent);
  EXPECT_EQ(limits[2].max, 7u);
  EXPECT_EQ(limits[2].error_code, ErrorCode::server_full);
  EXPECT_EQ(limits[2].subject, "answers on this server");
  EXPECT_NE(limits_of(config, "message", bob)[1].key, limits[1].key);
  EXPECT_EQ(limits_of(config, "message", bob)[2].key, limits[2].key);
}

TEST(PersonaLimits, P5_the_coach_has_a_rate_of_its_own) {
  const PersonaSurfaceConfig config;
  const auto limits = limits_of(config, "coach_call", ann);
  ASSERT_EQ(limits.size(), 1u);
  EXPECT_EQ(limits[0].name, "persona.rate_coach");
  EXPECT_EQ(limits[0].key, "persona.rate_coach/user/ann");
  EXPECT_EQ(limits[0].kind, Kind::window);
  EXPECT_EQ(limits[0].max, config.limits.rate_coach);
  EXPECT_EQ(limits[0].subject, "calls of the coach");
  EXPECT_NE(limits[0].key, limits_of(config, "message", ann)[1].key);
}

TEST(PersonaLimits, P5_a_call_of_a_model_for_the_coach_takes_a_place_among_the_answers) {
  const PersonaSurfaceConfig config;
  for (const Subject& subject : {ann, address}) {
    const auto coach = limits_of(config, "coach", subject);
    const auto message = limits_of(config, "message", subject);
    ASSERT_EQ(coach.size(), 2u);
    EXPECT_EQ(coach[0].name, message[0].name);
    EXPECT_EQ(coach[0].key, message[0].key);
    EXPECT_EQ(coach[1].key, message[2].key);
  }
}

TEST(PersonaLimits, X17_an_address_has_the_limits_of_a_user_in_the_same_order) {
  const PersonaSurfaceConfig config;
  const auto message = limits_of(config, "message", address);
  ASSERT_EQ(message.size(), 3u);
  EXPECT_EQ(message[0].name, "persona.active.address");
  EXPECT_EQ(message[0].key, "persona.active.user/address/203.0.113.7");
  EXPECT_EQ(message[0].kind, Kind::concurrent);
  EXPECT_EQ(message[0].max, 20u);
  EXPECT_EQ(message[0].error_code, ErrorCode::too_many_active);
  EXPECT_EQ(message[0].subject, "answers without sign-in for one address");
  EXPECT_EQ(message[1].name, "persona.rate_address");
  EXPECT_EQ(message[1].key, "persona.rate/address/203.0.113.7");
  EXPECT_EQ(message[1].kind, Kind::window);
  EXPECT_EQ(message[1].max, 240u);
  EXPECT_EQ(message[1].error_code, ErrorCode::rate_limited);
  EXPECT_EQ(message[1].subject, "messages without sign-in from one address");
  EXPECT_EQ(message[2].key, "persona.active.server");
  const auto call = limits_of(config, "coach_call", address);
  ASSERT_EQ(call.size(), 1u);
  EXPECT_EQ(call[0].name, "persona.rate_coach_address");
  EXPECT_EQ(call[0].key, "persona.rate_coach/address/203.0.113.7");
  EXPECT_EQ(call[0].max, 480u);
  EXPECT_EQ(call[0].subject, "calls of the coach without sign-in from one address");
  const auto session = limits_of(config, "session", address);
  ASSERT_EQ(session.size(), 2u);
  EXPECT_EQ(session[0].name, "persona.new_sessions_address");
  EXPECT_EQ(session[0].key, "persona.new_sessions/address/203.0.113.7");
  EXPECT_EQ(session[0].max, 60u);
  EXPECT_EQ(session[0].subject, "new sessions without sign-in from one address");
  EXPECT_EQ(session[1].key, "persona.active.server");
}

TEST(PersonaLimits, X17_callers_without_sign_in_are_counted_by_address_under_keys_that_no_user_can_have) {
  PersonaSurfaceConfig config;
  config.limits.max_active_per_address = 3;
  config.limits.max_messages_per_address = 4;
  config.limits.max_coach_calls_per_address = 5;
  config.limits.max_new_sessions_per_address = 6;
  // User names that try to produce those keys.
  const Subject impostors[] = {{Subject::Kind::user, "203.0.113.7"},
                               {Subject::Kind::user, "address/203.0.113.7"},
                               {Subject::Kind::user, "../address/203.0.113.7"}};
  const auto all = [&](const Subject& subject) {
    std::vector<Limit> limits = limits_of(config, "message", subject);
    for (const char* action : {"coach", "coach_call", "session"}) {
      const auto more = limits_of(config, action, subject);
      limits.insert(limits.end(), more.begin(), more.end());
    }
    return limits;
  };
  const auto limits = all(address);
  EXPECT_EQ(limits[0].max, 3u);
  EXPECT_EQ(limits[0].name, "persona.active.address");
  EXPECT_EQ(limits[1].max, 4u);
  EXPECT_EQ(limits[1].name, "persona.rate_address");
  EXPECT_EQ(limits_of(config, "coach_call", address)[0].max, 5u);
  EXPECT_EQ(limits_of(config, "session", address)[0].max, 6u);
  for (const Subject& impostor : impostors)
    for (const Limit& theirs : all(impostor))
      for (const Limit& limit : limits)
        EXPECT_TRUE(limit.key != theirs.key || limit.name == "persona.active.server") << limit.key;
  EXPECT_NE(all({Subject::Kind::address, "203.0.113.8"})[0].key, limits[0].key);
}

TEST(PersonaLimits, X21_a_new_session_has_a_rate_and_none_is_given_while_the_server_is_full) {
  PersonaSurfaceConfig config;
  config.limits.max_new_sessions_per_user = 7;
  const auto limits = limits_of(config, "session", ann);
  ASSERT_EQ(limits.size(), 2u);
  EXPECT_EQ(limits[0].name, "persona.new_sessions");
  EXPECT_EQ(limits[0].key, "persona.new_sessions/user/ann");
  EXPECT_EQ(limits[0].max, 7u);
  EXPECT_EQ(limits[0].error_code, ErrorCode::rate_limited);
  EXPECT_EQ(limits[0].subject, "new sessions");
  EXPECT_EQ(limits[1].key, limits_of(config, "message", ann)[2].key) << "the place that answers take";
}

TEST(PersonaLimits, a_message_of_a_user_counts_after_a_restart_and_nothing_else_does) {
  const policy::SurfaceRules made = rules(PersonaSurfaceConfig{}, {});
  const auto counted = policy::counted_limits(made, "message", "ann");
  ASSERT_EQ(counted.size(), 1u);
  EXPECT_EQ(counted[0].key, "persona.rate/user/ann");
  EXPECT_THAT(policy::counted_limits(made, "message", anonymous_user("ann")), IsEmpty());
  EXPECT_THAT(policy::counted_limits(made, "coach", "ann"), IsEmpty());
}

TEST(PersonaRules, have_a_default_model_and_sessions_that_are_conversations) {
  PersonaSurfaceConfig config;
  config.model = "small";
  config.prefix = "/training";
  config.session_requests = 3;
  config.session_time = std::chrono::hours(2);
  const policy::SurfaceRules made = rules(config, {});
  EXPECT_EQ(made.surface, "persona");
  EXPECT_THAT(made.limits, ElementsAre(Key("coach"), Key("coach_call"), Key("message"), Key("session")));
  EXPECT_EQ(made.default_model, "small");
  EXPECT_FALSE(made.caller_chooses_model);
  EXPECT_FALSE(made.shares_answers);
  ASSERT_TRUE(made.sessions);
  const policy::SessionRules& session = *made.sessions;
  const Limit limit = policy::session_limit(session);
  EXPECT_EQ(limit.name, "persona.session_requests");
  EXPECT_EQ(limit.kind, Kind::total);
  EXPECT_EQ(limit.max, 3u);
  EXPECT_EQ(limit.advice, "Start a new session with POST /training/chat/start.");
  EXPECT_EQ(session.time, std::chrono::hours(2));
  SeededRandom random(1);
  EXPECT_TRUE(persona::is_session_id(session.new_id(random)));
  EXPECT_EQ(session.new_conversation, nullptr);
}

}  // namespace
}  // namespace belay::surfaces
