// Renders the documents of the goal coach surface, and the short messages of its sockets. All of them are JSON; times are
// UTC.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/types/conversation.hpp"
#include "core/types/position.hpp"
#include "services/goals/goal_services.hpp"
#include "services/runs/run_service.hpp"

namespace belay::surfaces::goal_coach {

// {"available","phase","reason","message","meeting_id","closes_at","next_available"}
std::string render_access(const services::CoachAccessState& state, std::string_view message);
// The same as a message of a socket: {"type":"access",…}. Without `now`: equal states give equal texts.
std::string render_access_message(const services::CoachAccessState& state, std::string_view message);
// {"type":"connected","content","user_phase","meeting_id","position"}
std::string render_connected(const services::CoachAccessState& state, std::string_view content,
                             const Position& position);
// {"type":"reset" or "resumed","content","position"}
std::string render_resumed(const Position& position, bool is_reset);
// {"type":"error","content","error"}
std::string render_error_message(const Error& error);
// {"type":"accepted","key","message_id"}: the answer's id
std::string render_accepted(std::string_view key, const RunId& run);
// {"type":"notice","content"}
std::string render_notice(std::string_view text);

// {"messages":[…],"total","next_cursor","has_more"}, oldest first. Each message is {"id","role","content","timestamp",
// "meeting_id","metadata":{"model","tokens_used"},"state"}; a user's has no metadata.
std::string render_history(const MessagePage& page, std::uint64_t total);
struct CoachAnswer {
  RunId run;
  std::string text;
  std::string model;
  std::string meeting;  // the id; empty: none
  Usage usage;
  WallTime time;
  std::string finish;  // "stop", or "length" when it was cut off
};
// The same as a message of the history, and "finish".
std::string render_answer(const CoachAnswer& answer);

std::string render_profile(std::string_view user, const Profile& profile,
                           const std::vector<PhaseChange>& changes);
std::string render_goal(const Goal& goal);
std::string render_goals(const GoalPage& page);
std::string render_meeting(const Meeting& meeting);
std::string render_meetings(const MeetingPage& page);
// {"added","changed","unchanged","skipped","problems":[{"line","uid","text"}]}
std::string render_import(const services::Calendars::Imported& imported);
// {"address","created_at"}: null if there is none, or if the address is not known any more
std::string render_feed(std::string_view path, const std::optional<WallTime>& created);

}  // namespace belay::surfaces::goal_coach
