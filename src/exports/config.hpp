// The settings of exports. The limit on exports at the same time belongs to policy (policy/config.hpp).
#pragma once

#include <chrono>
#include <cstddef>

#include "base/clock.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
}

namespace belay::exports {

struct Config {
  // Number of worker threads that render documents. They run at a lower priority than the loops.
  std::size_t threads = 2;
  // Longest time from the request for an export to its last byte. Then the export is cut off.
  Milliseconds max_time{std::chrono::minutes(10)};
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, Config& config);

}  // namespace belay::exports
