#include "calendar/export.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "calendar/time_zone.hpp"

namespace belay::calendar {

namespace {

constexpr std::size_t kMaxOctets = 75;

std::int64_t whole_seconds(WallTime time) {
  return time.ms / 1000 - (time.ms % 1000 < 0 ? 1 : 0);
}

// "20260310T100000Z". Years have four digits.
std::string utc(WallTime time) {
  const LocalTime at = local_from_seconds(whole_seconds(time));
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", std::clamp(at.year, 0, 9999), at.month, at.day,
                     at.hour, at.minute, at.second);
}

// "PT1H30M", "PT0S". Hours and not days: a day of a calendar may have 23 hours.
std::string duration(Milliseconds time) {
  const std::int64_t seconds = std::max<std::int64_t>(0, time.count() / 1000);
  std::string out = "PT";
  const auto add = [&](std::int64_t count, char unit) {
    if (count != 0) fmt::format_to(std::back_inserter(out), "{}{}", count, unit);
  };
  add(seconds / 3600, 'H');
  add(seconds / 60 % 60, 'M');
  add(seconds % 60, 'S');
  return out == "PT" ? "PT0S" : out;
}

// RFC 5545, 3.3.11. A control character cannot be written, so it becomes a space.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, valid_utf8_prefix(text))) {
    if (c == '\n')
      out += "\\n";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      out += ' ';
    else {
      if (c == '\\' || c == ';' || c == ',') out += '\\';
      out += c;
    }
  }
  return out;
}

// Folds at 75 octets, never inside of a character (RFC 5545, 3.1).
void add_line(std::string& out, std::string_view line) {
  std::size_t space = kMaxOctets;
  while (line.size() > space) {
    std::size_t end = space;
    while ((static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
    out += line.substr(0, end);
    out += "\r\n ";
    line.remove_prefix(end);
    space = kMaxOctets - 1;
  }
  out += line;
  out += "\r\n";
}

void add_meeting(std::string& out, const Meeting& meeting, const std::string& stamp) {
  add_line(out, "BEGIN:VEVENT");
  add_line(out, "UID:" + escaped(meeting.uid));
  add_line(out, "DTSTAMP:" + stamp);
  if (meeting.recurrence_id) add_line(out, "RECURRENCE-ID:" + utc(*meeting.recurrence_id));
  if (meeting.sequence) add_line(out, "SEQUENCE:" + std::to_string(*meeting.sequence));
  if (meeting.last_modified) add_line(out, "LAST-MODIFIED:" + utc(*meeting.last_modified));
  add_line(out, "DTSTART:" + utc(meeting.start));
  add_line(out, "DURATION:" + duration(meeting.duration));
  if (!meeting.summary.empty()) add_line(out, "SUMMARY:" + escaped(meeting.summary));
  add_line(out, meeting.cancelled ? "STATUS:CANCELLED" : "STATUS:CONFIRMED");
  add_line(out, "END:VEVENT");
}

}  // namespace

std::string export_calendar(std::span<const Meeting> meetings, const ExportOptions& options) {
  const std::string stamp = utc(options.now);
  const std::string refresh = duration(std::max<Milliseconds>(options.refresh, std::chrono::minutes(1)));
  std::string out;
  add_line(out, "BEGIN:VCALENDAR");
  add_line(out, "VERSION:2.0");
  add_line(out, "PRODID:-//Belay//Meetings//EN");
  add_line(out, "CALSCALE:GREGORIAN");
  add_line(out, "METHOD:PUBLISH");
  // NAME and REFRESH-INTERVAL are of RFC 7986; the X- properties are what programs read before it.
  add_line(out, "NAME:" + escaped(options.name));
  add_line(out, "X-WR-CALNAME:" + escaped(options.name));
  add_line(out, "REFRESH-INTERVAL;VALUE=DURATION:" + refresh);
  add_line(out, "X-PUBLISHED-TTL:" + refresh);
  for (const Meeting& meeting : meetings) add_meeting(out, meeting, stamp);
  add_line(out, "END:VCALENDAR");
  return out;
}

}  // namespace belay::calendar
