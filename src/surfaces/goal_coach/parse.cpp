#include "surfaces/goal_coach/parse.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "surfaces/goal_coach/timestamp.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::goal_coach {
namespace {

using transport::Request;

constexpr std::size_t kMaxPage = 100;

Error bad(std::string_view field, std::string detail) {
  return make_error(ErrorCode::invalid_request, std::move(detail), std::string(field));
}

Result<> refuse_unknown_fields(const JsonObject& body, std::initializer_list<std::string_view> known) {
  for (const JsonObject::Member& member : body.members())
    if (std::find(known.begin(), known.end(), member.name) == known.end())
      return bad(member.name,
                 fmt::format("There is no such field. The fields are: {}.", fmt::join(known, ", ")));
  return {};
}

// Nothing if it is absent, and empty if it is null.
Result<std::optional<std::string>> given_text(const JsonObject& body, std::string_view field) {
  if (!body.find(field)) return std::optional<std::string>();
  auto text = optional_string(body, field);
  if (!text) return text.error();
  return std::optional(std::move(*text));
}

Result<std::optional<WallTime>> given_time(const JsonObject& body, std::string_view field) {
  auto text = given_text(body, field);
  if (!text) return text.error();
  if (!*text) return std::optional<WallTime>();
  if (const auto time = parse_timestamp(**text)) return std::optional(*time);
  return bad(field,
             fmt::format("{} must be a time like 2026-12-01T09:30:00Z or 2026-12-01T10:30:00+01:00.", field));
}

// `Status` from its name.
template <class Status, class From>
Result<std::optional<Status>> given_status(const JsonObject& body, From from, std::string_view names) {
  auto text = given_text(body, "status");
  if (!text) return text.error();
  if (!*text) return std::optional<Status>();
  if (const std::optional<Status> status = from(**text)) return status;
  return bad("status", fmt::format("status must be {}.", names));
}

constexpr std::string_view kGoalStatuses = R"("active", "completed" or "abandoned")";
constexpr std::string_view kMeetingStatuses = R"("scheduled" or "cancelled")";

Result<std::optional<Milliseconds>> given_minutes(const JsonObject& body) {
  const JsonObject::Member* const member = body.find("duration_minutes");
  if (!member) return std::optional<Milliseconds>();
  const double minutes = member->kind == JsonKind::number ? member->number() : 0;
  if (minutes < 1 || minutes > 1e6 || minutes != std::floor(minutes))
    return bad("duration_minutes", "duration_minutes must be a whole number of minutes, 1 or more.");
  return std::optional<Milliseconds>(std::chrono::minutes(static_cast<std::int64_t>(minutes)));
}

// start, and either duration_minutes or end.
Result<> read_times(const JsonObject& body, MeetingChange& change) {
  const auto start = given_time(body, "start");
  if (!start) return start.error();
  const auto end = given_time(body, "end");
  if (!end) return end.error();
  const auto minutes = given_minutes(body);
  if (!minutes) return minutes.error();
  if (*end && *minutes) return bad("end", "Give end or duration_minutes, not both.");
  if (*end && !*start) return bad("end", "Give start together with end, or duration_minutes instead.");
  if (*end && **end <= **start) return bad("end", "end must be after start.");
  change.start = *start;
  change.duration = *end ? std::optional<Milliseconds>(**end - **start) : *minutes;
  return {};
}

Result<MeetingChange> read_meeting(const Request& request) {
  const auto body = parse_json_object(request);
  if (!body) return body.error();
  if (auto known = refuse_unknown_fields(*body, {"title", "start", "end", "duration_minutes", "status"});
      !known)
    return known.error();
  MeetingChange change;
  auto title = given_text(*body, "title");
  if (!title) return title.error();
  change.title = std::move(*title);
  if (auto times = read_times(*body, change); !times) return times.error();
  const auto status = given_status<MeetingStatus>(*body, meeting_status_from, kMeetingStatuses);
  if (!status) return status.error();
  change.status = *status;
  return change;
}

Result<std::size_t> parse_limit(const Request& request) {
  std::size_t limit = 50;
  const auto text = request.query_value("limit");
  if (!text) return limit;
  const char* const end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, limit);
  if (read.ec == std::errc() && read.ptr == end && limit >= 1 && limit <= kMaxPage) return limit;
  return bad("limit", fmt::format("limit must be a number from 1 to {}.", kMaxPage));
}

template <class Place>
Result<std::optional<Place>> parse_cursor(const Request& request) {
  const auto text = request.query_value("cursor");
  if (!text || text->empty()) return std::optional<Place>();
  if (auto place = Place::parse(*text)) return std::optional(std::move(*place));
  return bad("cursor", "This is not a cursor of this list. Leave it out to begin anew.");
}

Result<std::optional<WallTime>> query_time(const Request& request, std::string_view name) {
  const auto text = request.query_value(name);
  if (!text || text->empty()) return std::optional<WallTime>();
  if (const auto time = parse_timestamp(*text)) return std::optional(*time);
  return bad(name, fmt::format("{} must be a time like 2026-12-01T09:30:00Z.", name));
}

Result<CoachMessage> read_content(const JsonObject& body, const GoalCoachConfig& config) {
  auto content = required_message(body, "content", config.max_message);
  if (!content) return content.error();
  CoachMessage message;
  message.content = std::move(*content);
  return message;
}

}  // namespace

Result<CoachMessage> parse_send(const Request& request, const GoalCoachConfig& config) {
  if (const auto fine = refuse_resume(request); !fine) return fine.error();
  const auto body = parse_json_object(request);
  if (!body) return body.error();
  auto message = read_content(*body, config);
  if (!message) return message;
  auto key = parse_idempotency_key(request);
  if (!key) return key.error();
  message->key = std::move(*key);
  if (!message->key.empty()) message->digest = digest_of(message->content);
  return message;
}

Result<SocketMessage> parse_socket_message(std::string_view text, const GoalCoachConfig& config) {
  using Type = SocketMessage::Type;
  const auto body = JsonObject::read(text, kMaxJsonDepth, "The message");
  if (!body) return body.error();
  const auto type = required_string(*body, "type");
  if (!type) return type.error();
  SocketMessage made;
  if (*type == "ping") return made;
  if (*type == "typing" || *type == "cancel") {
    made.type = *type == "typing" ? Type::typing : Type::cancel;
    return made;
  }
  if (*type == "resume") {
    made.type = Type::resume;
    const auto position = required_string(*body, "position");
    if (!position) return position.error();
    const auto parsed = Position::parse(*position);
    if (!parsed)
      return bad("position",
                 "This is no position. Send the position of the last message that you have, unchanged.");
    made.position = *parsed;
    return made;
  }
  if (*type != "message")
    return bad("type", "There is no such type. The types are: message, ping, typing, resume, cancel.");
  made.type = Type::message;
  auto message = read_content(*body, config);
  if (!message) return message.error();
  made.message = std::move(*message);
  auto key = optional_string(*body, "key");
  if (!key) return key.error();
  if (!key->empty() && !is_client_id(*key))
    return bad("key", "key must have 1 to 128 letters, digits, dots, colons, dashes or underscores.");
  made.message.key = std::move(*key);
  if (!made.message.key.empty()) made.message.digest = digest_of(made.message.content);
  return made;
}

Result<HistoryQuery> parse_history(const Request& request) {
  const auto limit = parse_limit(request);
  if (!limit) return limit.error();
  auto cursor = parse_cursor<MessagePlace>(request);
  if (!cursor) return cursor.error();
  return HistoryQuery{std::move(*cursor), *limit};
}

Result<ProfileChange> parse_profile(const Request& request) {
  const auto body = parse_json_object(request);
  if (!body) return body.error();
  if (body->find("phase"))
    return bad("phase", "A phase changes when tracking begins, or an operator changes it. Leave it out.");
  if (auto known = refuse_unknown_fields(*body, {"name", "time_zone"}); !known) return known.error();
  auto name = optional_string(*body, "name");
  if (!name) return name.error();
  auto zone = optional_string(*body, "time_zone");
  if (!zone) return zone.error();
  return ProfileChange{std::move(*name), std::move(*zone)};
}

Result<GoalChange> parse_goal_change(const Request& request) {
  const auto body = parse_json_object(request);
  if (!body) return body.error();
  if (auto known = refuse_unknown_fields(*body, {"title", "description", "status", "target_date"}); !known)
    return known.error();
  GoalChange change;
  auto title = given_text(*body, "title");
  if (!title) return title.error();
  change.title = std::move(*title);
  auto description = given_text(*body, "description");
  if (!description) return description.error();
  change.description = std::move(*description);
  auto date = given_text(*body, "target_date");
  if (!date) return date.error();
  change.target_date = std::move(*date);
  const auto status = given_status<GoalStatus>(*body, goal_status_from, kGoalStatuses);
  if (!status) return status.error();
  change.status = *status;
  return change;
}

Result<services::Goals::NewGoal> parse_new_goal(const Request& request) {
  auto all = parse_goal_change(request);
  if (!all) return all.error();
  if (!all->title) return bad("title", "title is missing: what the goal is.");
  return services::Goals::NewGoal{std::move(*all->title), std::move(all->description).value_or(""),
                                  all->status.value_or(GoalStatus::active),
                                  std::move(all->target_date).value_or("")};
}

Result<GoalQuery> parse_goals(const Request& request) {
  GoalQuery query;
  const auto limit = parse_limit(request);
  if (!limit) return limit.error();
  query.max = *limit;
  auto cursor = parse_cursor<ListPlace>(request);
  if (!cursor) return cursor.error();
  query.before = std::move(*cursor);
  if (const auto status = request.query_value("status"); status && !status->empty()) {
    query.status = goal_status_from(*status);
    if (!query.status) return bad("status", fmt::format("status must be {}.", kGoalStatuses));
  }
  return query;
}

Result<services::Meetings::NewMeeting> parse_new_meeting(const Request& request) {
  auto all = read_meeting(request);
  if (!all) return all.error();
  if (!all->title) return bad("title", "title is missing: what the meeting is called.");
  if (!all->start) return bad("start", "start is missing: a time like 2026-12-01T09:30:00Z.");
  if (!all->duration) return bad("duration_minutes", "duration_minutes or end is missing.");
  return services::Meetings::NewMeeting{std::move(*all->title), *all->start, *all->duration,
                                        all->status.value_or(MeetingStatus::scheduled)};
}

Result<MeetingChange> parse_meeting_change(const Request& request) {
  return read_meeting(request);
}

Result<MeetingQuery> parse_meetings(const Request& request) {
  MeetingQuery query;
  const auto limit = parse_limit(request);
  if (!limit) return limit.error();
  query.max = *limit;
  auto cursor = parse_cursor<ListPlace>(request);
  if (!cursor) return cursor.error();
  query.after = std::move(*cursor);
  const auto from = query_time(request, "from");
  if (!from) return from.error();
  query.from = *from;
  const auto to = query_time(request, "to");
  if (!to) return to.error();
  query.to = *to;
  return query;
}

}  // namespace belay::surfaces::goal_coach
