// Bounds of what users may keep for the goal coach (requirement G4), and when it is available (G3). Part of the settings
// of its surface, section [goal_coach].
#pragma once

#include <cstddef>

#include "base/clock.hpp"
#include "base/units.hpp"
#include "calendar/config.hpp"
#include "policy/access_window.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
}

namespace belay::services {

struct GoalsConfig {
  std::size_t max_goals_per_user = 100;
  std::size_t max_meetings_per_user = 1'000;
  // Of a title of a goal or a meeting, and of a user's name.
  ByteCount max_title{200};
  // Of what a goal is about.
  ByteCount max_description{4_KiB};
  // Of one meeting.
  Milliseconds max_meeting_duration = std::chrono::hours(24);
  policy::AccessWindowConfig access;
  // Of calendars that are imported: the section [calendar].
  calendar::Config calendar;
};

// Into the section that is open; then the section of calendars.
void declare(Settings& settings, GoalsConfig& config);

}  // namespace belay::services
