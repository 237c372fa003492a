// The tier of a caller who is signed in, the same on every surface (requirement X15): the token's claim, else
// what the store's users table says, else the lowest.
#pragma once

#include "auth/identity.hpp"
#include "base/workers.hpp"
#include "core/session_store.hpp"
#include "policy/tiers.hpp"

namespace belay::surfaces {

// The store is asked only where the token has no claim. Fails with the store's error: a caller whose tier
// cannot be read is neither given nor denied what a tier decides. The arguments outlive the call.
Awaitable<Result<policy::Tier>> tier_of(Loop& loop, SessionStore& users, const policy::Tiers& tiers,
                                        const auth::Identity& identity);

}  // namespace belay::surfaces
