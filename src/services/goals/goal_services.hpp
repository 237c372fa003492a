// All services for the goal coach (requirements G3, G4). app/ makes them; its surface uses them.
#pragma once

#include "services/goals/access.hpp"
#include "services/goals/calendars.hpp"
#include "services/goals/goals.hpp"
#include "services/goals/meetings.hpp"
#include "services/goals/profiles.hpp"
#include "services/goals/watchers.hpp"

namespace belay::services {

class GoalServices {
 public:
  struct Stores {
    GoalStore& goals;
    MeetingStore& meetings;
    ProfileStore& profiles;
  };
  // All of it outlives this; the configuration is copied.
  GoalServices(const Stores& stores, const std::vector<Loop*>& loops, const Clock& clock, Random& random,
               FairThreadPool& pool, const GoalsConfig& config)
      : config_(config),
        watchers(loops),
        parts_{stores.goals, stores.meetings, stores.profiles, watchers, clock, random, config_},
        calendars({meetings, profiles, pool, clock, config_.calendar}) {}
  GoalServices(const GoalServices&) = delete;
  GoalServices& operator=(const GoalServices&) = delete;

 private:
  const GoalsConfig config_;

 public:
  CoachWatchers watchers;

 private:
  const GoalParts parts_;

 public:
  Goals goals{parts_};
  Meetings meetings{parts_};
  Profiles profiles{parts_};
  CoachAccess access{parts_};
  Calendars calendars;
};

}  // namespace belay::services
