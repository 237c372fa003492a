#include "auth/claims.hpp"

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

// NumericDate: seconds since 1970, whole or not. Past the year 9999 it is taken for a mistake (milliseconds,
// most likely).
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

Result<WallTime> check_times(const json::object& claims, const Config& config, WallTime now) {
  const auto expires = read_date(claims, "exp");
  if (!expires) return expires.error();
  if (!*expires) return refused("The token has no exp. Only tokens that expire are accepted.");
  if (now >= **expires + config.leeway)
    return refused(fmt::format("The token expired at {}. Sign in again.", iso8601(**expires)));
  const auto starts = read_date(claims, "nbf");
  if (!starts) return starts.error();
  if (*starts && now + config.leeway < **starts)
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

Result<std::string> read_tier(const json::object& claims, const std::string& name) {
  const json::value* value = claims.if_contains(name);
  if (!value || value->is_null()) return std::string();
  if (!value->is_string() || !is_valid_tier(value->get_string()))
    return refused(fmt::format("The token's {} must be text of at most {} bytes.", name, kMostTierBytes));
  return std::string(value->get_string());
}

Result<std::vector<std::string>> read_roles(const json::object& claims, const std::string& name) {
  const json::value* value = claims.if_contains(name);
  if (!value || value->is_null()) return std::vector<std::string>();
  const Error malformed =
      refused(fmt::format("The token's {} must be a list of at most {} texts of 1 to {} bytes.", name,
                          kMostRoles, kMostRoleBytes));
  if (!value->is_array() || value->get_array().size() > kMostRoles) return malformed;
  std::vector<std::string> roles;
  for (const json::value& role : value->get_array()) {
    if (!role.is_string() || !is_valid_role(role.get_string())) return malformed;
    roles.emplace_back(role.get_string());
  }
  return roles;
}

}  // namespace

Result<Identity> read_claims(std::string_view payload, const Config& config, WallTime now) {
  boost::system::error_code failed;
  json::parse_options options;
  options.max_depth = 16;
  const json::value document = json::parse(payload, failed, {}, options);
  if (failed || !document.is_object()) return refused("The token's payload is not a JSON object.");
  const json::object& claims = document.get_object();

  Result<WallTime> expires = check_times(claims, config, now);
  if (!expires) return expires.error();
  if (!config.issuer.empty() && !is_text(claims.if_contains("iss"), config.issuer))
    return refused("The token comes from another issuer (iss) than this server trusts.");
  if (!config.audience.empty() && !audience_holds(claims.if_contains("aud"), config.audience))
    return refused("The token is meant for another audience (aud) than this server.");

  Identity identity;
  const json::value* user = claims.if_contains("sub");
  if (!user || !user->is_string() || !is_valid_user_id(user->get_string()))
    return refused(fmt::format(
        "The token's sub must name the user: 1 to {} bytes without control characters.", kMostUserBytes));
  identity.user = std::string(user->get_string());
  Result<std::string> tier = read_tier(claims, config.tier_claim);
  if (!tier) return tier.error();
  Result<std::vector<std::string>> roles = read_roles(claims, config.roles_claim);
  if (!roles) return roles.error();
  identity.tier = std::move(*tier);
  identity.roles = std::move(*roles);
  identity.expires = *expires;
  return identity;
}

}  // namespace belay::auth
