#include "auth/token_maker.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <fmt/format.h>

#include "auth/signature.hpp"
#include "core/types/caller.hpp"

namespace belay::auth {
namespace {

Result<> check(const TokenRequest& request) {
  const auto invalid = [](const char* field, std::string detail) {
    return make_error(ErrorCode::invalid_request, std::move(detail), field);
  };
  if (!is_valid_user_id(request.user))
    return invalid("user",
                   fmt::format("A user's name has 1 to {} bytes and no control characters.", kMaxUserBytes));
  if (!is_valid_tier(request.tier))
    return invalid("tier", fmt::format("A tier has at most {} bytes.", kMaxTierBytes));
  if (request.roles.size() > kMaxRoles ||
      !std::all_of(request.roles.begin(), request.roles.end(), is_valid_role))
    return invalid("roles",
                   fmt::format("At most {} roles, each of 1 to {} bytes.", kMaxRoles, kMaxRoleBytes));
  if (request.lifetime < std::chrono::seconds(1) || request.lifetime > std::chrono::hours(24 * 3660))
    return invalid("lifetime", "A token lives for a second at least and ten years at most.");
  return {};
}

}  // namespace

Result<std::string> make_token(const TokenRequest& request, const Config& config, const Key& key,
                               WallTime now) {
  if (auto sound = check(request); !sound) return sound.error();
  const std::int64_t issued = now.ms / 1000;
  boost::json::object claims{
      {"sub", request.user}, {"iat", issued}, {"exp", issued + request.lifetime.count() / 1000}};
  if (!config.issuer.empty()) claims["iss"] = config.issuer;
  if (!config.audience.empty()) claims["aud"] = config.audience;
  if (!request.tier.empty()) claims[config.tier_claim] = request.tier;
  if (!request.roles.empty()) claims[config.roles_claim] = boost::json::value_from(request.roles);
  claims[config.user_claim] = request.user;  // last, so that no other claim can overwrite it
  return sign(boost::json::serialize(claims), key);
}

}  // namespace belay::auth
