// Parses the goal coach surface's requests (requirements G1, G2, G4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/strict_json.hpp"
#include "core/types/conversation.hpp"
#include "core/types/position.hpp"
#include "services/goals/goal_services.hpp"
#include "surfaces/goal_coach/config.hpp"
#include "transport/message.hpp"

namespace belay::surfaces::goal_coach {

inline constexpr std::string_view kSurface = "goal_coach";
inline constexpr std::string_view kMode = "message";
// Each user has one conversation with the coach.
inline constexpr std::string_view kConversation = "coach";

struct CoachMessage {
  std::string content;
  std::string key;     // Idempotency-Key; empty: none
  std::string digest;  // of the content, if there is a key
};
// {content}, with an Idempotency-Key.
Result<CoachMessage> parse_send(const transport::Request& request, const GoalCoachConfig& config);

// What a client says on a socket. Each is a JSON object with a `type`; unknown fields are ignored.
struct SocketMessage {
  enum class Type { message, ping, typing, resume, cancel };
  Type type = Type::ping;
  CoachMessage message{};              // of `message`: {content, key?}
  std::optional<Position> position{};  // of `resume`: {position}
};
Result<SocketMessage> parse_socket_message(std::string_view text, const GoalCoachConfig& config);

struct HistoryQuery {
  std::optional<MessagePlace> before{};
  std::size_t limit = 50;
};
Result<HistoryQuery> parse_history(const transport::Request& request);

// {name?, time_zone?}: what is left out or null is removed.
Result<ProfileChange> parse_profile(const transport::Request& request);

Result<services::Goals::NewGoal> parse_new_goal(const transport::Request& request);
Result<GoalChange> parse_goal_change(const transport::Request& request);
Result<GoalQuery> parse_goals(const transport::Request& request);

// {title, start, duration_minutes | end, status?}
Result<services::Meetings::NewMeeting> parse_new_meeting(const transport::Request& request);
// The end without a start is the meeting's: `end` needs `start`.
Result<MeetingChange> parse_meeting_change(const transport::Request& request);
Result<MeetingQuery> parse_meetings(const transport::Request& request);

}  // namespace belay::surfaces::goal_coach
