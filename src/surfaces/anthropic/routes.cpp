#include "surfaces/anthropic/routes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "auth/head_check.hpp"
#include "services/models.hpp"
#include "services/runs/read_to_end.hpp"
#include "surfaces/anthropic/errors.hpp"
#include "surfaces/anthropic/parse.hpp"
#include "surfaces/anthropic/render.hpp"
#include "surfaces/anthropic/token_count.hpp"
#include "surfaces/delivery.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/response.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::anthropic {
namespace {

using transport::Request;
using transport::Response;

// Every successful response has both names of the request's id, as errors do.
Response named(Response response, const Request& request) {
  response.headers.push_back({"request-id", request.request_id});
  return response;
}
Response of_run(Response response, const RunId& run) {
  response.headers.push_back({"x-belay-run-id", run.text()});
  return response;
}

// The services call an unknown model a wrong request, and a run a request.
Error in_anthropic_terms(Error error) {
  if (error.code == ErrorCode::invalid_request && error.field == services::kAboutModel)
    error.code = ErrorCode::not_found;
  if (error.code == ErrorCode::not_found && error.field == "request_id") return no_such_message();
  return error;
}

Error no_such_model() {
  return make_error(ErrorCode::not_found,
                    "There is no such model. GET /v1/models lists those that you may use.",
                    std::string(services::kAboutModel));
}

// A model that everything fits: counting is not asking.
Result<TokenCount> count_of(const CountRequest& wanted, const RuntimeConfig& runtime) {
  Model any;
  any.window = {std::uint64_t{1} << 40};
  any.max_output = {1};
  any.images_allowed = true;
  any.files_allowed = true;
  const prompts::Persona persona;
  const auto built = wanted.recipe->build({runtime.prompts, any, persona, {}, {}, false, false});
  if (!built) return built.error();
  return count_prompt(built->system, built->messages, wanted.tools);
}

}  // namespace

std::vector<transport::Route> AnthropicRoutes::routes(const AnthropicConfig& config, AnthropicRoutes* self) {
  const std::string base = config.prefix + "/v1/messages";
  const std::string message = base + "/{message_id}";
  const ByteCount none{0};
  return {
      {"POST", base, [self](Request& r) { return self->create(r); }, config.max_body, "anthropic.create"},
      {"POST", base + "/count_tokens", [self](Request& r) { return self->count(r); }, config.max_body,
       "anthropic.count"},
      {"GET", message, [self](Request& r) { return self->read(r); }, none, "anthropic.read"},
      {"POST", message + "/cancel", [self](Request& r) { return self->cancel(r); }, none, "anthropic.cancel"},
  };
}

Awaitable<Result<Caller>> AnthropicRoutes::sign_in(const Request& request) {
  co_return co_await context_.authenticator.authenticate(request, auth::QueryToken::refused,
                                                         auth::ApiKey::accepted);
}

Awaitable<Response> AnthropicRoutes::create(Request& request) {
  const auto caller = co_await sign_in(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto messages = parse_messages(request, config_);
  if (!messages) co_return error_response(messages.error(), request);
  messages->start.caller = *caller;
  messages->start.deadline = deadline_of(request);
  const services::StartOutcome outcome =
      co_await context_.runs.start(*request.loop, std::move(messages->start));
  if (!outcome.run)
    co_return error_response(in_anthropic_terms(outcome.run.error()), outcome.limits, request);
  const services::StartedRun& run = *outcome.run;
  Response response;
  if (messages->stream)
    response = co_await events(request, *caller, run.run, messages->after);
  else
    response = co_await whole(request, run.user, run.run);
  add_rate_headers(outcome.limits, response);
  co_return response;
}

Awaitable<Response> AnthropicRoutes::count(Request& request) {
  const auto caller = co_await sign_in(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto wanted = parse_count(request, config_);
  if (!wanted) co_return error_response(wanted.error(), request);
  const auto runtime = context_.runtime.take();
  if (!wanted->model.empty()) {
    const auto tier =
        co_await context_.users.tier(*request.loop, deadline_of(request), runtime->tiers, *caller);
    if (!tier) co_return error_response(tier.error(), request);
    const auto usable = services::models_for(*runtime, *tier);
    const bool is_known = std::any_of(usable.begin(), usable.end(),
                                      [&](const Model* model) { return model->alias == wanted->model; });
    if (!is_known) co_return error_response(no_such_model(), request);
  }
  const auto count = count_of(*wanted, *runtime);
  if (!count) co_return error_response(count.error(), request);
  co_return named(json_response(fmt::format(R"({{"input_tokens":{}}})", count->value)), request);
}

Awaitable<Response> AnthropicRoutes::read(Request& request) {
  const auto caller = co_await sign_in(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto wanted = parse_read(request);
  if (!wanted) co_return error_response(wanted.error(), request);
  Response response;
  if (wanted->stream)
    response = co_await events(request, *caller, wanted->run, wanted->after);
  else
    response = co_await whole(request, caller->user, wanted->run);
  co_return response;
}

Awaitable<Response> AnthropicRoutes::whole(const Request& request, std::string user, RunId run) {
  auto log = co_await context_.runs.open(*request.loop, std::move(user), run, std::nullopt);
  if (!log) co_return of_run(error_response(in_anthropic_terms(log.error()), request), run);
  transport::ClientPresence client(request);
  auto source = context_.runs.read(*request.loop, std::move(*log), whole_format());
  const Deadline deadline = Deadline::in(config_.wait, context_.clock);
  auto bytes = co_await services::read_to_end(*request.loop, std::move(source), deadline, &client);
  const bool is_late = !bytes && bytes.error().code == ErrorCode::deadline_exceeded;
  if (!client.is_gone() && !is_late) context_.runs.answer_delivered(run);
  if (!bytes) co_return of_run(error_response(bytes.error(), request), run);
  auto message = split_whole(std::move(*bytes));
  if (!message) co_return of_run(error_response(message.error(), request), run);
  co_return of_run(named(json_response(std::move(*message)), request), run);
}

Awaitable<Response> AnthropicRoutes::events(const Request& request, Caller caller, RunId run,
                                            std::optional<Position> after) {
  auto log = co_await context_.runs.open(*request.loop, caller.user, run, after);
  if (!log) co_return of_run(error_response(in_anthropic_terms(log.error()), request), run);
  context_.authenticator.stream_found(request, caller);
  if (log->is_over || request.method == "HEAD")
    co_return of_run(named(log->is_over ? no_content() : stream_head(format()), request), run);
  auto source = std::make_unique<NotedDelivery>(context_.runs.read(*request.loop, std::move(*log), format()),
                                                context_.runs, run);
  co_return of_run(
      named(stream_of(request, context_, caller, std::move(source), format(), config_.retry_base), request),
      run);
}

Awaitable<Response> AnthropicRoutes::cancel(Request& request) {
  const auto caller = co_await sign_in(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto run = parse_message_id(request.capture("message_id"));
  if (!run) co_return error_response(run.error(), request);
  const auto cancelled = co_await context_.runs.cancel(*request.loop, caller->user, *run);
  if (!cancelled) co_return error_response(in_anthropic_terms(cancelled.error()), request);
  co_return of_run(named(no_content(), request), *run);
}

Surface make(const SurfaceContext* context, const AnthropicConfig& config) {
  std::shared_ptr<AnthropicRoutes> owner;
  if (context) owner = std::make_shared<AnthropicRoutes>(*context, config);
  Surface surface;
  surface.routes = auth::sign_in_before_body(AnthropicRoutes::routes(config, owner.get()),
                                             context ? &context->authenticator : nullptr,
                                             auth::Anonymous::refused, auth::ApiKey::accepted);
  surface.owner = std::move(owner);
  surface.ticket_patterns = {config.prefix + "/v1/messages/{message_id}"};
  surface.error_shapes = {{config.prefix + "/v1/messages", &error_shape()}};
  return surface;
}

}  // namespace belay::surfaces::anthropic
