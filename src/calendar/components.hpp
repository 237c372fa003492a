// The parts of a calendar file that matter, as lines: its events and time zones, with the properties that are read.
// Everything else is checked for its structure only. One thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "calendar/config.hpp"
#include "calendar/content_lines.hpp"

namespace belay::calendar {

struct Component {
  std::size_t line = 0;  // of its BEGIN
  std::string name;      // "VEVENT", "STANDARD", in upper case
  std::vector<ContentLine> properties;
  bool too_many = false;               // it has more than Config::max_properties; the others are left out
  std::vector<Component> observances;  // of a VTIMEZONE: STANDARD and DAYLIGHT
};

struct Components {
  bool cancels = false;  // METHOD:CANCEL
  std::string name;      // X-WR-CALNAME, as a line's value
  std::vector<Component> events;
  std::vector<Component> zones;
};

// The first property of this name. Null: there is none.
const ContentLine* find(const Component& component, std::string_view name);

// unprocessable: no calendar, not closed, closed in the wrong order, nested too deeply. payload_too_large: too many
// components. A file may hold several calendars; METHOD counts if it is in one of them.
Result<Components> read_components(std::string_view bytes, const Config& config);

}  // namespace belay::calendar
