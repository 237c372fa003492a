// What a token says, checked: from the JSON of a verified payload to an Identity. Pure.
//
// Registered claims: RFC 7519, section 4.1. `sub` (or auth.user_claim) is the user and is required, so is
// `exp`: a token that never ends cannot be taken back. `nbf` is honoured, `iss` and `aud` are checked where
// the terms name them.
//
// Tier and roles are read as issuers write them: one text, a list of texts, or, in `scope` and `scp`, a text
// with spaces between (RFC 8693, section 4.2). The terms name a claim, or a path with dots into nested
// objects. What cannot be used of them (numbers, objects, what is too long, roles beyond kMostRoles) is left
// out: it is no reason to refuse the person.
#pragma once

#include <string_view>

#include "auth/identity.hpp"
#include "auth/token_terms.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace belay::auth {

// Fails with `unauthenticated`, and a text that says which claim is wrong and how.
Result<Identity> read_claims(std::string_view payload, const TokenTerms& terms, Milliseconds leeway,
                             WallTime now);

// The `iss` of a payload that nobody has verified; empty: none. Fails as read_claims() does when the token
// would be refused for its form or its times, whoever signed it.
Result<std::string> read_unverified_issuer(std::string_view payload, Milliseconds leeway, WallTime now);

}  // namespace belay::auth
