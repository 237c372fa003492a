#include "services/goals/config.hpp"

#include "base/settings/settings.hpp"

namespace belay::services {

using namespace std::chrono_literals;

void declare(Settings& settings, GoalsConfig& config) {
  settings.integer("max_goals_per_user", config.max_goals_per_user, {1, 10'000, "goals"},
                   "Goals that are kept of one user. Beyond: 409.");
  settings.integer("max_meetings_per_user", config.max_meetings_per_user, {1, 10'000, "meetings"},
                   "Meetings that are kept of one user, past ones too. Beyond: 409.");
  settings.size("max_title", config.max_title, {16_B, 4_KiB},
                "Longest title of a goal or a meeting, and longest name of a user. Beyond: 422.");
  settings.size("max_description", config.max_description, {16_B, 64_KiB},
                "Longest description of a goal. Beyond: 422.");
  settings.duration("max_meeting_duration", config.max_meeting_duration, {1min, 7 * 24h},
                    "Longest meeting. Beyond: 422.");
  policy::declare(settings, config.access);
  calendar::declare(settings, config.calendar);
}

}  // namespace belay::services
