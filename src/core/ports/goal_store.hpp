// The port to users' goals (requirement G4). It is implemented together with Store (core/ports/store.hpp), whose rules on
// threads, order and bounds also apply here. A goal of another user does not exist.
//
// Whoever makes a goal active may start the user's tracking in the same transaction (core/ports/profile_store.hpp). The
// erasure of a user removes the goals, too (core/ports/erasure_store.hpp).
#pragma once

#include <optional>
#include <string>

#include "core/ports/store.hpp"
#include "core/types/goal.hpp"

namespace belay {

class GoalStore {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~GoalStore() = default;

  // The id is new. Fails with `conflict`, and stores nothing, if the user has `max` goals or more.
  virtual void create_goal(std::string user, Goal goal, std::size_t max, Done<> done) = 0;
  // The result is the goal after the change; nothing: there is no such goal.
  virtual void change_goal(std::string user, std::string id, GoalChange change, WallTime now,
                           Done<std::optional<Goal>> done) = 0;
  // The result is whether there was one.
  virtual void remove_goal(std::string user, std::string id, Done<bool> done) = 0;
  virtual void find_goal(std::string user, std::string id, Done<std::optional<Goal>> done) = 0;
  // Shows everything whose `done` was called before, as all lists do.
  virtual void list_goals(std::string user, GoalQuery query, Done<GoalPage> done) = 0;
};

// The error of a user who has as many as are kept. `what`: "goals"; `limit`: the name of the setting.
Error too_many_of(std::string_view what, std::size_t max, std::string_view limit);
inline constexpr std::string_view kGoalsLimit = "goal_coach.max_goals_per_user";
inline constexpr std::string_view kMeetingsLimit = "goal_coach.max_meetings_per_user";

}  // namespace belay
