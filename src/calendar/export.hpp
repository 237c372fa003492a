// Writes meetings as an iCalendar object (RFC 5545) that calendar programs can subscribe to (requirement G4). Serve it
// as text/calendar; charset=utf-8.
//
// All times are in UTC: DTSTART and DURATION. A cancelled meeting has STATUS:CANCELLED, so that subscribers show it so.
// import_calendar() reads back what was written, except that `time_zone` is "UTC", `all_day` is false and times are in
// whole seconds.
//
// Pure. Any thread, loops too. Time and memory: linear in the meetings, at most 1 KiB each plus their text.
#pragma once

#include <span>
#include <string>

#include "base/clock.hpp"
#include "calendar/meeting.hpp"

namespace belay::calendar {

struct ExportOptions {
  WallTime now;                   // DTSTAMP
  std::string name = "Meetings";  // what subscribers call the calendar
  Milliseconds refresh =
      std::chrono::hours(1);  // how often subscribers are asked to load it again; from 1 min
};

std::string export_calendar(std::span<const Meeting> meetings, const ExportOptions& options);

}  // namespace belay::calendar
