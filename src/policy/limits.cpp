#include "policy/limits.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace belay::policy {
namespace {

// Rounded up, so that a client that waits this long is not refused because of a fraction of a second.
std::int64_t seconds(Milliseconds time) {
  return std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::seconds>(time).count());
}

// The name becomes a quoted string in a header. Characters that are not allowed there are left out.
std::string in_quotes(std::string_view name) {
  std::string result = "\"";
  for (const char c : name)
    if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') result += c;
  return result + '"';
}

}  // namespace

Error limit_error(const LimitRule& rule, const Decision& decision) {
  Error error;
  error.code = rule.error_code;
  error.limit = rule.name;
  if (rule.kind == LimitRule::Kind::sliding_window) {
    // Never 0: a client that retries at once would be refused again.
    const Milliseconds wait = std::max(decision.retry_after, Milliseconds(1));
    error.retry_after = wait;
    error.detail = fmt::format("At most {} {} in {} s: the next one is possible in {} s.", rule.limit,
                               rule.subject, seconds(rule.window), seconds(wait));
    return error;
  }
  if (rule.kind == LimitRule::Kind::total) {
    error.detail = fmt::format("At most {} {}, and all of them have been used. {}", rule.limit, rule.subject,
                               rule.advice);
    return error;
  }
  const Milliseconds wait =
      decision.retry_after > Milliseconds(0) ? decision.retry_after : rule.busy_retry_after;
  error.retry_after = wait;
  error.detail = fmt::format("At most {} {} at once: wait for one to end, or try again in {} s.", rule.limit,
                             rule.subject, seconds(wait));
  return error;
}

std::vector<RateHeader> rate_headers(const LimitRule& rule, const Decision& decision) {
  const std::string name = in_quotes(rule.name);
  const std::uint64_t remaining = decision.allowed ? decision.remaining : 0;
  if (rule.kind == LimitRule::Kind::concurrent)
    return {{"RateLimit-Policy", fmt::format("{};q={};qu=\"concurrent-requests\"", name, rule.limit)},
            {"RateLimit", fmt::format("{};r={}", name, remaining)}};
  if (rule.kind == LimitRule::Kind::total)
    return {{"RateLimit-Policy", fmt::format("{};q={}", name, rule.limit)},
            {"RateLimit", fmt::format("{};r={}", name, remaining)}};
  const Milliseconds until = decision.allowed ? decision.reset_after : decision.retry_after;
  std::string state = fmt::format("{};r={}", name, remaining);
  if (until > Milliseconds(0)) state += fmt::format(";t={}", seconds(until));
  return {{"RateLimit-Policy", fmt::format("{};q={};w={}", name, rule.limit, seconds(rule.window))},
          {"RateLimit", state}};
}

}  // namespace belay::policy
