// An event of a calendar file (VEVENT), with its properties read but not expanded.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "calendar/components.hpp"
#include "calendar/config.hpp"
#include "calendar/event_time.hpp"
#include "calendar/problems.hpp"
#include "calendar/recurrence.hpp"

namespace belay::calendar {

struct Event {
  std::size_t line = 0;
  std::string uid;
  std::optional<EventTime> recurrence_id{};  // it replaces this instance of the event with the same UID
  bool and_following = false;                // RANGE=THISANDFUTURE: and the instances after it
  EventTime start;
  std::optional<EventTime> end{};                     // DTEND
  std::optional<Length> duration{};                   // DURATION
  std::vector<std::pair<std::size_t, Rule>> rules{};  // with their lines
  std::vector<EventTime> dates{};                     // RDATE
  std::vector<EventTime> excluded{};                  // EXDATE
  std::string summary{};
  bool cancelled = false;
  std::optional<std::int64_t> sequence{};
  std::optional<WallTime> last_modified{};

  bool is_all_day() const { return start.form == EventTime::Form::date; }
};

// Nothing: it cannot be used, and was reported. What can be left out without making it wrong (an unreadable SEQUENCE) is
// left out silently.
std::optional<Event> read_event(const Component& component, const Config& config, Problems& problems);

// For display: valid UTF-8 without control characters, in one line, at most so long.
std::string clean_text(std::string_view text, std::size_t max_bytes);

}  // namespace belay::calendar
