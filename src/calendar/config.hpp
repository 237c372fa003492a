// The settings of calendar import: the time span, and what one file may hold. A file that exceeds a limit of the whole
// file is refused with an error that names the limit.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
}

namespace belay::calendar {

struct Config {
  // Meetings are imported that overlap the time from this long ago ...
  Milliseconds past = std::chrono::hours(24);
  // ... to this far ahead.
  Milliseconds future = std::chrono::hours(24 * 400);
  // Largest file.
  ByteCount max_file = 1_MiB;
  // Most components in a file: events, time zones, alarms and all others.
  std::size_t max_components = 10'000;
  // Most properties of an event or a time zone. Beyond: it is left out and reported.
  std::size_t max_properties = 1'000;
  // Most meetings that one recurring event becomes. Beyond: the first ones count, and it is reported.
  std::size_t max_instances = 1'000;
  // Most meetings of a file.
  std::size_t max_meetings = 5'000;
  // Longest summary and name of the calendar. A longer one is cut.
  ByteCount max_text = 512_B;
  // Processor time for the recurrence rules of a file.
  Milliseconds max_time = std::chrono::seconds(2);
  // Most problems that are reported one by one.
  std::size_t max_problems = 20;
};

// Declares the settings: names, bounds and documentation. They are in the section "calendar".
void declare(Settings& settings, Config& config);

}  // namespace belay::calendar
