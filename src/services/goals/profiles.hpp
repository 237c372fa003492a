// What users say about themselves, and the phase that they are in (requirement G4). The phase changes when tracking starts,
// or by an operator (services/operators/operators.hpp): never by its user.
//
// Each call is made on the caller's loop and resumes there; all loops may call at once. Errors name "name" or "time_zone".
#pragma once

#include <string>
#include <vector>

#include "base/deadline.hpp"
#include "base/thread_pool.hpp"
#include "services/goals/parts.hpp"

namespace belay::services {

class Profiles {
 public:
  explicit Profiles(const GoalParts& parts) : parts_(parts) {}

  Awaitable<Result<Profile>> find(Loop& loop, Deadline deadline, std::string user);
  // Fails with `unprocessable` for a field that is not fine. Empty texts are removed.
  Awaitable<Result<Profile>> change(Loop& loop, Deadline deadline, std::string user, ProfileChange change);
  // Newest first.
  Awaitable<Result<std::vector<PhaseChange>>> phase_changes(Loop& loop, Deadline deadline, std::string user);

 private:
  const GoalParts parts_;
};

// The form of a name in the time zone database: "Europe/Berlin". Whether it exists is not checked here.
bool is_time_zone_name(std::string_view text);

}  // namespace belay::services
