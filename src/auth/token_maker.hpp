// Makes tokens: for `belay token`, for scripts and for tests. The server itself only verifies tokens.
#pragma once

#include <string>
#include <vector>

#include "auth/config.hpp"
#include "auth/key.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace belay::auth {

struct TokenRequest {
  std::string user;
  std::string tier;                // empty: no claim
  std::vector<std::string> roles;  // empty: no claim
  Milliseconds lifetime = std::chrono::hours(1);
};

// Makes a token that a server with this configuration accepts: issuer, audience and the names of the claims
// are taken from the configuration. Fails with `invalid_request`, naming the field, when user, tier, a role
// or the lifetime (1 s to 10 years) is not allowed.
Result<std::string> make_token(const TokenRequest& request, const Config& config, const Key& key,
                               WallTime now);

}  // namespace belay::auth
