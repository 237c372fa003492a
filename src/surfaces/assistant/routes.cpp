#include "surfaces/assistant/routes.hpp"

#include "auth/head_check.hpp"
#include "surfaces/assistant/parse.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/removal.hpp"
#include "surfaces/response.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::assistant {
namespace {

transport::Response accepted(const RunId& run, const std::string& prefix) {
  const std::string id = run.text();
  transport::Response response = json_response("{\"request_id\":\"" + id + "\",\"status\":\"queued\"}", 201);
  response.headers.push_back({"Location", prefix + "/assistant/stream/" + id});
  return response;
}

}  // namespace

std::vector<transport::Route> AssistantRoutes::routes(const AssistantConfig& config, AssistantRoutes* self) {
  const std::string base = config.prefix + "/assistant";
  return {
      {"POST", base + "/request", [self](transport::Request& r) { return self->ask(r); }, config.max_body,
       "assistant.request"},
      {"GET", base + "/stream/{request_id}", [self](transport::Request& r) { return self->stream(r); },
       ByteCount{0}, "assistant.stream"},
      {"DELETE", base + "/request/{request_id}", [self](transport::Request& r) { return self->cancel(r); },
       ByteCount{0}, "assistant.cancel"},
      {"DELETE", base + "/conversation/{conversation_id}",
       [self](transport::Request& r) { return self->delete_conversation(r); }, ByteCount{0},
       "assistant.delete_conversation"},
  };
}

Awaitable<transport::Response> AssistantRoutes::ask(transport::Request& request) {
  auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto start = parse_ask(request, config_);
  if (!start) co_return error_response(start.error(), request);
  start->caller = std::move(*caller);
  start->deadline = deadline_of(request);
  const services::StartOutcome outcome = co_await context_.runs.start(*request.loop, std::move(*start));
  if (!outcome.run) co_return error_response(outcome.run.error(), outcome.limits, request);
  transport::Response response = accepted(outcome.run->run, config_.prefix);
  add_rate_headers(outcome.limits, response);
  co_return response;
}

Awaitable<transport::Response> AssistantRoutes::stream(transport::Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto id = parse_request_id(request.capture("request_id"));
  if (!id) co_return error_response(id.error(), request);
  const auto resume = parse_resume(request);
  if (!resume) co_return error_response(resume.error(), request);
  auto log = co_await context_.runs.open(*request.loop, caller->user, *id, *resume);
  if (!log) co_return error_response(log.error(), request);
  context_.authenticator.stream_found(request, *caller);
  co_return stream_response(request, context_, *caller, std::move(*log), format(), config_.retry_base);
}

Awaitable<transport::Response> AssistantRoutes::cancel(transport::Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto id = parse_request_id(request.capture("request_id"));
  if (!id) co_return error_response(id.error(), request);
  const auto cancelled = co_await context_.runs.cancel(*request.loop, caller->user, *id);
  if (!cancelled) co_return error_response(cancelled.error(), request);
  co_return no_content();
}

Awaitable<transport::Response> AssistantRoutes::delete_conversation(transport::Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  co_return co_await remove_conversation(request, context_, caller->user, kSurface,
                                         request.capture("conversation_id"));
}

Surface make(const SurfaceContext* context, const AssistantConfig& config) {
  std::shared_ptr<AssistantRoutes> owner;
  if (context) owner = std::make_shared<AssistantRoutes>(*context, config);
  Surface surface;
  surface.routes = auth::sign_in_before_body(AssistantRoutes::routes(config, owner.get()),
                                             context ? &context->authenticator : nullptr);
  surface.owner = std::move(owner);
  surface.ticket_patterns = {config.prefix + "/assistant/stream/{request_id}"};
  return surface;
}

}  // namespace belay::surfaces::assistant
