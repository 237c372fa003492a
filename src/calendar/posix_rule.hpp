// The rule at the end of a TZif file, which holds for the future: a POSIX TZ string, "CET-1CEST,M3.5.0,M10.5.0/3" (RFC
// 8536, 3.3.1), with hours from -167 to 167. Immutable; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace belay::calendar {

class PosixRule {
 public:
  // Nothing: it is no such string.
  static std::optional<PosixRule> parse(std::string_view text);

  // The offset (seconds, local time minus UTC) at this second since 1970, UTC.
  std::int32_t offset_at(std::int64_t second) const;

 private:
  // When a change happens each year.
  struct Change {
    enum class Kind { month_week_day, day_without_leap, day_of_year };
    Kind kind = Kind::month_week_day;
    int month = 1;    // 1 to 12
    int week = 1;     // 1 to 5; 5 is the last
    int day = 0;      // of the week, 0 is Sunday; or of the year, from 1 (without 29 February) or from 0
    int time = 7200;  // seconds after midnight
  };

  static std::optional<Change> parse_change(std::string_view& text);
  // Seconds since 1970 in the zone's local time before the change.
  static std::int64_t second_of(const Change& change, int year);

  std::int32_t standard_ = 0;
  std::int32_t daylight_ = 0;
  std::optional<Change> begins_;  // daylight saving time
  std::optional<Change> ends_;
};

}  // namespace belay::calendar
