// What the services for the goal coach are made of. All of it outlives them.
#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "core/ports/goal_store.hpp"
#include "core/ports/meeting_store.hpp"
#include "core/ports/profile_store.hpp"
#include "services/goals/config.hpp"
#include "services/goals/watchers.hpp"

namespace belay::services {

struct GoalParts {
  GoalStore& goals;
  MeetingStore& meetings;
  ProfileStore& profiles;
  CoachWatchers& watchers;
  const Clock& clock;
  Random& random;  // thread-safe
  const GoalsConfig& config;
};

}  // namespace belay::services
