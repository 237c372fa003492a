// Whether a user may talk to the goal coach now (requirement G3): the facts for policy/access_window.hpp, and what the coach
// learns about the user (G4).
//
// Each call is made on the caller's loop and resumes there; all loops may call at once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/deadline.hpp"
#include "base/thread_pool.hpp"
#include "policy/access_window.hpp"
#include "services/goals/parts.hpp"

namespace belay::services {

struct CoachAccessState {
  Profile profile;
  policy::Access access;
  std::optional<Meeting> meeting;  // the one under way
  WallTime now;                    // when it was so

  bool is_open() const { return access.is_open(); }
};

class CoachAccess {
 public:
  explicit CoachAccess(const GoalParts& parts) : parts_(parts) {}

  Awaitable<Result<CoachAccessState>> check(Loop& loop, Deadline deadline, std::string user);
  // For a state in which it is closed.
  Error refusal(const CoachAccessState& state) const;
  // At most as many as go into a prompt, newest first.
  Awaitable<Result<std::vector<Goal>>> active_goals(Loop& loop, Deadline deadline, std::string user);

 private:
  const GoalParts parts_;
};

// What goes into a prompt.
inline constexpr std::size_t kMaxGoalsInPrompt = 5;

}  // namespace belay::services
