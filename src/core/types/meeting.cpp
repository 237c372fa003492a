#include "core/types/meeting.hpp"

namespace belay {

std::string_view to_string(MeetingStatus status) {
  return status == MeetingStatus::cancelled ? "cancelled" : "scheduled";
}

std::optional<MeetingStatus> meeting_status_from(std::string_view name) {
  for (const MeetingStatus status : {MeetingStatus::scheduled, MeetingStatus::cancelled})
    if (to_string(status) == name) return status;
  return std::nullopt;
}

}  // namespace belay
