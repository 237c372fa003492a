#include "surfaces/goal_coach/calendar_routes.hpp"

#include <memory>
#include <utility>

#include "services/goals/goal_services.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/goal_coach/data_routes.hpp"
#include "surfaces/goal_coach/render.hpp"
#include "surfaces/response.hpp"
#include "surfaces/stream_start.hpp"
#include "transport/multipart.hpp"
#include "transport/target.hpp"

namespace belay::surfaces::goal_coach {
namespace {

using transport::Request;
using transport::Response;

Error bad(std::string_view field, std::string detail) {
  return make_error(ErrorCode::invalid_request, std::move(detail), std::string(field));
}

bool is_calendar(std::string_view type) {
  const std::string name = transport::lower_case(type.substr(0, type.find_first_of("; \t")));
  return name == "text/calendar" || name == "application/octet-stream";
}

// The part `file` of a form. Other parts are skipped.
Result<std::string> file_of_form(const Request& request, std::string_view type) {
  const auto boundary = transport::multipart_boundary(type);
  if (!boundary) return boundary.error();
  transport::MultipartParser parser(*boundary);
  const auto events = parser.push(request.body);
  if (!events) return events.error();
  if (const auto complete = parser.finish(); !complete) return complete.error();
  std::optional<std::string> file;
  bool in_file = false;
  using Kind = transport::MultipartEvent::Kind;
  for (const transport::MultipartEvent& event : *events) {
    if (event.kind == Kind::part_begins) {
      in_file = event.part.name == "file";
      if (in_file && file) return bad("file", "The form has two files. Send one.");
      if (in_file) file.emplace();
    } else if (event.kind == Kind::data && in_file) {
      file->append(event.data);
    }
  }
  if (!file) return bad("file", "The form holds no file. Send it as `file`.");
  return std::move(*file);
}

Result<std::string> file_of(Request& request) {
  const std::string type(request.header("content-type").value_or(""));
  if (transport::is_multipart_form(type)) return file_of_form(request, type);
  if (is_calendar(type)) return std::move(request.body);
  return make_error(ErrorCode::unsupported_media_type,
                    "Send the calendar as text/calendar, or as the part `file` of multipart/form-data.",
                    "Content-Type");
}

Response calendar_file(std::string file) {
  Response response;
  response.headers = {{"Content-Type", "text/calendar; charset=utf-8"},
                      {"Cache-Control", "no-store"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Content-Disposition", "attachment; filename=\"meetings.ics\""}};
  response.body = std::move(file);
  return response;
}

class CalendarRoutes {
 public:
  CalendarRoutes(const SurfaceContext& context, const GoalCoachConfig& config)
      : context_(context), feeds_(config.prefix + "/api/v1/calendar/feeds/") {}

  Awaitable<Response> import(Request& request) {
    const auto caller = co_await context_.authenticator.authenticate(request);
    if (!caller) co_return error_response(caller.error(), request);
    if (auto refused = co_await refuse_change(request, context_, *caller)) co_return std::move(*refused);
    auto file = file_of(request);
    if (!file) co_return error_response(file.error(), request);
    const auto imported =
        co_await calendars().import(*request.loop, deadline_of(request), caller->user, std::move(*file));
    if (!imported) co_return error_response(imported.error(), request);
    co_return json_response(render_import(*imported));
  }

  Awaitable<Response> export_meetings(Request& request) {
    const auto caller = co_await context_.authenticator.authenticate(request);
    if (!caller) co_return error_response(caller.error(), request);
    auto file = co_await calendars().export_of(*request.loop, deadline_of(request), caller->user);
    if (!file) co_return error_response(file.error(), request);
    co_return calendar_file(std::move(*file));
  }

  Awaitable<Response> show_feed(Request& request) {
    const auto caller = co_await context_.authenticator.authenticate(request);
    if (!caller) co_return error_response(caller.error(), request);
    const auto made =
        co_await context_.goals->meetings.feed_of(*request.loop, deadline_of(request), caller->user);
    if (!made) co_return error_response(made.error(), request);
    co_return json_response(render_feed({}, *made));
  }
  Awaitable<Response> renew_feed(Request& request) {
    const auto caller = co_await context_.authenticator.authenticate(request);
    if (!caller) co_return error_response(caller.error(), request);
    if (auto refused = co_await refuse_change(request, context_, *caller)) co_return std::move(*refused);
    const auto feed =
        co_await context_.goals->meetings.renew_feed(*request.loop, deadline_of(request), caller->user);
    if (!feed) co_return error_response(feed.error(), request);
    const std::string path = feeds_ + feed->secret.reveal();
    Response response = json_response(render_feed(path, feed->created), 201);
    response.headers.push_back({"Location", path});
    co_return response;
  }
  Awaitable<Response> revoke_feed(Request& request) {
    const auto caller = co_await context_.authenticator.authenticate(request);
    if (!caller) co_return error_response(caller.error(), request);
    const auto done =
        co_await context_.goals->meetings.revoke_feed(*request.loop, deadline_of(request), caller->user);
    if (!done) co_return error_response(done.error(), request);
    co_return no_content();
  }

  // Whoever knows the address may read it.
  Awaitable<Response> feed(Request& request) {
    std::string secret(request.capture("secret"));
    const Deadline deadline = deadline_of(request);
    auto user = co_await context_.goals->meetings.user_of_feed(*request.loop, deadline, std::move(secret));
    if (!user) co_return error_response(user.error(), request);
    auto file = co_await calendars().export_of(*request.loop, deadline, std::move(*user));
    if (!file) co_return error_response(file.error(), request);
    co_return calendar_file(std::move(*file));
  }

 private:
  services::Calendars& calendars() const { return context_.goals->calendars; }

  const SurfaceContext context_;
  const std::string feeds_;
};

}  // namespace

void append_calendar_routes(const SurfaceContext* context, const GoalCoachConfig& config, Surface& surface) {
  const auto self = context ? std::make_shared<CalendarRoutes>(*context, config) : nullptr;
  const std::string base = config.prefix + "/api/v1/calendar";
  const ByteCount none{0};
  // The form around the file takes some bytes.
  const ByteCount max_body{config.goals.calendar.max_file.value + 16 * 1024};
  surface.routes.push_back({"POST", base + "/import", [self](Request& r) { return self->import(r); },
                            max_body, "goal_coach.calendar.import"});
  surface.routes.push_back({"GET", base + "/export", [self](Request& r) { return self->export_meetings(r); },
                            none, "goal_coach.calendar.export"});
  surface.routes.push_back(
      {"GET", base + "/feed", [self](Request& r) { return self->show_feed(r); }, none, "goal_coach.feed"});
  surface.routes.push_back({"POST", base + "/feed", [self](Request& r) { return self->renew_feed(r); }, none,
                            "goal_coach.feed.renew"});
  surface.routes.push_back({"DELETE", base + "/feed", [self](Request& r) { return self->revoke_feed(r); },
                            none, "goal_coach.feed.delete"});
  surface.routes.push_back({"GET", base + "/feeds/{secret}", [self](Request& r) { return self->feed(r); },
                            none, "goal_coach.feed.read"});
}

}  // namespace belay::surfaces::goal_coach
