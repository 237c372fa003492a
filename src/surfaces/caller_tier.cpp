#include "surfaces/caller_tier.hpp"

namespace belay::surfaces {

Awaitable<Result<policy::Tier>> tier_of(Loop& loop, SessionStore& users, const policy::Tiers& tiers,
                                        const auth::Caller& caller) {
  std::string stored;
  if (caller.tier.empty()) {
    auto look_up = [&users, user = caller.user](UniqueFunction<void(Result<std::string>)> done) {
      users.tier_of(user, std::move(done));
    };
    auto found = co_await await_callback<Result<std::string>>(loop, std::move(look_up));
    if (!found) co_return found.error();
    stored = std::move(*found);
  }
  co_return tiers.resolve(caller.tier, stored).tier;
}

}  // namespace belay::surfaces
