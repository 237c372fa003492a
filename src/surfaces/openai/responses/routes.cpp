#include "surfaces/openai/responses/routes.hpp"

#include <utility>

#include <fmt/format.h>

#include "services/runs/log_tail.hpp"
#include "services/runs/message_position.hpp"
#include "services/runs/read_to_end.hpp"
#include "surfaces/delivery.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/openai/options.hpp"
#include "surfaces/openai/parse.hpp"
#include "surfaces/openai/responses/given_items.hpp"
#include "surfaces/openai/responses/names.hpp"
#include "surfaces/openai/responses/render.hpp"
#include "surfaces/openai/run_response.hpp"
#include "surfaces/response.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::openai::responses {
namespace {

using transport::Request;
using transport::Response;

Error in_responses_terms(Error error) {
  if (error.code == ErrorCode::not_found && error.field == kAboutRun) return no_such_response();
  return in_openai_terms(std::move(error));
}

// A conversation does not grow without end, whatever its images weigh to the model.
Error too_much_before(ByteCount max) {
  return make_error(
      ErrorCode::payload_too_large,
      fmt::format("The responses that this request refers to have more than {} bytes together. Begin a new "
                  "conversation, or send the input without them.",
                  max.value),
      std::string(kAboutPrevious));
}

bool is_no_repeat(const Error& error) {
  return error.code == ErrorCode::not_found && error.field == services::kAboutKey;
}

bool is_gone(const Error& error) {
  return error.code == ErrorCode::not_found || error.code == ErrorCode::expired;
}

Error still_in_progress(std::string place) {
  return make_error(
      ErrorCode::invalid_request,
      "This response is still being made. Wait until it has ended, or cancel it, and try again.",
      std::move(place));
}

}  // namespace

std::vector<transport::Route> ResponsesRoutes::routes(const OpenAiConfig& config, ResponsesRoutes* self) {
  const std::string base = config.prefix + "/v1/responses";
  const std::string response = base + "/{response_id}";
  const ByteCount none{0};
  return {
      {"POST", base, [self](Request& r) { return self->create(r); }, config.max_body, "openai.respond"},
      {"GET", response, [self](Request& r) { return self->read(r); }, none, "openai.response"},
      {"DELETE", response, [self](Request& r) { return self->remove(r); }, none, "openai.delete_response"},
      {"POST", response + "/cancel", [self](Request& r) { return self->cancel(r); }, none,
       "openai.cancel_response"},
      {"GET", response + "/input_items", [self](Request& r) { return self->input_items(r); }, none,
       "openai.input_items"},
  };
}

Awaitable<Result<Caller>> ResponsesRoutes::sign_in(const Request& request) {
  co_return co_await context_.authenticator.authenticate(request, auth::QueryToken::refused,
                                                         auth::ApiKey::accepted);
}

Awaitable<Response> ResponsesRoutes::create(Request& request) {
  const auto caller = co_await sign_in(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto create = parse_create(request, config_);
  if (!create) co_return error_response(create.error(), request);
  const services::StartOutcome outcome = co_await start(request, *caller, *create);
  if (!outcome.run)
    co_return error_response(in_responses_terms(outcome.run.error()), outcome.limits, request);
  const services::StartedRun& run = *outcome.run;
  Response response;
  if (create->stream)
    response = co_await events(request, *caller, run.run, create->after, std::nullopt);
  else if (create->facts.background)
    response =
        co_await current(request, run.user, run.run, run.is_repeated ? Asked::later : Asked::when_started);
  else
    response = co_await whole(request, run.user, run.run);
  add_rate_headers(outcome.limits, response);
  co_return response;
}

// A repeated request is the run under way, whatever has become of the responses that it refers to.
Awaitable<services::StartOutcome> ResponsesRoutes::start(const Request& request, const Caller& caller,
                                                         CreateRequest& create) {
  using Attempt = services::StartRun::Attempt;
  create.start.caller = caller;
  create.start.deadline = deadline_of(request);
  const bool may_repeat = !create.start.key.empty() || create.start.attempt == Attempt::later;
  if (may_repeat && (create.previous || !create.referred.empty())) {
    services::StartOutcome known = co_await find_repeated(request, create.start);
    if (known.run || create.start.must_repeat || !is_no_repeat(known.run.error())) co_return known;
  }
  auto turns = co_await turns_of(request, caller.user, create);
  if (!turns) co_return services::StartOutcome{turns.error(), {}, {}, {}};
  if (const auto added = add_prompt(create, config_, *turns); !added)
    co_return services::StartOutcome{added.error(), {}, {}, {}};
  co_return co_await context_.runs.start(*request.loop, std::move(create.start));
}

Awaitable<services::StartOutcome> ResponsesRoutes::find_repeated(const Request& request,
                                                                 const services::StartRun& start) {
  services::StartRun known;
  known.caller = start.caller;
  known.surface = start.surface;
  known.mode = start.mode;
  known.key = start.key;
  known.digest = start.digest;
  known.attempt = start.attempt;
  known.must_repeat = true;
  known.deadline = start.deadline;
  co_return co_await context_.runs.start(*request.loop, std::move(known));
}

Awaitable<Result<StoredTurns>> ResponsesRoutes::turns_of(const Request& request, std::string user,
                                                         const CreateRequest& create) {
  StoredTurns turns;
  std::uint64_t size = 0;
  std::vector<RunId> wanted = create.referred;
  if (create.previous) wanted.push_back(*create.previous);
  for (const RunId& run : wanted) {
    if (turns.contains(run)) continue;
    auto log = co_await context_.runs.open(*request.loop, user, run, std::nullopt);
    if (!log && is_gone(log.error())) continue;
    if (!log) co_return log.error();
    if (!log->has_ended)
      co_return still_in_progress(std::string(run == create.previous ? kAboutPrevious : kAboutInput));
    auto turn = co_await turn_of(request, std::move(*log));
    if (!turn) co_return turn.error();
    if (turn->request.mode != kMode || !decode_facts(turn->request.surface_data).store) continue;
    if (run != create.previous) turn->request = {};  // only its items are wanted
    size += size_of(*turn);
    if (size > config_.max_body.value) co_return too_much_before(config_.max_body);
    turns.emplace(run, std::move(*turn));
  }
  co_return turns;
}

Awaitable<Result<StoredTurn>> ResponsesRoutes::turn_of(const Request& request, services::OpenLog log) {
  auto source = context_.runs.read(*request.loop, std::move(log), turn_format());
  const auto bytes =
      co_await services::read_to_end(*request.loop, std::move(source), deadline_of(request), nullptr);
  if (!bytes) co_return bytes.error();
  co_return read_turn(*bytes);
}

Awaitable<Response> ResponsesRoutes::read(Request& request) {
  const auto caller = co_await sign_in(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto wanted = parse_read(request);
  if (!wanted) co_return error_response(wanted.error(), request);
  Response response;
  if (wanted->stream)
    response = co_await events(request, *caller, wanted->run, wanted->after, wanted->number);
  else
    response = co_await current(request, caller->user, wanted->run, Asked::later);
  co_return response;
}

// Fails with `deadline_exceeded` or `cancelled` if the wait ends early.
Awaitable<Result<std::string>> ResponsesRoutes::ended(const Request& request, services::OpenLog log) {
  transport::ClientPresence client(request);
  auto source = context_.runs.read(*request.loop, std::move(log), whole_format());
  const Deadline deadline = Deadline::in(config_.wait, context_.clock);
  co_return co_await services::read_to_end(*request.loop, std::move(source), deadline, &client);
}

Awaitable<Response> ResponsesRoutes::whole(const Request& request, std::string user, RunId run) {
  auto log = co_await context_.runs.open(*request.loop, std::move(user), run, std::nullopt);
  if (!log) co_return of_run(error_response(in_responses_terms(log.error()), request), run);
  auto bytes = co_await ended(request, std::move(*log));
  if (!bytes) co_return of_run(error_response(bytes.error(), request), run);
  context_.runs.answer_delivered(run);
  auto response = split_whole(std::move(*bytes));
  if (!response) co_return of_run(error_response(response.error(), request), run);
  // A failed request is an error to every client. GET shows what there is of its response.
  if (response->failure) co_return of_run(error_response(*response->failure, request), run);
  co_return of_run(named(json_response(std::move(response->object)), request), run);
}

Awaitable<Response> ResponsesRoutes::current(const Request& request, std::string user, RunId run,
                                             Asked asked) {
  auto log = co_await context_.runs.open(*request.loop, std::move(user), run, std::nullopt);
  if (!log) co_return of_run(error_response(in_responses_terms(log.error()), request), run);
  std::string object;
  if (log->has_ended) {
    auto bytes = co_await ended(request, std::move(*log));
    if (!bytes) co_return of_run(error_response(bytes.error(), request), run);
    auto response = split_whole(std::move(*bytes));
    if (!response) co_return of_run(error_response(response.error(), request), run);
    object = std::move(response->object);
  } else {
    const bool is_begun = services::tail_of(*log).last.offset > 1;
    const Progress progress = asked == Asked::later && is_begun ? Progress::in_progress : Progress::queued;
    auto source = context_.runs.read(*request.loop, std::move(*log), current_format(progress));
    auto bytes = co_await services::read_first(*request.loop, std::move(source), deadline_of(request));
    if (!bytes) co_return of_run(error_response(bytes.error(), request), run);
    object = std::move(*bytes);
  }
  if (asked == Asked::later) context_.runs.answer_delivered(run);
  co_return of_run(named(json_response(std::move(object)), request), run);
}

Awaitable<Response> ResponsesRoutes::events(const Request& request, Caller caller, RunId run,
                                            std::optional<Position> after,
                                            std::optional<std::uint64_t> number) {
  auto log = co_await context_.runs.open(*request.loop, caller.user, run, after);
  if (!log) co_return of_run(error_response(in_responses_terms(log.error()), request), run);
  if (number) {
    log = co_await services::continue_at_message(*request.loop, std::move(*log), format(), *number);
    if (!log) log = at_number(log.error());
    if (!log) co_return of_run(error_response(in_responses_terms(log.error()), request), run);
  }
  context_.authenticator.stream_found(request, caller);
  if (request.method == "HEAD") co_return of_run(named(stream_head(format()), request), run);
  // An EventSource comes back with a position until it gets a 204. The SDKs expect a stream, even if it is empty.
  if (log->is_over && after) co_return of_run(named(no_content(), request), run);
  auto source = std::make_unique<NotedDelivery>(context_.runs.read(*request.loop, std::move(*log), format()),
                                                context_.runs, run);
  co_return of_run(
      named(stream_of(request, context_, caller, std::move(source), format(), config_.retry_base), request),
      run);
}

Awaitable<Response> ResponsesRoutes::cancel(Request& request) {
  const auto caller = co_await sign_in(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto run = parse_response_id(request.capture("response_id"));
  if (!run) co_return error_response(run.error(), request);
  const auto cancelled = co_await context_.runs.cancel(*request.loop, caller->user, *run);
  if (!cancelled) co_return error_response(in_responses_terms(cancelled.error()), request);
  auto log = co_await context_.runs.open(*request.loop, caller->user, *run, std::nullopt);
  if (!log) co_return of_run(error_response(in_responses_terms(log.error()), request), *run);
  auto bytes = co_await ended(request, std::move(*log));
  if (!bytes) co_return of_run(error_response(bytes.error(), request), *run);
  auto response = split_whole(std::move(*bytes));
  if (!response) co_return of_run(error_response(response.error(), request), *run);
  co_return of_run(named(json_response(std::move(response->object)), request), *run);
}

Awaitable<Response> ResponsesRoutes::remove(Request& request) {
  const auto caller = co_await sign_in(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto run = parse_response_id(request.capture("response_id"));
  if (!run) co_return error_response(run.error(), request);
  auto log = co_await context_.runs.open(*request.loop, caller->user, *run, std::nullopt);
  if (!log) co_return of_run(error_response(in_responses_terms(log.error()), request), *run);
  auto source = context_.runs.read(*request.loop, std::move(*log), turn_format());
  const auto begin = co_await services::read_first(*request.loop, std::move(source), deadline_of(request));
  if (!begin) co_return of_run(error_response(begin.error(), request), *run);
  const auto turn = read_turn(*begin);
  if (!turn) co_return of_run(error_response(turn.error(), request), *run);
  // Answers in conversations are deleted with these.
  if (turn->request.surface != kSurface) co_return of_run(error_response(no_such_response(), request), *run);
  Erasure erasure;
  erasure.what = Erasure::What::run;
  erasure.user = caller->user;
  erasure.surface = kSurface;
  erasure.conversation = run->text();
  const auto report =
      co_await context_.erasures.erase(*request.loop, deadline_of(request), std::move(erasure));
  if (!report) co_return of_run(error_response(report.error(), request), *run);
  co_return of_run(named(json_response(render_deleted(*run)), request), *run);
}

Awaitable<Response> ResponsesRoutes::input_items(Request& request) {
  const auto caller = co_await sign_in(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto run = parse_response_id(request.capture("response_id"));
  if (!run) co_return error_response(run.error(), request);
  const auto page = parse_items_page(request);
  if (!page) co_return error_response(page.error(), request);
  auto log = co_await context_.runs.open(*request.loop, caller->user, *run, std::nullopt);
  if (!log) co_return of_run(error_response(in_responses_terms(log.error()), request), *run);
  auto source = context_.runs.read(*request.loop, std::move(*log), turn_format());
  const auto begin = co_await services::read_first(*request.loop, std::move(source), deadline_of(request));
  if (!begin) co_return of_run(error_response(begin.error(), request), *run);
  const auto turn = read_turn(*begin);
  if (!turn) co_return of_run(error_response(turn.error(), request), *run);
  auto list = render_items(items_of(turn->request), *page);
  if (!list) co_return of_run(error_response(list.error(), request), *run);
  co_return of_run(named(json_response(std::move(*list)), request), *run);
}

}  // namespace belay::surfaces::openai::responses
