#include "surfaces/goal_coach/routes.hpp"

#include "auth/head_check.hpp"
#include "services/goals/goal_services.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/goal_coach/ask.hpp"
#include "surfaces/goal_coach/calendar_routes.hpp"
#include "surfaces/goal_coach/data_routes.hpp"
#include "surfaces/goal_coach/parse.hpp"
#include "surfaces/goal_coach/render.hpp"
#include "surfaces/goal_coach/socket.hpp"
#include "surfaces/response.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::goal_coach {

using transport::Request;
using transport::Response;

std::vector<transport::Route> ChatRoutes::routes(const GoalCoachConfig& config, ChatRoutes* self) {
  const std::string base = config.prefix + "/api/v1";
  const ByteCount none{0};
  return {
      {"GET", base + "/chat/access", [self](Request& r) { return self->access(r); }, none,
       "goal_coach.access"},
      {"GET", base + "/chat/history", [self](Request& r) { return self->history(r); }, none,
       "goal_coach.history"},
      {"DELETE", base + "/chat/history", [self](Request& r) { return self->clear(r); }, none,
       "goal_coach.clear"},
      {"POST", base + "/chat/send", [self](Request& r) { return self->send(r); }, config.max_body,
       "goal_coach.send"},
      {"GET", base + "/chat/ws", [self](Request& r) { return self->socket(r); }, none, "goal_coach.socket"},
      {"GET", base + "/docs", [self](Request& r) { return self->docs(r); }, none, "goal_coach.docs"},
  };
}

Awaitable<Response> ChatRoutes::access(Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto state = co_await context_.goals->access.check(*request.loop, deadline_of(request), caller->user);
  if (!state) co_return error_response(state.error(), request);
  const std::string message =
      state->is_open() ? "The coach is available." : context_.goals->access.refusal(*state).detail;
  co_return json_response(render_access(*state, message));
}

Awaitable<Response> ChatRoutes::history(Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto query = parse_history(request);
  if (!query) co_return error_response(query.error(), request);
  const Deadline deadline = deadline_of(request);
  const ConversationKey conversation{caller->user, std::string(kSurface), std::string(kConversation)};
  const auto total = co_await context_.conversations.count(*request.loop, deadline, conversation);
  if (!total) co_return error_response(total.error(), request);
  if (*total == 0) co_return json_response(render_history({}, 0));
  MessageFilter filter{conversation.user, conversation.surface, conversation.id, {}, {}};
  const auto page = co_await context_.conversations.messages(*request.loop, deadline, std::move(filter),
                                                             query->before, query->limit);
  // Cleared in between.
  if (!page && page.error().code == ErrorCode::not_found) co_return json_response(render_history({}, 0));
  if (!page) co_return error_response(page.error(), request);
  co_return json_response(render_history(*page, *total));
}

// With the channel, which holds the texts of answers too. Its readers have to connect again.
Awaitable<Response> ChatRoutes::clear(Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  Erasure erasure;
  erasure.what = Erasure::What::conversations;
  erasure.user = caller->user;
  erasure.surface = kSurface;
  const auto report =
      co_await context_.erasures.erase(*request.loop, deadline_of(request), std::move(erasure));
  if (!report) co_return error_response(report.error(), request);
  co_return json_response("{\"deleted_messages\":" + std::to_string(report->messages) + "}");
}

Awaitable<Response> ChatRoutes::send(Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto message = parse_send(request, config_);
  if (!message) co_return error_response(message.error(), request);
  const bool has_key = !message->key.empty();
  const Asked asked =
      co_await ask(context_, config_, *request.loop, deadline_of(request), *caller, std::move(*message));
  const services::StartOutcome& outcome = asked.outcome;
  if (!outcome.run) co_return error_response(outcome.run.error(), outcome.limits, request);
  transport::ClientPresence client(request);
  services::WaitFor how;
  how.client = &client;
  how.deadline = Deadline::in(config_.send_wait, context_.clock);
  // Requirement X5, as for POST /chat/message of the persona surface: with a key the client can ask for the answer again.
  how.cancel_if_unread = !has_key;
  const auto answer = co_await context_.runs.wait(*request.loop, outcome.run->user, outcome.run->run, how);
  if (!answer) co_return error_response(answer.error(), request);
  Response response = json_response(render_answer({outcome.run->run, answer->text, asked.model, asked.meeting,
                                                   answer->usage, context_.clock.wall(), answer->finish}));
  add_rate_headers(outcome.limits, response);
  co_return response;
}

Awaitable<Response> ChatRoutes::socket(Request& request) {
  co_return co_await open_socket(request, context_, config_);
}

// The pages show all APIs of this server; `#/goal_coach` is the part about this one.
Awaitable<Response> ChatRoutes::docs(Request& /*request*/) {
  Response response;
  response.status = 302;
  response.headers = {{"Location", "/docs#goal-coach"}, {"Cache-Control", "no-store"}};
  co_return response;
}

Surface make(const SurfaceContext* context, const GoalCoachConfig& config) {
  std::shared_ptr<ChatRoutes> owner;
  if (context) owner = std::make_shared<ChatRoutes>(*context, config);
  Surface surface;
  surface.routes = ChatRoutes::routes(config, owner.get());
  append_data_routes(context, config, surface);
  append_calendar_routes(context, config, surface);
  surface.routes =
      auth::sign_in_before_body(std::move(surface.routes), context ? &context->authenticator : nullptr);
  surface.owner = std::move(owner);
  surface.ticket_patterns = {config.prefix + "/api/v1/chat/ws"};
  return surface;
}

}  // namespace belay::surfaces::goal_coach
