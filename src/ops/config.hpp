// The settings of the log lines.
#pragma once

#include <cstdint>

namespace belay {
class Settings;  // base/settings/settings.hpp
}

namespace belay::ops {

enum class LogLevel { debug, info, warning, error };

struct LogConfig {
  // Lines below this level are not written.
  LogLevel level = LogLevel::info;
  // How many warnings and errors of one event name are written within a second. Further ones are only
  // counted, and the next written line of that event says how many.
  std::uint32_t max_repeats_per_second = 20;
};

void declare(Settings& settings, LogConfig& config);

}  // namespace belay::ops
