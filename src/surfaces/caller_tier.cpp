#include "surfaces/caller_tier.hpp"

#include "base/await.hpp"

namespace belay::surfaces {

Awaitable<Result<policy::Tier>> tier_of(Loop& loop, SessionStore& users, const policy::Tiers& tiers,
                                        const auth::Caller& caller) {
  std::string stored;
  if (caller.tier.empty()) {
    auto found = co_await call<&SessionStore::tier_of>(loop, Deadline::never(), users, caller.user);
    if (!found) co_return found.error();
    stored = std::move(*found);
  }
  co_return tiers.resolve(caller.tier, stored).tier;
}

}  // namespace belay::surfaces
