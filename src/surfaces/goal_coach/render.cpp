#include "surfaces/goal_coach/render.hpp"

#include <iterator>

#include <fmt/format.h>

#include "base/json_text.hpp"

namespace belay::surfaces::goal_coach {
namespace {

// null if it is empty.
std::string text_or_null(std::string_view text) {
  return text.empty() ? "null" : json_string(text);
}

std::string time_or_null(const std::optional<WallTime>& time) {
  return time ? "\"" + iso8601(*time) + "\"" : "null";
}

std::string cursor_or_null(const std::optional<ListPlace>& place) {
  return place ? json_string(place->text()) : "null";
}

template <class List, class Render>
std::string array(const List& list, Render render) {
  std::string out = "[";
  for (const auto& each : list) {
    if (out.size() > 1) out.push_back(',');
    out += render(each);
  }
  return out + "]";
}

std::uint64_t tokens_of(const Usage& usage) {
  return usage.input.value + usage.output.value;
}

std::string access_fields(const services::CoachAccessState& state, std::string_view message) {
  const policy::Access& access = state.access;
  return fmt::format(
      R"("available":{},"phase":{},"reason":"{}","message":{},"meeting_id":{},"closes_at":{},"next_available":{})",
      access.is_open(), json_string(state.profile.phase_now()), policy::to_string(access.reason),
      json_string(message), text_or_null(access.meeting), time_or_null(access.closes_at),
      time_or_null(access.opens_at));
}

std::string metadata(std::string_view model, const Usage& usage) {
  return fmt::format(R"({{"model":{},"tokens_used":{}}})", json_string(model), tokens_of(usage));
}

std::string message_fields(const MessageId& id, std::string_view content, WallTime time,
                           std::string_view meeting, const std::string& more) {
  return fmt::format(R"("id":"{}","role":"{}","content":{},"timestamp":"{}","meeting_id":{},"metadata":{})",
                     id.text(), id.role == Role::assistant ? "assistant" : "user", json_string(content),
                     iso8601(time), text_or_null(meeting), more);
}

std::string render_message(const StoredMessage& message) {
  const bool is_answer = message.role == Role::assistant;
  return "{" +
         message_fields(message.id(), message.content, message.created, message.task,
                        is_answer ? metadata(message.model, message.usage) : "null") +
         ",\"state\":" + json_string(message.state) + "}";
}

std::string render_change(const PhaseChange& change) {
  return fmt::format(R"({{"at":"{}","from":{},"to":{},"by":"{}"}})", iso8601(change.when),
                     text_or_null(change.from), text_or_null(change.to),
                     change.who.empty() ? "system" : "operator");
}

}  // namespace

std::string render_access(const services::CoachAccessState& state, std::string_view message) {
  return "{" + access_fields(state, message) + "}";
}

std::string render_access_message(const services::CoachAccessState& state, std::string_view message) {
  return R"({"type":"access",)" + access_fields(state, message) + "}";
}

std::string render_connected(const services::CoachAccessState& state, std::string_view content,
                             const Position& position) {
  return fmt::format(R"({{"type":"connected","content":{},"user_phase":{},"meeting_id":{},"position":"{}"}})",
                     json_string(content), json_string(state.profile.phase_now()),
                     text_or_null(state.access.meeting), position.text());
}

std::string render_resumed(const Position& position, bool is_reset) {
  if (!is_reset) return fmt::format(R"({{"type":"resumed","position":"{}"}})", position.text());
  return fmt::format(
      R"({{"type":"reset","content":"Some messages after your position are no longer kept. Drop what you have.","position":"{}"}})",
      position.text());
}

std::string render_error_message(const Error& error) {
  return fmt::format(R"({{"type":"error","content":{},"error":"{}"}})", json_string(error.detail),
                     to_string(error.code));
}

std::string render_accepted(std::string_view key, const RunId& run) {
  return fmt::format(R"({{"type":"accepted","key":{},"message_id":"{}"}})", json_string(key),
                     MessageId{run, Role::assistant}.text());
}

std::string render_notice(std::string_view text) {
  return fmt::format(R"({{"type":"notice","content":{}}})", json_string(text));
}

std::string render_history(const MessagePage& page, std::uint64_t total) {
  return fmt::format(R"({{"messages":{},"total":{},"next_cursor":{},"has_more":{}}})",
                     array(page.messages, render_message), total,
                     page.older ? json_string(page.older->text()) : "null", page.older.has_value());
}

std::string render_answer(const CoachAnswer& answer) {
  return "{" +
         message_fields({answer.run, Role::assistant}, answer.text, answer.time, answer.meeting,
                        metadata(answer.model, answer.usage)) +
         ",\"state\":\"complete\",\"finish\":" + json_string(answer.finish) + "}";
}

std::string render_profile(std::string_view user, const Profile& profile,
                           const std::vector<PhaseChange>& changes) {
  return fmt::format(R"({{"user_id":{},"name":{},"time_zone":{},"phase":{},"phase_changes":{}}})",
                     json_string(user), text_or_null(profile.name), text_or_null(profile.time_zone),
                     json_string(profile.phase_now()), array(changes, render_change));
}

std::string render_goal(const Goal& goal) {
  return fmt::format(
      R"({{"id":{},"title":{},"description":{},"status":"{}","target_date":{},"created_at":"{}","updated_at":"{}"}})",
      json_string(goal.id), json_string(goal.title), json_string(goal.description), to_string(goal.status),
      text_or_null(goal.target_date), iso8601(goal.created), iso8601(goal.changed));
}

std::string render_goals(const GoalPage& page) {
  return fmt::format(R"({{"goals":{},"next_cursor":{}}})", array(page.goals, render_goal),
                     cursor_or_null(page.next));
}

std::string render_meeting(const Meeting& meeting) {
  return fmt::format(
      R"({{"id":{},"title":{},"start":"{}","end":"{}","duration_minutes":{},"status":"{}","imported":{},)"
      R"("created_at":"{}","updated_at":"{}"}})",
      json_string(meeting.id), json_string(meeting.title), iso8601(meeting.start), iso8601(meeting.end()),
      std::chrono::ceil<std::chrono::minutes>(meeting.duration).count(), to_string(meeting.status),
      !meeting.origin.empty(), iso8601(meeting.created), iso8601(meeting.changed));
}

std::string render_meetings(const MeetingPage& page) {
  return fmt::format(R"({{"meetings":{},"next_cursor":{}}})", array(page.meetings, render_meeting),
                     cursor_or_null(page.next));
}

std::string render_import(const services::Calendars::Imported& imported) {
  const auto problem = [](const calendar::Problem& each) {
    return fmt::format(R"({{"line":{},"uid":{},"text":{}}})", each.line, text_or_null(each.uid),
                       json_string(each.text));
  };
  const MeetingImport& report = imported.meetings;
  return fmt::format(R"({{"added":{},"changed":{},"unchanged":{},"skipped":{},"problems":{}}})", report.added,
                     report.changed, report.unchanged, imported.skipped, array(imported.problems, problem));
}

std::string render_feed(std::string_view path, const std::optional<WallTime>& created) {
  return fmt::format(R"({{"address":{},"created_at":{}}})", text_or_null(path), time_or_null(created));
}

}  // namespace belay::surfaces::goal_coach
