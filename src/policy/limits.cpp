#include "policy/limits.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace belay::policy {
namespace {

using Kind = Limit::Kind;

// Rounded up, so that a client that waits this long is not refused because of a fraction of a second.
std::int64_t seconds(Milliseconds time) {
  return std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::seconds>(time).count());
}

// The name becomes a quoted string in a header. Characters that are not allowed there are left out.
std::string in_quotes(std::string_view name) {
  std::string result;
  result.reserve(name.size() + 32);  // with its fields
  result += '"';
  for (const char c : name)
    if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') result += c;
  result += '"';
  return result;
}

// ";q=" and the number.
void append_field(std::string_view field, std::uint64_t value, std::string& out) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(field).append(digits, end);
}
void append_seconds(std::string_view field, Milliseconds time, std::string& out) {
  append_field(field, static_cast<std::uint64_t>(seconds(time)), out);
}

// Never 0: a client that retries at once would be refused again.
Milliseconds wait_of(const LimitStatus& status) {
  const bool is_known = status.retry_after > Milliseconds(0);
  if (status.limit.kind == Kind::concurrent && !is_known) return status.limit.busy_retry_after;
  return std::max(status.retry_after, Milliseconds(1));
}

std::string text_of(const LimitStatus& status) {
  const Limit& limit = status.limit;
  switch (limit.kind) {
    case Kind::concurrent:
      return fmt::format("At most {} {} at once: wait for one to end, or try again in {} s.", limit.max,
                         limit.subject, seconds(wait_of(status)));
    case Kind::window:
      return fmt::format("At most {} {} in {} s: the next one is possible in {} s.", limit.max, limit.subject,
                         seconds(limit.window), seconds(wait_of(status)));
    case Kind::quota:
      if (!limit.advice.empty()) return limit.advice;
      return fmt::format("At most {} {} in a calendar month (UTC): the next one is possible in {} s.",
                         limit.max, limit.subject, seconds(wait_of(status)));
    case Kind::total:
      return fmt::format("At most {} {}, and all of them have been used. {}", limit.max, limit.subject,
                         limit.advice);
  }
  return {};
}

}  // namespace

Error limit_error(const LimitStatus& status) {
  Error error;
  error.code = status.limit.error_code;
  error.limit = status.limit.name;
  error.detail = text_of(status);
  if (status.limit.kind != Kind::total) error.retry_after = wait_of(status);
  return error;
}

std::array<RateHeader, 2> rate_headers(const LimitStatus& status) {
  const Limit& limit = status.limit;
  std::string policy = in_quotes(limit.name);
  std::string state = policy;
  append_field(";q=", limit.max, policy);
  append_field(";r=", status.refused ? 0 : status.remaining, state);
  if (limit.kind == Kind::concurrent) policy += ";qu=\"concurrent-requests\"";
  if (limit.kind == Kind::window) append_seconds(";w=", limit.window, policy);
  if (limit.kind == Kind::window || limit.kind == Kind::quota) {
    const Milliseconds until = status.refused ? status.retry_after : status.reset_after;
    if (until > Milliseconds(0)) append_seconds(";t=", until, state);
  }
  return {{{"RateLimit-Policy", std::move(policy)}, {"RateLimit", std::move(state)}}};
}

}  // namespace belay::policy
