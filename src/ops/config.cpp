#include "ops/config.hpp"

#include "base/settings/settings.hpp"

namespace belay::ops {

void declare(Settings& settings, LogConfig& log) {
  settings.section("log", "JSON lines on standard error. They never contain prompts or answers.");
  settings.choice<LogLevel>("level", log.level,
                            {{"debug", LogLevel::debug},
                             {"info", LogLevel::info},
                             {"warning", LogLevel::warning},
                             {"error", LogLevel::error}},
                            "Lines below this level are not written.");
  settings
      .integer("max_repeats_per_second", log.max_repeats_per_second, {1, 1'000'000, "lines"},
               "How many warnings and errors of one event name are written within a second. Further ones are "
               "counted, and the next line of that event says how many.")
      .renamed_from("most_repeats_per_second");
}

}  // namespace belay::ops
