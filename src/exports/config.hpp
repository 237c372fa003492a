// The exports' settings. How many there may be at once is policy's (policy/config.hpp).
#pragma once

#include <chrono>
#include <cstddef>

#include "base/clock.hpp"

namespace belay::exports {

struct Config {
  // Threads that make documents, at a lower priority than the loops. 1 … 64.
  std::size_t threads = 2;
  // Longest time from an export's request to its last byte; then it is cut off. 1 s … 24 h.
  Milliseconds max_time{std::chrono::minutes(10)};
};

}  // namespace belay::exports
