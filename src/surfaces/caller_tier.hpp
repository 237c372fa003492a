// The tier of a signed-in caller; the same rule on every surface (requirement X15). It is the token's claim;
// without one, the tier in the store's users table; without that, the lowest tier.
#pragma once

#include "auth/caller.hpp"
#include "base/thread_pool.hpp"
#include "core/ports/session_store.hpp"
#include "policy/tiers.hpp"

namespace belay::surfaces {

// Reads the store only when the token has no claim. Fails with the store's error. Then the caller's tier is
// unknown, and the request must neither be allowed nor denied because of a tier. The arguments must outlive
// the call.
Awaitable<Result<policy::Tier>> tier_of(Loop& loop, SessionStore& users, const policy::Tiers& tiers,
                                        const auth::Caller& caller);

}  // namespace belay::surfaces
