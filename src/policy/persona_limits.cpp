#include "policy/persona_limits.hpp"

#include <fmt/format.h>

namespace belay::policy {
namespace {

bool is_user(const Subject& subject) {
  return subject.kind == Subject::Kind::user;
}

// "user/ann", "address/203.0.113.7"
std::string key_of(const Subject& subject) {
  return fmt::format("{}/{}", is_user(subject) ? "user" : "address", subject.name);
}

LimitRule active_of(const Config& config, const Subject& subject) {
  const PersonaLimits& persona = config.persona;
  LimitRule rule;
  rule.name = is_user(subject) ? "persona.active.user" : "persona.active.address";
  rule.key = fmt::format("persona/active/{}", key_of(subject));
  rule.limit = is_user(subject) ? persona.max_active_per_user : persona.max_active_per_address;
  rule.error_code = ErrorCode::too_many_active;
  rule.subject = is_user(subject) ? "answers of one user" : "answers without sign-in for one address";
  rule.busy_retry_after = config.busy_retry_after;
  return rule;
}

LimitRule active_of_server(const Config& config) {
  LimitRule rule;
  rule.name = "persona.active.server";
  rule.key = "persona/server";
  rule.limit = config.persona.max_active;
  rule.error_code = ErrorCode::server_full;
  rule.subject = "answers on this server";
  rule.busy_retry_after = config.busy_retry_after;
  return rule;
}

struct Rate {
  const char* name;
  std::uint64_t per_user;
  std::uint64_t per_address;
  const char* subject;
};
LimitRule rate(const Config& config, const Subject& subject, const Rate& of) {
  LimitRule rule;
  rule.key = fmt::format("{}/{}", of.name, key_of(subject));
  rule.name = is_user(subject) ? of.name : fmt::format("{}_address", of.name);
  rule.kind = LimitRule::Kind::sliding_window;
  rule.limit = is_user(subject) ? of.per_user : of.per_address;
  rule.window = config.persona.rate_window;
  rule.error_code = ErrorCode::rate_limited;
  rule.subject = of.subject;
  if (!is_user(subject)) rule.subject += " without sign-in from one address";
  return rule;
}

}  // namespace

std::vector<LimitRule> persona_limits(const Config& config, const Subject& subject) {
  const PersonaLimits& persona = config.persona;
  const Rate messages{"persona.rate", persona.rate, persona.max_messages_per_address, "messages"};
  return {active_of(config, subject), rate(config, subject, messages), active_of_server(config)};
}

std::vector<LimitRule> active_limits(const Config& config, const Subject& subject) {
  return {active_of(config, subject), active_of_server(config)};
}

std::vector<LimitRule> coach_limits(const Config& config, const Subject& subject) {
  const PersonaLimits& persona = config.persona;
  const Rate calls{"persona.rate_coach", persona.rate_coach, persona.max_coach_calls_per_address,
                   "calls of the coach"};
  return {rate(config, subject, calls)};
}

std::vector<LimitRule> persona_session_limits(const Config& config, const Subject& subject) {
  const PersonaLimits& persona = config.persona;
  const Rate sessions{"persona.new_sessions", persona.max_new_sessions_per_user,
                      persona.max_new_sessions_per_address, "new sessions"};
  return {rate(config, subject, sessions), active_of_server(config)};
}

}  // namespace belay::policy
