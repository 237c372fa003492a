#include "surfaces/goal_coach/data_routes.hpp"

#include <memory>
#include <utility>

#include "services/goals/goal_services.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/goal_coach/parse.hpp"
#include "surfaces/goal_coach/render.hpp"
#include "surfaces/response.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::goal_coach {
namespace {

using transport::Request;
using transport::Response;

class DataRoutes {
 public:
  DataRoutes(const SurfaceContext& context, const GoalCoachConfig& config)
      : context_(context), base_(config.prefix + "/api/v1") {}

  using Method = Awaitable<Response> (DataRoutes::*)(Request&, Caller);
  // Signs the caller in. A change counts against its limit first.
  Awaitable<Response> answer(Request& request, Method method, bool is_change) {
    auto caller = co_await context_.authenticator.authenticate(request);
    if (!caller) co_return error_response(caller.error(), request);
    if (is_change)
      if (auto refused = co_await refuse_change(request, context_, *caller)) co_return std::move(*refused);
    co_return co_await (this->*method)(request, std::move(*caller));
  }

  // ---- The profile
  Awaitable<Response> me(Request& request, Caller caller) {
    const auto profile = co_await goals().profiles.find(*request.loop, deadline_of(request), caller.user);
    if (!profile) co_return error_response(profile.error(), request);
    co_return co_await show(request, caller, *profile);
  }
  Awaitable<Response> change_me(Request& request, Caller caller) {
    auto change = parse_profile(request);
    if (!change) co_return error_response(change.error(), request);
    if (change->time_zone && !change->time_zone->empty()) {
      const auto known =
          co_await goals().calendars.check_time_zone(*request.loop, caller.user, *change->time_zone);
      if (!known) co_return error_response(known.error(), request);
    }
    const auto profile = co_await goals().profiles.change(*request.loop, deadline_of(request), caller.user,
                                                          std::move(*change));
    if (!profile) co_return error_response(profile.error(), request);
    co_return co_await show(request, caller, *profile);
  }

  // ---- Goals
  Awaitable<Response> list_goals(Request& request, Caller caller) {
    auto query = parse_goals(request);
    if (!query) co_return error_response(query.error(), request);
    const auto page = co_await goals().goals.list(*request.loop, deadline_of(request), std::move(caller.user),
                                                  std::move(*query));
    if (!page) co_return error_response(page.error(), request);
    co_return json_response(render_goals(*page));
  }
  Awaitable<Response> create_goal(Request& request, Caller caller) {
    auto wanted = parse_new_goal(request);
    if (!wanted) co_return error_response(wanted.error(), request);
    const auto goal = co_await goals().goals.create(*request.loop, deadline_of(request),
                                                    std::move(caller.user), std::move(*wanted));
    if (!goal) co_return error_response(goal.error(), request);
    co_return created(render_goal(*goal), "/goals/" + goal->id);
  }
  Awaitable<Response> show_goal(Request& request, Caller caller) {
    std::string id = id_of(request);
    const auto goal = co_await goals().goals.find(*request.loop, deadline_of(request), std::move(caller.user),
                                                  std::move(id));
    if (!goal) co_return error_response(goal.error(), request);
    co_return json_response(render_goal(*goal));
  }
  Awaitable<Response> change_goal(Request& request, Caller caller) {
    auto change = parse_goal_change(request);
    if (!change) co_return error_response(change.error(), request);
    std::string id = id_of(request);
    const auto goal = co_await goals().goals.change(
        *request.loop, deadline_of(request), std::move(caller.user), std::move(id), std::move(*change));
    if (!goal) co_return error_response(goal.error(), request);
    co_return json_response(render_goal(*goal));
  }
  Awaitable<Response> remove_goal(Request& request, Caller caller) {
    std::string id = id_of(request);
    const auto removed = co_await goals().goals.remove(*request.loop, deadline_of(request),
                                                       std::move(caller.user), std::move(id));
    if (!removed) co_return error_response(removed.error(), request);
    co_return no_content();
  }

  // ---- Meetings
  Awaitable<Response> list_meetings(Request& request, Caller caller) {
    auto query = parse_meetings(request);
    if (!query) co_return error_response(query.error(), request);
    const auto page = co_await goals().meetings.list(*request.loop, deadline_of(request),
                                                     std::move(caller.user), std::move(*query));
    if (!page) co_return error_response(page.error(), request);
    co_return json_response(render_meetings(*page));
  }
  Awaitable<Response> create_meeting(Request& request, Caller caller) {
    auto wanted = parse_new_meeting(request);
    if (!wanted) co_return error_response(wanted.error(), request);
    const auto meeting = co_await goals().meetings.create(*request.loop, deadline_of(request),
                                                          std::move(caller.user), std::move(*wanted));
    if (!meeting) co_return error_response(meeting.error(), request);
    co_return created(render_meeting(*meeting), "/meetings/" + meeting->id);
  }
  Awaitable<Response> show_meeting(Request& request, Caller caller) {
    std::string id = id_of(request);
    const auto meeting = co_await goals().meetings.find(*request.loop, deadline_of(request),
                                                        std::move(caller.user), std::move(id));
    if (!meeting) co_return error_response(meeting.error(), request);
    co_return json_response(render_meeting(*meeting));
  }
  Awaitable<Response> change_meeting(Request& request, Caller caller) {
    auto change = parse_meeting_change(request);
    if (!change) co_return error_response(change.error(), request);
    std::string id = id_of(request);
    const auto meeting = co_await goals().meetings.change(
        *request.loop, deadline_of(request), std::move(caller.user), std::move(id), std::move(*change));
    if (!meeting) co_return error_response(meeting.error(), request);
    co_return json_response(render_meeting(*meeting));
  }
  Awaitable<Response> remove_meeting(Request& request, Caller caller) {
    std::string id = id_of(request);
    const auto removed = co_await goals().meetings.remove(*request.loop, deadline_of(request),
                                                          std::move(caller.user), std::move(id));
    if (!removed) co_return error_response(removed.error(), request);
    co_return no_content();
  }

 private:
  services::GoalServices& goals() const { return *context_.goals; }
  static std::string id_of(const Request& request) { return std::string(request.capture("id")); }

  Awaitable<Response> show(Request& request, const Caller& caller, Profile profile) {
    auto changes = co_await goals().profiles.phase_changes(*request.loop, deadline_of(request), caller.user);
    if (!changes) co_return error_response(changes.error(), request);
    co_return json_response(render_profile(caller.user, profile, *changes));
  }
  Response created(std::string body, const std::string& path) const {
    Response response = json_response(std::move(body), 201);
    response.headers.push_back({"Location", base_ + path});
    return response;
  }

  const SurfaceContext context_;
  const std::string base_;
};

}  // namespace

Awaitable<std::optional<Response>> refuse_change(Request& request, const SurfaceContext& context,
                                                 const Caller& caller) {
  services::Limiter::Action action;
  action.rules = kSurface;
  action.action = "change";
  action.caller = caller;
  action.deadline = deadline_of(request);
  const auto counted = co_await context.limiter.reserve(*request.loop, std::move(action));
  if (counted.held) co_return std::nullopt;
  std::vector<LimitStatus> limits;
  if (counted.limit) limits.push_back(*counted.limit);
  co_return error_response(counted.held.error(), limits, request);
}

void append_data_routes(const SurfaceContext* context, const GoalCoachConfig& config, Surface& surface) {
  const auto self = context ? std::make_shared<DataRoutes>(*context, config) : nullptr;
  const std::string base = config.prefix + "/api/v1";
  const auto add = [&](const char* method, const std::string& path, DataRoutes::Method handler,
                       const char* name) {
    const bool is_change = std::string_view(method) != "GET";
    const bool has_body = is_change && std::string_view(method) != "DELETE";
    surface.routes.push_back(
        {method, base + path,
         [self, handler, is_change](Request& r) { return self->answer(r, handler, is_change); },
         has_body ? config.max_body : ByteCount{0}, std::string("goal_coach.") + name});
  };
  add("GET", "/me", &DataRoutes::me, "me");
  add("PUT", "/me", &DataRoutes::change_me, "me.change");
  add("GET", "/goals", &DataRoutes::list_goals, "goals");
  add("POST", "/goals", &DataRoutes::create_goal, "goal.create");
  add("GET", "/goals/{id}", &DataRoutes::show_goal, "goal");
  add("PATCH", "/goals/{id}", &DataRoutes::change_goal, "goal.change");
  add("DELETE", "/goals/{id}", &DataRoutes::remove_goal, "goal.delete");
  add("GET", "/meetings", &DataRoutes::list_meetings, "meetings");
  add("POST", "/meetings", &DataRoutes::create_meeting, "meeting.create");
  add("GET", "/meetings/{id}", &DataRoutes::show_meeting, "meeting");
  add("PATCH", "/meetings/{id}", &DataRoutes::change_meeting, "meeting.change");
  add("DELETE", "/meetings/{id}", &DataRoutes::remove_meeting, "meeting.delete");
}

}  // namespace belay::surfaces::goal_coach
