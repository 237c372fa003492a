// Who sends a request, as a plain value. Only the authenticator makes it: from a verified credential, or for
// a request without any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace belay {

struct Caller {
  enum class How { bearer, cookie, ticket, none };

  std::string user;  // is_valid_user_id() holds; empty for a caller who is not signed in
  // The token's tier claim, unchanged; empty when it has none. policy/tiers.hpp interprets it.
  std::string tier;
  std::vector<std::string> roles;  // at most kMaxRoles
  bool dev = false;                // a development token; `how` says where it was found
  WallTime expires;                // when the credential expires
  How how = How::bearer;
  // Only of a caller who is not signed in: the network that their limits count by
  // (transport::client_network()).
  std::string address;
  // Of the token (`iat` and `jti`), for revocations. Nothing: the token does not say when it was issued.
  std::optional<WallTime> issued{};
  std::string token_id{};  // up to kMaxTokenIdBytes; empty: it has none

  bool has_role(std::string_view role) const;
  bool is_signed_in() const { return how != How::none; }
  friend bool operator==(const Caller&, const Caller&) = default;
};

inline constexpr std::size_t kMaxUserBytes = 128;
inline constexpr std::size_t kMaxTierBytes = 64;
inline constexpr std::size_t kMaxRoles = 16;
inline constexpr std::size_t kMaxRoleBytes = 64;
inline constexpr std::size_t kMaxTokenIdBytes = 256;
inline constexpr std::size_t kMaxPhaseBytes = 32;

// 1 to kMaxUserBytes bytes of UTF-8 without control characters, line separators, and leading or trailing
// spaces. Such an id is safe in logs, headers and keys.
bool is_valid_user_id(std::string_view user);
// The same rules for tiers (up to kMaxTierBytes, may be empty), roles (1 to kMaxRoleBytes) and ids of tokens.
bool is_valid_tier(std::string_view tier);
bool is_valid_role(std::string_view role);
bool is_valid_token_id(std::string_view id);
// The same for what the store keeps as a user's phase (up to kMaxPhaseBytes, may be empty).
bool is_valid_phase(std::string_view phase);

// The user of runs of a caller who is not signed in and calls themselves `name`. It begins with a space, which
// is_valid_user_id() refuses. So it is never the name of a user who can sign in.
std::string anonymous_user(std::string_view name);
bool is_anonymous(std::string_view user);

}  // namespace belay
