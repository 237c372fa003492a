// From policy's rules to what the counters reserve.
#pragma once

#include <vector>

#include "core/counters.hpp"
#include "policy/limits.hpp"

namespace belay::surfaces {

LimitCheck check_of(const policy::LimitRule& rule);
std::vector<LimitCheck> checks_of(const std::vector<policy::LimitRule>& rules);

}  // namespace belay::surfaces
