// What is known about users in addition to their tokens.
#pragma once

#include "services/caller_tier.hpp"
#include "services/parts.hpp"

namespace belay::services {

class Users {
 public:
  explicit Users(const Parts& parts) : parts_(parts) {}

  Awaitable<Result<policy::Tier>> tier(Loop& loop, Deadline deadline, const policy::Tiers& tiers,
                                       const Caller& caller) {
    return tier_of(loop, deadline, parts_.users, tiers, caller);
  }

 private:
  const Parts parts_;
};

}  // namespace belay::services
