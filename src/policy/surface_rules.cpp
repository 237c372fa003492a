#include "policy/surface_rules.hpp"

#include <algorithm>

namespace belay::policy {
namespace {

bool is_user(const Subject& subject) {
  return subject.kind == Subject::Kind::user;
}

Limit limit_of(const LimitSpec& spec, const Subject& subject) {
  Limit limit = spec.limit;
  limit.key = limit.name;
  if (spec.counts == LimitSpec::Counts::server) return limit;
  limit.key.append(is_user(subject) ? "/user/" : "/address/").append(subject.name);
  if (is_user(subject)) return limit;
  limit.name = spec.address_name;
  limit.max = spec.address_max;
  limit.subject = spec.address_subject;
  return limit;
}

}  // namespace

Subject subject_of(const Caller& caller) {
  if (caller.is_signed_in()) return {Subject::Kind::user, caller.user};
  return {Subject::Kind::address, caller.address};
}

LimitSpec active_of_caller(const Active& active) {
  LimitSpec spec;
  spec.limit.name = active.surface + ".active.user";
  spec.limit.kind = Limit::Kind::concurrent;
  spec.limit.max = active.max_per_user;
  spec.limit.error_code = ErrorCode::too_many_active;
  spec.limit.subject = active.what + " of one user";
  spec.limit.busy_retry_after = active.busy_retry_after;
  spec.address_name = active.surface + ".active.address";
  spec.address_max = active.max_per_address;
  spec.address_subject = active.what + " without sign-in for one address";
  return spec;
}

LimitSpec active_of_server(const Active& active) {
  LimitSpec spec;
  spec.counts = LimitSpec::Counts::server;
  spec.limit.name = active.surface + ".active.server";
  spec.limit.kind = Limit::Kind::concurrent;
  spec.limit.max = active.max;
  spec.limit.error_code = ErrorCode::server_full;
  spec.limit.subject = active.what + " on this server";
  spec.limit.busy_retry_after = active.busy_retry_after;
  return spec;
}

LimitSpec rate_of_caller(const Rate& rate) {
  LimitSpec spec;
  spec.limit.name = rate.name;
  spec.limit.kind = Limit::Kind::window;
  spec.limit.max = rate.max_per_user;
  spec.limit.window = rate.window;
  spec.limit.error_code = ErrorCode::rate_limited;
  spec.limit.subject = rate.what;
  spec.address_name = rate.name + "_address";
  spec.address_max = rate.max_per_address;
  spec.address_subject = rate.what + " without sign-in from one address";
  return spec;
}

LimitSpec quota_of_caller(const Quota& quota) {
  LimitSpec spec;
  spec.limit.name = quota.name;
  spec.limit.kind = Limit::Kind::quota;
  spec.limit.max = quota.max_per_user;
  spec.limit.error_code = ErrorCode::quota_exceeded;
  spec.limit.subject = quota.what;
  spec.limit.advice = quota.advice;
  spec.address_name = quota.name + "_address";
  spec.address_subject = quota.what;
  return spec;
}

std::vector<Limit> limits_of(const SurfaceRules& rules, std::string_view action, const Subject& subject) {
  const auto specs = rules.limits.find(action);
  if (specs == rules.limits.end()) return {};
  std::vector<Limit> limits;
  limits.reserve(specs->second.size());
  for (const LimitSpec& spec : specs->second) limits.push_back(limit_of(spec, subject));
  return limits;
}

Limit session_limit(const SessionRules& rules) {
  Limit limit;
  limit.name = rules.limit;
  limit.kind = Limit::Kind::total;
  limit.max = rules.max_requests;
  limit.error_code = ErrorCode::session_used_up;
  limit.subject = "requests of one session";
  limit.advice = rules.advice;
  return limit;
}

std::vector<Limit> counted_limits(const SurfaceRules& rules, std::string_view mode, std::string_view user) {
  if (is_anonymous(user)) return {};
  std::vector<Limit> limits = limits_of(rules, mode, {Subject::Kind::user, std::string(user)});
  std::erase_if(limits, [](const Limit& limit) { return limit.kind == Limit::Kind::concurrent; });
  return limits;
}

Milliseconds longest_window(const SurfaceRules& rules) {
  Milliseconds longest(0);
  for (const auto& [action, specs] : rules.limits)
    for (const LimitSpec& spec : specs) {
      if (spec.limit.kind == Limit::Kind::window) longest = std::max(longest, spec.limit.window);
      if (spec.limit.kind == Limit::Kind::quota)
        longest = std::max<Milliseconds>(longest, std::chrono::days(31));
    }
  return longest;
}

}  // namespace belay::policy
