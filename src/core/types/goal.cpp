#include "core/types/goal.hpp"

namespace belay {

std::string_view to_string(GoalStatus status) {
  switch (status) {
    case GoalStatus::active:
      return "active";
    case GoalStatus::completed:
      return "completed";
    case GoalStatus::abandoned:
      return "abandoned";
  }
  return {};
}

std::optional<GoalStatus> goal_status_from(std::string_view name) {
  for (const GoalStatus status : {GoalStatus::active, GoalStatus::completed, GoalStatus::abandoned})
    if (to_string(status) == name) return status;
  return std::nullopt;
}

}  // namespace belay
