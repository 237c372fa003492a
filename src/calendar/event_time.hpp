// Times and durations as a calendar file writes them: values.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "calendar/time_zone.hpp"

namespace belay::calendar {

struct EventTime {
  enum class Form {
    date,      // 20260310
    floating,  // 20260310T100000: no zone
    utc,       // 20260310T100000Z
    zoned,     // TZID=Europe/Berlin:20260310T100000
  };
  Form form = Form::floating;
  LocalTime time;
  std::string zone{};  // TZID as in the file; only for zoned

  friend bool operator==(const EventTime&, const EventTime&) = default;
};

// Days of the calendar, which may have 23 or 25 hours, and then seconds. Neither is negative.
struct Length {
  std::int64_t days = 0;
  std::int64_t seconds = 0;
};

// From `from`, before `to`.
struct TimeSpan {
  WallTime from;
  WallTime to;
};

}  // namespace belay::calendar
