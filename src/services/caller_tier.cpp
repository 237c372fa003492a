#include "services/caller_tier.hpp"

#include "base/await.hpp"

namespace belay::services {

Awaitable<Result<policy::Tier>> tier_of(Loop& loop, Deadline deadline, UserStore& users,
                                        const policy::Tiers& tiers, const Caller& caller) {
  std::string stored;
  if (caller.is_signed_in() && caller.tier.empty()) {
    auto found = co_await call<&UserStore::tier_of>(loop, deadline, users, caller.user);
    if (!found) co_return found.error();
    stored = std::move(*found);
  }
  co_return tiers.resolve(caller.tier, stored).tier;
}

}  // namespace belay::services
