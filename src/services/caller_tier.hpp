// The tier of a caller; the same rule on every surface (requirement X15). It is the token's claim; without one, the
// tier in the store's users table; without that, the lowest tier. A caller who is not signed in has the lowest.
#pragma once

#include "base/deadline.hpp"
#include "base/thread_pool.hpp"
#include "core/ports/user_store.hpp"
#include "core/types/caller.hpp"
#include "policy/tiers.hpp"

namespace belay::services {

// Fails like the store.
Awaitable<Result<policy::Tier>> tier_of(Loop& loop, Deadline deadline, UserStore& users,
                                        const policy::Tiers& tiers, const Caller& caller);

}  // namespace belay::services
