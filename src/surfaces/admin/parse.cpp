#include "surfaces/admin/parse.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "core/types/caller.hpp"
#include "surfaces/json_body.hpp"

namespace belay::surfaces::admin {
namespace {

using transport::Request;

constexpr std::size_t kMaxPage = 500;
constexpr std::size_t kMaxReasonBytes = 500;
constexpr Milliseconds kDay = std::chrono::hours(24);
constexpr Milliseconds kMaxUsageRange = 366 * kDay;
constexpr double kMaxRevocationSeconds = 3650.0 * 86'400;

Error invalid(std::string_view field, std::string detail) {
  return make_error(ErrorCode::invalid_request, std::move(detail), std::string(field));
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string query_text(const Request& request, std::string_view name) {
  return std::string(request.query_value(name).value_or(std::string_view()));
}

Result<std::size_t> parse_limit(const Request& request) {
  const auto text = request.query_value("limit");
  if (!text) return std::size_t{100};
  const auto limit = parse_number(*text);
  if (!limit || *limit == 0 || *limit > kMaxPage)
    return invalid("limit", fmt::format("limit must be a whole number from 1 to {}.", kMaxPage));
  return static_cast<std::size_t>(*limit);
}

Result<> refuse_unknown_fields(const JsonObject& body, std::initializer_list<std::string_view> known) {
  for (const JsonObject::Member& member : body.members())
    if (std::find(known.begin(), known.end(), member.name) == known.end())
      return invalid(member.name,
                     fmt::format("There is no such field. The fields are: {}.", fmt::join(known, ", ")));
  return {};
}

// Nothing if it is absent, and empty text if it is null: the value is removed.
Result<std::optional<std::string>> removable_text(const JsonObject& body, const char* field) {
  const JsonObject::Member* member = body.find(field);
  if (!member) return std::optional<std::string>();
  if (member->kind == JsonKind::null) return std::optional<std::string>("");
  if (member->kind != JsonKind::string) return invalid(field, fmt::format("{} must be text or null.", field));
  return std::optional<std::string>(member->text);
}

RevocationKey user_key(std::string name) {
  return {RevocationKey::Kind::user, std::move(name)};
}
RevocationKey token_key(std::string id) {
  return {RevocationKey::Kind::token, std::move(id)};
}

Result<WallTime> time_of(const Request& request, std::string_view name, WallTime otherwise) {
  const auto text = request.query_value(name);
  if (!text) return otherwise;
  if (const auto time = parse_time(*text)) return *time;
  return invalid(name,
                 fmt::format("{} must be a day like 2026-11-30, or a time like 2026-11-30T12:00:00Z.", name));
}

}  // namespace

Result<std::string> parse_user_name(const Request& request) {
  std::string name(request.capture("name"));
  if (is_valid_user_id(name)) return name;
  return invalid("name",
                 fmt::format("A user's name has 1 to {} bytes and no control characters.", kMaxUserBytes));
}

Result<UserQuery> parse_users(const Request& request) {
  const auto limit = parse_limit(request);
  if (!limit) return limit.error();
  return UserQuery{query_text(request, "q"), query_text(request, "cursor"), *limit};
}

Result<UserChange> parse_user_change(const Request& request) {
  auto name = parse_user_name(request);
  if (!name) return name.error();
  const auto body = parse_json_object(request);
  if (!body) return body.error();
  if (const auto known = refuse_unknown_fields(*body, {"tier", "phase"}); !known) return known.error();
  auto tier = removable_text(*body, "tier");
  if (!tier) return tier.error();
  auto phase = removable_text(*body, "phase");
  if (!phase) return phase.error();
  return UserChange{std::move(*name), std::move(*tier), std::move(*phase)};
}

Result<UsageQuery> parse_usage(const Request& request, WallTime now) {
  UsageQuery query;
  const auto to = time_of(request, "to", now);
  if (!to) return to.error();
  const auto from = time_of(request, "from", *to - 30 * kDay);
  if (!from) return from.error();
  if (*from >= *to) return invalid("from", "from must be before to.");
  if (*to - *from > kMaxUsageRange) return invalid("from", "from and to may be 366 days apart at most.");
  const auto by = usage_by_from(request.query_value("by").value_or("user"));
  if (!by) return invalid("by", "by must be user, model, day or surface.");
  const auto limit = parse_limit(request);
  if (!limit) return limit.error();
  query.from = *from;
  query.to = *to;
  query.by = *by;
  query.user = query_text(request, "user");
  query.after = query_text(request, "cursor");
  query.max = *limit;
  return query;
}

Result<LiveRunQuery> parse_runs(const Request& request) {
  const auto limit = parse_limit(request);
  if (!limit) return limit.error();
  LiveRunQuery query{query_text(request, "user"), std::nullopt, *limit};
  if (const auto cursor = request.query_value("cursor")) {
    query.after = RunId::parse(*cursor);
    if (!query.after)
      return invalid("cursor", "This is no cursor. Send next_cursor of the page before, unchanged.");
  }
  return query;
}

Result<RunId> parse_run_id(const Request& request) {
  if (const auto id = RunId::parse(request.capture("run_id"))) return *id;
  return invalid("run_id", "This is no id of an answer. GET /api/admin/runs lists them.");
}

Result<RevocationRequest> parse_revocation(const Request& request) {
  const auto body = parse_json_object(request);
  if (!body) return body.error();
  if (const auto known = refuse_unknown_fields(*body, {"user", "token_id", "reason", "expires_in"}); !known)
    return known.error();
  const auto user = optional_string(*body, "user");
  if (!user) return user.error();
  const auto token = optional_string(*body, "token_id");
  if (!token) return token.error();
  if (user->empty() == token->empty())
    return invalid("user", "Give either user or token_id (the token's `jti`).");
  auto reason = optional_name(*body, "reason", kMaxReasonBytes);
  if (!reason) return reason.error();
  RevocationRequest revocation;
  revocation.key = token->empty() ? user_key(*user) : token_key(*token);
  revocation.reason = std::move(*reason);
  const JsonObject::Member* lasts = body->find("expires_in");
  if (!lasts || lasts->kind == JsonKind::null) return revocation;
  const double seconds = lasts->kind == JsonKind::number ? lasts->number() : 0;
  if (!(seconds >= 1 && seconds <= kMaxRevocationSeconds) || std::floor(seconds) != seconds)
    return invalid("expires_in", "expires_in must be a whole number of seconds, from 1 to ten years.");
  revocation.lasts = std::chrono::seconds(static_cast<std::int64_t>(seconds));
  return revocation;
}

Result<std::string> parse_notice(const Request& request) {
  const auto body = parse_json_object(request);
  if (!body) return body.error();
  if (const auto known = refuse_unknown_fields(*body, {"message"}); !known) return known.error();
  return required_string(*body, "message");
}

Result<RevocationKey> parse_revocation_key(const Request& request) {
  const std::string user = query_text(request, "user");
  const std::string token = query_text(request, "token_id");
  if (user.empty() == token.empty()) return invalid("user", "Give either user or token_id in the address.");
  return token.empty() ? user_key(user) : token_key(token);
}

Result<RevocationQuery> parse_revocations(const Request& request) {
  const auto limit = parse_limit(request);
  if (!limit) return limit.error();
  RevocationQuery query{std::nullopt, *limit};
  const std::string cursor = query_text(request, "cursor");
  if (cursor.empty()) return query;
  for (const auto kind : {RevocationKey::Kind::user, RevocationKey::Kind::token})
    if (const std::string prefix = std::string(to_string(kind)) + ":"; cursor.starts_with(prefix))
      query.after = RevocationKey{kind, cursor.substr(prefix.size())};
  if (!query.after)
    return invalid("cursor", "This is no cursor. Send next_cursor of the page before, unchanged.");
  return query;
}

Result<AuditQuery> parse_audit(const Request& request) {
  const auto limit = parse_limit(request);
  if (!limit) return limit.error();
  AuditQuery query{query_text(request, "target"), query_text(request, "action"), std::nullopt, *limit};
  if (const auto cursor = request.query_value("cursor")) {
    query.before = parse_number(*cursor);
    if (!query.before)
      return invalid("cursor", "This is no cursor. Send next_cursor of the page before, unchanged.");
  }
  return query;
}

std::optional<WallTime> parse_time(std::string_view text) {
  constexpr std::size_t kDate = 10, kSeconds = 20, kMilliseconds = 24;  // the lengths of the forms
  const auto digits = [&](std::size_t at, std::size_t count) -> std::optional<int> {
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
      if (text[i] < '0' || text[i] > '9') return std::nullopt;
      value = value * 10 + (text[i] - '0');
    }
    return value;
  };
  const bool has_time = text.size() >= kSeconds;
  if (!has_time && text.size() != kDate) return std::nullopt;
  const auto year = digits(0, 4), month = digits(5, 2), day = digits(8, 2);
  if (!year || !month || !day || text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  const auto midnight = std::chrono::sys_days(date).time_since_epoch();
  WallTime time{std::chrono::duration_cast<Milliseconds>(midnight).count()};
  if (!has_time) return time;
  const auto hour = digits(11, 2), minute = digits(14, 2), second = digits(17, 2);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  if (text[10] != 'T' || text[13] != ':' || text[16] != ':' || text.back() != 'Z') return std::nullopt;
  int milliseconds = 0;
  if (text.size() != kSeconds) {
    if (text.size() != kMilliseconds || text[19] != '.') return std::nullopt;
    const auto thousandths = digits(20, 3);
    if (!thousandths) return std::nullopt;
    milliseconds = *thousandths;
  }
  return time + Milliseconds(((*hour * 60 + *minute) * 60 + *second) * std::int64_t{1000} + milliseconds);
}

std::string cursor_of(const RevocationKey& key) {
  return std::string(to_string(key.kind)) + ":" + key.name;
}

}  // namespace belay::surfaces::admin
