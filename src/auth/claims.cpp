#include "auth/claims.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include "base/run_id.hpp"

namespace belay::auth {
namespace {

namespace json = boost::json;

Error refused(std::string detail) {
  return make_error(ErrorCode::unauthenticated, std::move(detail));
}

// NumericDate: seconds since 1970, possibly with a fraction. A time after the year 9999 is treated as an
// error; it is probably in milliseconds.
Result<std::optional<WallTime>> read_date(const json::object& claims, std::string_view name) {
  const json::value* value = claims.if_contains(name);
  if (!value) return std::optional<WallTime>();
  constexpr double kEndOfYear9999 = 253'402'300'800;
  if (!value->is_number())
    return refused(fmt::format("The token's {} must be a number of seconds since 1970.", name));
  const double seconds = value->to_number<double>();
  if (!(seconds >= 0 && seconds < kEndOfYear9999))
    return refused(
        fmt::format("The token's {} is out of range: it counts seconds since 1970, not milliseconds.", name));
  return std::optional<WallTime>(WallTime{static_cast<std::int64_t>(std::floor(seconds * 1000))});
}

Result<WallTime> check_times(const json::object& claims, Milliseconds leeway, WallTime now) {
  const auto expires = read_date(claims, "exp");
  if (!expires) return expires.error();
  if (!*expires) return refused("The token has no exp. Only tokens that expire are accepted.");
  if (now >= **expires + leeway)
    return refused(fmt::format("The token expired at {}. Sign in again.", iso8601(**expires)));
  const auto starts = read_date(claims, "nbf");
  if (!starts) return starts.error();
  if (*starts && now + leeway < **starts)
    return refused(
        fmt::format("The token is not valid before {}. Check the issuer's clock.", iso8601(**starts)));
  return **expires;
}

bool is_text(const json::value* value, std::string_view wanted) {
  return value && value->is_string() && value->get_string() == wanted;
}

bool audience_holds(const json::value* audience, std::string_view wanted) {
  if (is_text(audience, wanted)) return true;
  if (!audience || !audience->is_array()) return false;
  for (const json::value& one : audience->get_array())
    if (is_text(&one, wanted)) return true;
  return false;
}

// Finds the claim with the name `path`. If there is none, cuts the path at a dot and looks for the rest in
// the object before the dot. A name may itself contain dots, like an address does: the longest existing name
// has priority.
const json::value* find_claim(const json::object& claims, std::string_view path) {
  if (const json::value* value = claims.if_contains(path)) return value;
  for (std::size_t dot = path.rfind('.'); dot != std::string_view::npos && dot != 0;
       dot = path.rfind('.', dot - 1)) {
    const json::value* inner = claims.if_contains(path.substr(0, dot));
    if (!inner || !inner->is_object()) continue;
    if (const json::value* value = find_claim(inner->get_object(), path.substr(dot + 1))) return value;
  }
  return nullptr;
}

// The strings of a claim: the claim itself, or those entries of a list that are strings.
std::vector<std::string_view> texts_of(const json::value* claim) {
  std::vector<std::string_view> texts;
  if (claim && claim->is_string()) texts.push_back(claim->get_string());
  if (claim && claim->is_array())
    for (const json::value& entry : claim->get_array())
      if (entry.is_string()) texts.push_back(entry.get_string());
  return texts;
}

std::string read_tier(const json::object& claims, std::string_view path) {
  for (const std::string_view text : texts_of(find_claim(claims, path)))
    if (!text.empty() && is_valid_tier(text)) return std::string(text);
  return {};
}

bool is_scope(std::string_view path) {
  return path == "scope" || path == "scp" || path.ends_with(".scope") || path.ends_with(".scp");
}

std::vector<std::string_view> split_at_spaces(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::vector<std::string> read_roles(const json::object& claims, std::string_view path) {
  const json::value* claim = find_claim(claims, path);
  std::vector<std::string_view> texts = texts_of(claim);
  if (claim && claim->is_string() && is_scope(path)) texts = split_at_spaces(claim->get_string());
  std::vector<std::string> roles;
  for (const std::string_view text : texts) {
    if (roles.size() == kMaxRoles) break;
    if (is_valid_role(text) && std::find(roles.begin(), roles.end(), text) == roles.end())
      roles.emplace_back(text);
  }
  return roles;
}

Result<json::object> parse_payload(std::string_view payload) {
  boost::system::error_code failed;
  json::parse_options options;
  options.max_depth = 16;
  json::value document = json::parse(payload, failed, {}, options);
  if (failed || !document.is_object()) return refused("The token's payload is not a JSON object.");
  return std::move(document.get_object());
}

}  // namespace

Result<Caller> read_claims(std::string_view payload, const TokenTerms& terms, Milliseconds leeway,
                           WallTime now) {
  const Result<json::object> claims = parse_payload(payload);
  if (!claims) return claims.error();
  Result<WallTime> expires = check_times(*claims, leeway, now);
  if (!expires) return expires.error();
  if (!terms.issuer.empty() && !is_text(claims->if_contains("iss"), terms.issuer))
    return refused("The token comes from another issuer (iss) than this server trusts.");
  if (!terms.audience.empty() && !audience_holds(claims->if_contains("aud"), terms.audience))
    return refused("The token is meant for another audience (aud) than this server.");

  Caller caller;
  const json::value* user = find_claim(*claims, terms.user_claim);
  if (!user || !user->is_string() || !is_valid_user_id(user->get_string()))
    return refused(fmt::format("The token's {} must name the user: 1 to {} bytes without control characters.",
                               terms.user_claim, kMaxUserBytes));
  caller.user = std::string(user->get_string());
  caller.tier = read_tier(*claims, terms.tier_claim);
  caller.roles = read_roles(*claims, terms.roles_claim);
  caller.expires = *expires;
  // A token that says nothing readable about its issue counts as issued long ago (auth/revocations.hpp).
  if (const auto issued = read_date(*claims, "iat")) caller.issued = *issued;
  if (const json::value* id = claims->if_contains("jti");
      id && id->is_string() && is_valid_token_id(id->get_string()))
    caller.token_id = std::string(id->get_string());
  return caller;
}

Result<std::string> read_unverified_issuer(std::string_view payload, Milliseconds leeway, WallTime now) {
  const Result<json::object> claims = parse_payload(payload);
  if (!claims) return claims.error();
  if (const Result<WallTime> expires = check_times(*claims, leeway, now); !expires) return expires.error();
  const json::value* issuer = claims->if_contains("iss");
  return issuer && issuer->is_string() ? std::string(issuer->get_string()) : std::string();
}

}  // namespace belay::auth
