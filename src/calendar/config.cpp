#include "calendar/config.hpp"

#include "base/settings/settings.hpp"

namespace belay::calendar {

using namespace std::chrono_literals;

void declare(Settings& settings, Config& config) {
  settings.section("calendar", "Calendar files (iCalendar, .ics) that users import.");
  settings.duration("past", config.past, {0ms, 366 * 24h},
                    "Meetings that ended longer ago than this are not imported.");
  settings.duration("future", config.future, {24h, 5 * 366 * 24h},
                    "Meetings that start later than this from now are not imported.");
  settings.size("max_file", config.max_file, {1_KiB, 16_MiB}, "Largest file.");
  settings.integer("max_components", config.max_components, {1, 100'000, "components"},
                   "Most components in a file: events, time zones, alarms and all others.");
  settings.integer("max_properties", config.max_properties, {16, 10'000, "properties"},
                   "Most properties of an event. An event with more is left out and reported.");
  settings.integer("max_instances", config.max_instances, {1, 10'000, "meetings"},
                   "Most meetings that one recurring event becomes. Later ones are left out and reported.");
  settings.integer("max_meetings", config.max_meetings, {1, 100'000, "meetings"}, "Most meetings of a file.");
  settings.size("max_text", config.max_text, {16_B, 16_KiB},
                "Longest title of a meeting. A longer one is cut.");
  settings.duration(
      "max_time", config.max_time, {100ms, 1min},
      "Processor time for the recurrence rules of a file. One rule may exceed it by some seconds.");
  settings.integer("max_problems", config.max_problems, {1, 1'000, "problems"},
                   "Most problems that are reported one by one.");
}

}  // namespace belay::calendar
