// One time zone: its offset from UTC at each moment, and what a local time means in it. Immutable; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "calendar/posix_rule.hpp"

namespace belay::calendar {

// A date and a time of day without a zone, in the Gregorian calendar. A day that does not exist (30 February) is the day
// as many days later; 24:00:00 and a leap second count on in the same way.
struct LocalTime {
  int year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;

  friend auto operator<=>(const LocalTime&, const LocalTime&) = default;
};

// Seconds since 1970-01-01T00:00:00 in the same zone, whatever it is.
std::int64_t seconds_of(const LocalTime& time);
LocalTime local_from_seconds(std::int64_t seconds);

// How a local time and the absolute times of a zone are related.
enum class LocalTimeKind {
  unique,
  gap,   // the clock skipped it: 02:30 when 02:00 became 03:00
  fold,  // the clock showed it twice: 02:30 when 03:00 became 02:00
};

struct AbsoluteTime {
  WallTime time;
  LocalTimeKind kind = LocalTimeKind::unique;
};

class TimeZone {
 public:
  // From `at` (seconds since 1970, UTC) the offset (seconds; local time minus UTC) holds.
  struct Transition {
    std::int64_t at = 0;
    std::int32_t offset = 0;
  };

  // `first`: the offset before the first transition. The transitions are in order. `rule`: after the last of them.
  TimeZone(std::string name, std::int32_t first, std::vector<Transition> transitions,
           std::optional<PosixRule> rule = {});
  // The content of a TZif file (RFC 8536), version 1 to 4. unprocessable: it is none.
  static Result<TimeZone> parse(std::string name, std::string_view file);

  const std::string& name() const { return name_; }
  // Seconds, local time minus UTC.
  std::int32_t offset_at(WallTime time) const;
  LocalTime local(WallTime time) const;
  // As RFC 5545 (3.3.5) says: a time that the clock showed twice is the first of the two; a skipped one is read with
  // the offset before the gap: 02:30 is what the clock then shows as 03:30.
  AbsoluteTime absolute(const LocalTime& time) const;

 private:
  std::int32_t offset_at_second(std::int64_t second) const;

  std::string name_;
  std::int32_t first_;
  std::vector<Transition> transitions_;
  std::optional<PosixRule> rule_;
};

}  // namespace belay::calendar
