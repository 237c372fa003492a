// Converts policy's rules to the checks that the counters reserve.
#pragma once

#include <vector>

#include "core/ports/counters.hpp"
#include "policy/limits.hpp"

namespace belay::surfaces {

LimitCheck check_of(const policy::LimitRule& rule);
std::vector<LimitCheck> checks_of(const std::vector<policy::LimitRule>& rules);
// The concurrency keys that a granted reservation holds until it is released.
std::vector<std::string> concurrent_keys(const std::vector<LimitCheck>& checks);

}  // namespace belay::surfaces
