// Which limits the persona surface's requests meet. Pure; any thread; in the order in which they are checked
// (policy/admission.hpp).
#pragma once

#include <string_view>
#include <vector>

#include "policy/config.hpp"
#include "policy/limits.hpp"

namespace belay::policy {

// A message in a session:
//   persona.active.user     the user's answers at once     429 too_many_active
//   persona.rate            the user's messages            429 rate_limited
//   persona.active.server   everybody's answers at once    503 server_full
std::vector<LimitRule> persona_limits(const Config& config, std::string_view user);
// The two that are about answers under way.
std::vector<LimitRule> active_limits(const Config& config, std::string_view user);
// A call of the coach: persona.rate_coach, 429 rate_limited.
std::vector<LimitRule> coach_limits(const Config& config, std::string_view user);

}  // namespace belay::policy
