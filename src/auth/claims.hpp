// Checks a token's claims: from the JSON of a verified payload to a Caller. Pure.
//
// Registered claims: RFC 7519, section 4.1. `sub` (or auth.user_claim) is the user and is required. `exp` is
// required too, because a token that never expires cannot be revoked. `nbf` is respected. `iss` and `aud` are
// checked if the terms name them.
//
// Issuers write tier and roles in different ways, and all of them are accepted: one string, a list of
// strings, or, in `scope` and `scp`, a string with spaces between the values (RFC 8693, section 4.2). The
// terms name a claim, or a path with dots into nested objects. Unusable values (numbers, objects, too long
// values, roles beyond kMaxRoles) are ignored: they are no reason to reject the user.
#pragma once

#include <string_view>

#include "auth/token_terms.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "core/types/caller.hpp"

namespace belay::auth {

// Fails with `unauthenticated`. The text says which claim is wrong, and why.
Result<Caller> read_claims(std::string_view payload, const TokenTerms& terms, Milliseconds leeway,
                           WallTime now);

// The `iss` of a payload that is not verified; empty: none. Fails like read_claims() when the token would be
// rejected for its form or its times, no matter who signed it.
Result<std::string> read_unverified_issuer(std::string_view payload, Milliseconds leeway, WallTime now);

}  // namespace belay::auth
