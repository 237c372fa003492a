#include "core/types/records.hpp"

namespace belay {

std::string_view to_string(RunState state) {
  switch (state) {
    case RunState::queued:
      return "queued";
    case RunState::running:
      return "running";
    case RunState::completed:
      return "completed";
    case RunState::failed:
      return "failed";
    case RunState::cancelled:
      return "cancelled";
    case RunState::interrupted:
      return "interrupted";
  }
  return {};
}

RunState state_after(EventType terminal) {
  switch (terminal) {
    case EventType::completed:
      return RunState::completed;
    case EventType::cancelled:
      return RunState::cancelled;
    case EventType::interrupted:
      return RunState::interrupted;
    default:
      return RunState::failed;
  }
}

}  // namespace belay
