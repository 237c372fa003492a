// A meeting as a calendar file describes it. A value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"

namespace belay::calendar {

struct Meeting {
  // The UID: the same for all instances of a recurring event. With `recurrence_id` it identifies a meeting.
  // Valid UTF-8 without control characters, 1 to 1,024 bytes.
  std::string uid;
  // Of an instance of a recurring event: the start that the rule gave it. It stays the same when the instance is
  // moved. Empty: the event does not recur.
  std::optional<WallTime> recurrence_id{};
  WallTime start;           // whole seconds
  Milliseconds duration{};  // not below 0. 0: the file gives no end
  std::string summary{};    // valid UTF-8 without control characters; may be empty
  // The zone in which the event was written: an IANA name ("Europe/Berlin", "UTC") where it has one, else the name in
  // the file. Times without a zone get the default zone.
  std::string time_zone{};
  // It has dates instead of times. It starts at midnight in the default zone.
  bool all_day = false;
  bool cancelled = false;
  std::optional<std::int64_t> sequence{};   // revision, from 0
  std::optional<WallTime> last_modified{};  // of the event

  friend bool operator==(const Meeting&, const Meeting&) = default;
};

}  // namespace belay::calendar
