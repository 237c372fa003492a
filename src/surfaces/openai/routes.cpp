#include "surfaces/openai/routes.hpp"

#include "auth/head_check.hpp"
#include "services/models.hpp"
#include "services/runs/message_position.hpp"
#include "surfaces/delivery.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/openai/errors.hpp"
#include "surfaces/openai/parse.hpp"
#include "surfaces/openai/render.hpp"
#include "surfaces/openai/responses/routes.hpp"
#include "surfaces/openai/run_response.hpp"
#include "surfaces/response.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::openai {
namespace {

using transport::Request;
using transport::Response;

Error in_chat_terms(Error error) {
  if (error.code == ErrorCode::not_found && error.field == kAboutRun) return no_such_completion();
  return in_openai_terms(std::move(error));
}

Error no_such_model() {
  return make_error(ErrorCode::not_found,
                    "There is no such model. GET /v1/models lists those that you may use.",
                    std::string(services::kAboutModel));
}

}  // namespace

std::vector<transport::Route> OpenAiRoutes::routes(const OpenAiConfig& config, OpenAiRoutes* self) {
  const std::string base = config.prefix + "/v1";
  const std::string completion = base + "/chat/completions/{completion_id}";
  const ByteCount none{0};
  return {
      {"POST", base + "/chat/completions", [self](Request& r) { return self->complete(r); }, config.max_body,
       "openai.complete"},
      {"GET", completion, [self](Request& r) { return self->read(r); }, none, "openai.read"},
      {"POST", completion + "/cancel", [self](Request& r) { return self->cancel(r); }, none, "openai.cancel"},
      {"GET", base + "/models", [self](Request& r) { return self->models(r); }, none, "openai.models"},
      {"GET", base + "/models/{model...}", [self](Request& r) { return self->model(r); }, none,
       "openai.model"},
  };
}

Awaitable<Result<Caller>> OpenAiRoutes::sign_in(const Request& request) {
  co_return co_await context_.authenticator.authenticate(request, auth::QueryToken::refused,
                                                         auth::ApiKey::accepted);
}

Awaitable<Response> OpenAiRoutes::complete(Request& request) {
  const auto caller = co_await sign_in(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto chat = parse_chat(request, config_);
  if (!chat) co_return error_response(chat.error(), request);
  chat->start.caller = *caller;
  chat->start.deadline = deadline_of(request);
  const services::StartOutcome outcome = co_await context_.runs.start(*request.loop, std::move(chat->start));
  if (!outcome.run) co_return error_response(in_chat_terms(outcome.run.error()), outcome.limits, request);
  const services::StartedRun& run = *outcome.run;
  Response response;
  if (chat->stream)
    response = co_await chunks(request, *caller, run.run, chat->after, 0, chat->include_usage);
  else
    response = co_await whole(request, run.user, run.run);
  add_rate_headers(outcome.limits, response);
  co_return response;
}

Awaitable<Response> OpenAiRoutes::read(Request& request) {
  const auto caller = co_await sign_in(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto wanted = parse_read(request);
  if (!wanted) co_return error_response(wanted.error(), request);
  Response response;
  if (wanted->stream)
    response = co_await chunks(request, *caller, wanted->run, wanted->after, wanted->starting_after,
                               wanted->include_usage);
  else
    response = co_await whole(request, caller->user, wanted->run);
  co_return response;
}

Awaitable<Response> OpenAiRoutes::whole(const Request& request, std::string user, RunId run) {
  transport::ClientPresence client(request);
  services::WaitFor how;
  how.client = &client;
  how.deadline = Deadline::in(config_.wait, context_.clock);
  const auto answer = co_await context_.runs.wait(*request.loop, std::move(user), run, how);
  const bool is_late = !answer && answer.error().code == ErrorCode::deadline_exceeded;
  if (!client.is_gone() && !is_late) context_.runs.answer_delivered(run);
  if (!answer) co_return of_run(error_response(in_chat_terms(answer.error()), request), run);
  co_return of_run(named(json_response(render_completion(run, *answer)), request), run);
}

Awaitable<Response> OpenAiRoutes::chunks(const Request& request, Caller caller, RunId run,
                                         std::optional<Position> after, std::uint64_t starting_after,
                                         bool include_usage) {
  const Format& chunk_format = format(include_usage ? ShowUsage::at_end : ShowUsage::never);
  auto log = co_await context_.runs.open(*request.loop, caller.user, run, after);
  if (!log) co_return of_run(error_response(in_chat_terms(log.error()), request), run);
  if (starting_after != 0) {
    log =
        co_await services::continue_at_message(*request.loop, std::move(*log), chunk_format, starting_after);
    if (!log) log = at_number(log.error());
    if (!log) co_return of_run(error_response(in_chat_terms(log.error()), request), run);
  }
  context_.authenticator.stream_found(request, caller);
  if (log->is_over || request.method == "HEAD")
    co_return of_run(named(log->is_over ? no_content() : stream_head(chunk_format), request), run);
  auto source = std::make_unique<NotedDelivery>(
      context_.runs.read(*request.loop, std::move(*log), chunk_format), context_.runs, run);
  co_return of_run(
      named(stream_of(request, context_, caller, std::move(source), chunk_format, config_.retry_base),
            request),
      run);
}

Awaitable<Response> OpenAiRoutes::cancel(Request& request) {
  const auto caller = co_await sign_in(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto run = parse_completion_id(request.capture("completion_id"));
  if (!run) co_return error_response(run.error(), request);
  const auto cancelled = co_await context_.runs.cancel(*request.loop, caller->user, *run);
  if (!cancelled) co_return error_response(in_chat_terms(cancelled.error()), request);
  co_return of_run(named(no_content(), request), *run);
}

Awaitable<Response> OpenAiRoutes::models(Request& request) {
  const auto caller = co_await sign_in(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto runtime = context_.runtime.take();
  const auto tier =
      co_await context_.users.tier(*request.loop, deadline_of(request), runtime->tiers, *caller);
  if (!tier) co_return error_response(tier.error(), request);
  co_return named(json_response(render_models(services::models_for(*runtime, *tier))), request);
}

Awaitable<Response> OpenAiRoutes::model(Request& request) {
  const auto caller = co_await sign_in(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto runtime = context_.runtime.take();
  const auto tier =
      co_await context_.users.tier(*request.loop, deadline_of(request), runtime->tiers, *caller);
  if (!tier) co_return error_response(tier.error(), request);
  const std::string_view alias = request.capture("model");
  for (const Model* model : services::models_for(*runtime, *tier))
    if (model->alias == alias) co_return named(json_response(render_model(*model)), request);
  co_return error_response(no_such_model(), request);
}

Surface make(const SurfaceContext* context, const OpenAiConfig& config) {
  struct Handlers {
    OpenAiRoutes chat;
    responses::ResponsesRoutes responses;
  };
  std::shared_ptr<Handlers> owner;
  if (context) owner.reset(new Handlers{{*context, config}, {*context, config}});
  auto routes = OpenAiRoutes::routes(config, owner ? &owner->chat : nullptr);
  for (transport::Route& route :
       responses::ResponsesRoutes::routes(config, owner ? &owner->responses : nullptr))
    routes.push_back(std::move(route));
  Surface surface;
  surface.routes = auth::sign_in_before_body(std::move(routes), context ? &context->authenticator : nullptr,
                                             auth::Anonymous::refused, auth::ApiKey::accepted);
  surface.owner = std::move(owner);
  surface.ticket_patterns = {config.prefix + "/v1/chat/completions/{completion_id}",
                             config.prefix + "/v1/responses/{response_id}"};
  surface.error_shapes = {{config.prefix + "/v1", &error_shape()}};
  return surface;
}

}  // namespace belay::surfaces::openai
