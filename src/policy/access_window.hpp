// When a user may talk to the goal coach (requirement G3). A user's phase and meetings decide:
//
//   goal_setting   always
//   tracking       from `opens_before` a meeting's start to `closes_after` its end
//   other phases   never: an operator can set any phase, and only these two include the coach
//
// A window is half open: at its first millisecond the coach is available, at its last moment (`closes_at`) it is not.
// Windows that overlap or touch are one window. Cancelled meetings have none.
//
// Pure: facts in, a decision out. The caller passes the time, and sends what is refused. All times are absolute
// (milliseconds since 1970, UTC); time zones and daylight saving time matter only where a meeting's start is
// computed (calendar/zones.hpp). Thread-safe. Time: n log n for n meetings, which the caller bounds.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
}

namespace belay::policy {

inline constexpr std::string_view kGoalSettingPhase = "goal_setting";
inline constexpr std::string_view kTrackingPhase = "tracking";

// Part of the settings of a surface.
struct AccessWindowConfig {
  // How long before the start of a meeting the coach becomes available.
  Milliseconds opens_before = std::chrono::minutes(30);
  // How long after the end of a meeting it stays available.
  Milliseconds closes_after = std::chrono::minutes(60);
};

// Declares access_opens_before and access_closes_after in the current section.
void declare(Settings& settings, AccessWindowConfig& config);

// What the decision must know of a meeting.
struct AccessMeeting {
  std::string id;
  WallTime start;
  Milliseconds duration{};  // below 0 counts as 0
  bool cancelled = false;
};

struct AccessFacts {
  std::string_view phase;                   // empty, that is, never set: goal_setting
  std::span<const AccessMeeting> meetings;  // in any order; past ones may be left out
};

enum class AccessReason {
  phase_always_open,  // open: goal_setting
  in_window,          // open: now is in the window of a meeting
  before_window,      // closed: it opens at `opens_at`
  no_meeting,         // closed: no meeting is scheduled whose window is still to come
  phase_closed,       // closed: the phase does not include the coach
};

// "phase_always_open"
std::string_view to_string(AccessReason reason);

struct Access {
  AccessReason reason = AccessReason::phase_closed;
  // The id of the meeting under way: of those whose own window is open now, the one closest to now. A meeting that is
  // running is closer than any other. Of two as close, the one that starts later; then the smaller id. Empty: there
  // is none. It is given in all phases.
  std::string meeting{};
  // The first moment at which the coach is not available again. Only for in_window.
  std::optional<WallTime> closes_at{};
  // The next moment after now at which a window opens. For before_window; and for in_window if another window follows
  // this one.
  std::optional<WallTime> opens_at{};

  bool is_open() const {
    return reason == AccessReason::phase_always_open || reason == AccessReason::in_window;
  }
  friend bool operator==(const Access&, const Access&) = default;
};

// As long as the facts stay the same, is_open() stays the same until closes_at (open) or opens_at (closed).
Access access_at(WallTime now, const AccessFacts& facts, const AccessWindowConfig& config);

// The error for what is refused while the coach is closed: `forbidden`, with the reason, and with `retry_after` if it
// opens again. To be called only if !access.is_open().
Error access_error(const Access& access, WallTime now, const AccessWindowConfig& config);

}  // namespace belay::policy
