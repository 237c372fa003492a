// What a token says, checked: from the JSON of a verified payload to an Identity. Pure.
//
// Registered claims: RFC 7519, section 4.1. `sub` is the user and is required, so is `exp`: a token that
// never ends cannot be taken back. `nbf` is honoured, `iss` and `aud` are checked where the configuration
// names them.
#pragma once

#include <string_view>

#include "auth/config.hpp"
#include "auth/identity.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace belay::auth {

// Fails with `unauthenticated`, and a text that says which claim is wrong and how.
Result<Identity> read_claims(std::string_view payload, const Config& config, WallTime now);

}  // namespace belay::auth
