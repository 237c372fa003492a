#include "policy/persona_limits.hpp"

#include <fmt/format.h>

namespace belay::policy {
namespace {

LimitRule active_of_user(const Config& config, std::string_view user) {
  LimitRule rule;
  rule.name = "persona.active.user";
  rule.key = fmt::format("persona/active/{}", user);
  rule.limit = config.persona.most_active_a_user;
  rule.refusal = ErrorCode::too_many_active;
  rule.subject = "answers of one user";
  rule.busy_retry_after = config.busy_retry_after;
  return rule;
}

LimitRule active_of_server(const Config& config) {
  LimitRule rule;
  rule.name = "persona.active.server";
  rule.key = "persona/server";
  rule.limit = config.persona.most_active;
  rule.refusal = ErrorCode::server_full;
  rule.subject = "answers on this server";
  rule.busy_retry_after = config.busy_retry_after;
  return rule;
}

LimitRule rate(const Config& config, std::string_view user, std::string name, std::uint64_t limit,
               std::string subject) {
  LimitRule rule;
  rule.key = fmt::format("{}/{}", name, user);
  rule.name = std::move(name);
  rule.kind = LimitRule::Kind::sliding_window;
  rule.limit = limit;
  rule.window = config.persona.rate_window;
  rule.refusal = ErrorCode::rate_limited;
  rule.subject = std::move(subject);
  return rule;
}

}  // namespace

std::vector<LimitRule> persona_limits(const Config& config, std::string_view user) {
  return {active_of_user(config, user), rate(config, user, "persona.rate", config.persona.rate, "messages"),
          active_of_server(config)};
}

std::vector<LimitRule> active_limits(const Config& config, std::string_view user) {
  return {active_of_user(config, user), active_of_server(config)};
}

std::vector<LimitRule> coach_limits(const Config& config, std::string_view user) {
  return {rate(config, user, "persona.rate_coach", config.persona.rate_coach, "calls of the coach")};
}

}  // namespace belay::policy
