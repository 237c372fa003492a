// The values of single properties, read by libical.
//
// Errors (unprocessable) say what is wrong with the property, without its line: "DTSTART cannot be read: ...". libical
// has process-wide state, so calls of these functions must not overlap (import.cpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "calendar/content_lines.hpp"
#include "calendar/event_time.hpp"

namespace belay::calendar {

// DTSTART, DTEND, RECURRENCE-ID, LAST-MODIFIED, DTSTAMP.
Result<EventTime> read_time(const ContentLine& line);
// RDATE, EXDATE: one or more times. Of a period, its start.
Result<std::vector<EventTime>> read_times(const ContentLine& line);
// DURATION.
Result<Length> read_duration(const ContentLine& line);
// TZOFFSETFROM, TZOFFSETTO: in seconds, less than a day.
Result<std::int32_t> read_offset(const ContentLine& line);
// SEQUENCE: nothing if it cannot be read, or is negative.
std::optional<std::int64_t> read_sequence(const ContentLine& line);
// UID, SUMMARY, STATUS, TZID: the text without its escapes. Empty if it cannot be read.
std::string read_text(const ContentLine& line);

}  // namespace belay::calendar
