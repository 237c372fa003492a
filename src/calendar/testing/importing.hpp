// Imports a calendar in a test, and shows meetings in one line each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/run_id.hpp"
#include "calendar/import.hpp"
#include "calendar/testing/calendars.hpp"

namespace belay::calendar::testing {

// 1 March 2027, 00:00 UTC.
inline constexpr WallTime kNow{1'803'859'200'000};

inline TimeZones& zones() {
  static TimeZones zones;
  return zones;
}

// "2027-03-09T09:00:00Z"
inline std::string shown(WallTime time) {
  return iso8601(time).substr(0, 19) + "Z";
}

// "2027-03-09T09:00:00Z 30min weekly-1 Europe/Berlin", then what is special about it.
inline std::string shown(const Meeting& meeting) {
  std::string text = shown(meeting.start) + " " + std::to_string(meeting.duration.count() / 60'000) + "min " +
                     meeting.uid + " " + meeting.time_zone;
  if (meeting.recurrence_id && *meeting.recurrence_id != meeting.start)
    text += " was " + shown(*meeting.recurrence_id);
  if (meeting.all_day) text += " all-day";
  if (meeting.cancelled) text += " cancelled";
  return text;
}

inline std::vector<std::string> shown(const Import& import) {
  std::vector<std::string> lines;
  for (const Meeting& meeting : import.meetings) lines.push_back(shown(meeting));
  return lines;
}

// "12: text"
inline std::vector<std::string> shown_problems(const Import& import) {
  std::vector<std::string> lines;
  for (const Problem& problem : import.problems)
    lines.push_back(std::to_string(problem.line) + ": " + problem.text);
  return lines;
}

inline Result<Import> read(std::string_view bytes, const Config& config = {},
                           std::string zone = "Europe/Berlin") {
  return import_calendar(bytes, {kNow, std::move(zone)}, config, zones());
}

// The lines of one event, "DTSTART:20270309T100000Z\nRRULE:...\n", as a calendar. Its UID is "e"; DTSTART is line 4.
inline std::string event(std::string_view lines) {
  return with_crlf("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:e\n" + std::string(lines) +
                   "END:VEVENT\nEND:VCALENDAR\n");
}

// The starts of the meetings: "2027-03-09T09:00:00Z". One word for each problem: "problem".
inline std::vector<std::string> starts(std::string_view lines, const Config& config = {}) {
  const Result<Import> import = read(event(lines), config);
  if (!import) return {import.error().detail};
  std::vector<std::string> out;
  for (const Meeting& meeting : import->meetings) out.push_back(shown(meeting.start));
  for (const Problem& problem : import->problems) out.push_back("problem: " + problem.text);
  return out;
}

}  // namespace belay::calendar::testing
