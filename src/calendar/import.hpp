// Reads an iCalendar file (RFC 5545, "calendar.ics") into the meetings of a time span (requirement G4).
//
//   TimeZones zones;   // one for the process
//   Result<Import> read = import_calendar(bytes, {.now = clock.wall(), .default_zone = "Europe/Berlin"}, config, zones);
//
// Recurring events become one meeting per instance: RRULE, RDATE, EXDATE, and events with a RECURRENCE-ID, which
// replace an instance. An instance that is cancelled is a meeting with `cancelled`; one that EXDATE removes is absent.
// With METHOD:CANCEL all meetings are cancelled. Of events with the same UID and RECURRENCE-ID, the one with the highest
// SEQUENCE counts. Alarms, to-dos, journals and other components are ignored.
//
// Events that cannot be used are left out and reported: unreadable times, unknown zones, rules that are not supported
// (RSCALE, more often than daily). Errors of the whole file (field "file"):
//   payload_too_large   a limit of Config was exceeded; `limit` names it
//   unprocessable       not an iCalendar file, not UTF-8, or broken before its end
//   invalid_request     default_zone is no IANA name (field "time_zone")
//   unavailable         this machine has no time zone data
//
// Any thread, but not a loop: a large file takes a second or more. libical has process-wide state, so that calls run one
// at a time: a call waits for the one before it, Config::max_time and some seconds at most. Memory: a few times the file's size.
// Nothing is kept between calls.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "calendar/config.hpp"
#include "calendar/meeting.hpp"
#include "calendar/zones.hpp"

namespace belay::calendar {

struct ImportOptions {
  WallTime now;
  // The IANA zone of dates, and of times that name no zone.
  std::string default_zone = "UTC";
};

struct Problem {
  std::size_t line = 0;  // of the file, from 1
  std::string uid{};     // of the event; may be empty. Valid UTF-8, at most 64 bytes
  std::string text;      // what is wrong and what to change: "DTEND is before DTSTART: ..."
};

struct Import {
  // All whose time span overlaps now - Config::past to now + Config::future. In the order of start, uid and recurrence_id.
  std::vector<Meeting> meetings;
  std::string name{};             // of the calendar (X-WR-CALNAME); may be empty
  std::vector<Problem> problems;  // the first Config::max_problems, by line
  std::size_t problem_count = 0;  // all of them
};

Result<Import> import_calendar(std::string_view bytes, const ImportOptions& options, const Config& config,
                               TimeZones& zones);

}  // namespace belay::calendar
