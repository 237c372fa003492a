// Who is asking: what a verified credential says, as a plain value. Made by the authenticator alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace belay::auth {

struct Identity {
  enum class How { bearer, cookie, ticket };

  std::string user;  // is_valid_user_id() holds
  std::string
      tier;  // the token's claim as it stands there; empty when it has none. policy/tiers.hpp reads it
  std::vector<std::string> roles;  // at most kMostRoles
  bool dev = false;                // a development token; How says where it stood
  WallTime expires;                // when the credential ends
  How how = How::bearer;

  bool has_role(std::string_view role) const;
  friend bool operator==(const Identity&, const Identity&) = default;
};

inline constexpr std::size_t kMostUserBytes = 128;
inline constexpr std::size_t kMostTierBytes = 64;
inline constexpr std::size_t kMostRoles = 16;
inline constexpr std::size_t kMostRoleBytes = 64;

// 1 to kMostUserBytes bytes of UTF-8 without control characters, line separators and leading or trailing
// spaces: safe in logs, headers and keys.
bool is_valid_user_id(std::string_view user);
// The same for tiers (up to kMostTierBytes, may be empty) and roles (1 to kMostRoleBytes).
bool is_valid_tier(std::string_view tier);
bool is_valid_role(std::string_view role);

std::string_view to_string(Identity::How how);

}  // namespace belay::auth
