// From policy's rules to what the counters reserve.
#pragma once

#include <vector>

#include "core/counters.hpp"
#include "policy/limits.hpp"

namespace belay::surfaces {

LimitCheck check_of(const policy::LimitRule& rule);
std::vector<LimitCheck> checks_of(const std::vector<policy::LimitRule>& rules);
// What a granted reservation holds until it is released.
std::vector<std::string> concurrent_keys(const std::vector<LimitCheck>& checks);

}  // namespace belay::surfaces
