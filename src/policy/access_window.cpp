#include "policy/access_window.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include "base/run_id.hpp"
#include "base/settings/quantities.hpp"
#include "base/settings/settings.hpp"

namespace belay::policy {

using namespace std::chrono_literals;

namespace {

// At `start` open, at `end` closed.
struct Window {
  WallTime start;
  WallTime end;

  bool contains(WallTime time) const { return start <= time && time < end; }
};

// The earliest or latest time instead of an overflow.
WallTime later_by(WallTime time, Milliseconds by) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(time.ms, by.count(), &sum)) return {sum};
  using Limits = std::numeric_limits<std::int64_t>;
  return {by.count() < 0 ? Limits::min() : Limits::max()};
}

WallTime end_of(const AccessMeeting& meeting) {
  return later_by(meeting.start, std::max(meeting.duration, Milliseconds(0)));
}

Window window_of(const AccessMeeting& meeting, const AccessWindowConfig& config) {
  return {later_by(meeting.start, -config.opens_before), later_by(end_of(meeting), config.closes_after)};
}

// Sorted, without gaps of length 0 between them.
std::vector<Window> joined_windows(const AccessFacts& facts, const AccessWindowConfig& config) {
  std::vector<Window> windows;
  windows.reserve(facts.meetings.size());
  for (const AccessMeeting& meeting : facts.meetings)
    if (const Window window = window_of(meeting, config); !meeting.cancelled && window.start < window.end)
      windows.push_back(window);
  std::ranges::sort(windows, {}, &Window::start);
  std::vector<Window> joined;
  for (const Window& window : windows)
    if (!joined.empty() && window.start <= joined.back().end)
      joined.back().end = std::max(joined.back().end, window.end);
    else
      joined.push_back(window);
  return joined;
}

// The time between `now` and a moment at which the meeting runs; 0 only while it runs. In milliseconds, unsigned, so
// that no difference of two times overflows.
std::uint64_t distance(const AccessMeeting& meeting, WallTime now) {
  const auto between = [](WallTime from, WallTime to) {
    return static_cast<std::uint64_t>(to.ms) - static_cast<std::uint64_t>(from.ms);
  };
  if (now < meeting.start) return between(now, meeting.start);
  const WallTime end = end_of(meeting);
  return now < end ? 0 : between(end, now) + 1;
}

bool is_closer(const AccessMeeting& a, const AccessMeeting& b, WallTime now) {
  const std::uint64_t left = distance(a, now);
  const std::uint64_t right = distance(b, now);
  if (left != right) return left < right;
  if (a.start != b.start) return a.start > b.start;
  return a.id < b.id;
}

std::string meeting_under_way(WallTime now, const AccessFacts& facts, const AccessWindowConfig& config) {
  const AccessMeeting* closest = nullptr;
  for (const AccessMeeting& meeting : facts.meetings) {
    if (meeting.cancelled || !window_of(meeting, config).contains(now)) continue;
    if (closest == nullptr || is_closer(meeting, *closest, now)) closest = &meeting;
  }
  return closest == nullptr ? std::string() : closest->id;
}

Access access_by_windows(WallTime now, const std::vector<Window>& windows) {
  Access access;
  const auto next = std::ranges::upper_bound(windows, now, {}, &Window::start);
  if (next != windows.end()) access.opens_at = next->start;
  if (next != windows.begin() && std::prev(next)->contains(now)) {
    access.reason = AccessReason::in_window;
    access.closes_at = std::prev(next)->end;
  } else {
    access.reason = access.opens_at ? AccessReason::before_window : AccessReason::no_meeting;
  }
  return access;
}

}  // namespace

void declare(Settings& settings, AccessWindowConfig& config) {
  settings.duration(
      "access_opens_before", config.opens_before, {0ms, 7 * 24h},
      "In the phase tracking: how long before the start of a meeting the coach becomes available.");
  settings.duration("access_closes_after", config.closes_after, {0ms, 7 * 24h},
                    "In the phase tracking: how long after the end of a meeting the coach stays available.");
}

std::string_view to_string(AccessReason reason) {
  switch (reason) {
    case AccessReason::phase_always_open:
      return "phase_always_open";
    case AccessReason::in_window:
      return "in_window";
    case AccessReason::before_window:
      return "before_window";
    case AccessReason::no_meeting:
      return "no_meeting";
    case AccessReason::phase_closed:
      return "phase_closed";
  }
  return {};
}

Access access_at(WallTime now, const AccessFacts& facts, const AccessWindowConfig& config) {
  Access access;
  if (facts.phase == kTrackingPhase)
    access = access_by_windows(now, joined_windows(facts, config));
  else if (facts.phase.empty() || facts.phase == kGoalSettingPhase)
    access.reason = AccessReason::phase_always_open;
  access.meeting = meeting_under_way(now, facts, config);
  return access;
}

Error access_error(const Access& access, WallTime now, const AccessWindowConfig& config) {
  if (access.reason == AccessReason::phase_closed)
    return make_error(
        ErrorCode::forbidden,
        "The coach is not available in your phase: it is available in the phases goal_setting and "
        "tracking. Ask the operator to change your phase.");
  Error error =
      make_error(ErrorCode::forbidden,
                 fmt::format("The coach is available from {} before a meeting to {} after its end. ",
                             duration_text(config.opens_before), duration_text(config.closes_after)));
  if (access.reason == AccessReason::before_window && access.opens_at) {
    error.detail += "The next time is " + iso8601(*access.opens_at) + ".";
    error.retry_after = *access.opens_at - now;
  } else {
    error.detail += "No meeting is scheduled: add one.";
  }
  return error;
}

}  // namespace belay::policy
