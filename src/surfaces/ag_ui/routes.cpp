#include "surfaces/ag_ui/routes.hpp"

#include <utility>

#include "auth/head_check.hpp"
#include "surfaces/ag_ui/errors.hpp"
#include "surfaces/ag_ui/render.hpp"
#include "surfaces/chat/cursor.hpp"
#include "surfaces/client_place.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/response.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::ag_ui {
namespace {

using services::StartRun;
using transport::Request;
using transport::Response;

// A page is filled with so many messages.
constexpr std::size_t kPage = 500;
constexpr ByteCount kMaxStop{4096};

Response refused(const Error& error, const Request& request) {
  return error_response(in_ag_ui_terms(error), request);
}

// Of a run that this user has started.
Error in_stream_terms(Error error) {
  if (error.code == ErrorCode::not_found)
    return make_error(ErrorCode::expired,
                      "This answer was removed with its thread. Ask again, with a new runId.",
                      std::string(kAboutRun));
  if (error.code == ErrorCode::expired)
    return make_error(ErrorCode::expired,
                      "The events of this run are no longer kept. Ask again, with a new runId.",
                      std::string(kAboutRun));
  return error;
}

Error no_such_run() {
  return make_error(ErrorCode::not_found,
                    "There is no run with this threadId and runId. Send it without Last-Event-ID.",
                    std::string(kAboutRun));
}

// Everything of a start that does not depend on what is asked.
StartRun named_run(const Request& request, const Caller& caller, const RunName& name) {
  StartRun start;
  start.caller = caller;
  start.deadline = deadline_of(request);
  start.surface = kSurface;
  start.mode = kRunMode;
  start.conversation = name.thread;
  // The name is enough: a client that comes back may have another list of messages.
  start.key = name.key();
  return start;
}

}  // namespace

std::vector<transport::Route> AgUiRoutes::routes(const AgUiConfig& config, AgUiRoutes* self) {
  const std::string base = config.prefix + "/ag-ui";
  const std::string thread = base + "/{threadId}";
  const ByteCount none{0};
  return {
      {"POST", base, [self](Request& r) { return self->run(r); }, config.max_body, "ag_ui.run"},
      {"POST", thread + "/stop", [self](Request& r) { return self->stop(r); }, kMaxStop, "ag_ui.stop"},
      {"GET", thread + "/messages", [self](Request& r) { return self->messages(r); }, none, "ag_ui.messages"},
      {"DELETE", thread, [self](Request& r) { return self->remove(r); }, none, "ag_ui.delete"},
  };
}

// ---- POST /ag-ui

Awaitable<Response> AgUiRoutes::run(Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto json = parse_json_object(request);
  if (!json) co_return refused(json.error(), request);
  const BodyObject body(std::move(*json), {});
  const auto name = parse_run_name(body);
  if (!name) co_return refused(name.error(), request);
  const auto options = parse_reading_options(request);
  if (!options) co_return refused(options.error(), request);
  const auto known = co_await find_run(request, *caller, *name);
  if (!known) co_return refused(known.error(), request);
  if (*known) co_return co_await events(request, *caller, **known, options->after);
  if (options->after) co_return refused(no_such_run(), request);

  auto input = parse_input(body, config_);
  if (!input) co_return refused(input.error(), request);
  const services::StartOutcome outcome =
      co_await start_run(request, *caller, *name, std::move(*input), options->may_restart);
  if (!outcome.run) {
    Error error = in_ag_ui_terms(outcome.run.error());
    co_return error_response(error, outcome.limits, request);
  }
  Response response = co_await events(request, *caller, outcome.run->run, std::nullopt);
  add_rate_headers(outcome.limits, response);
  co_return response;
}

Awaitable<Result<std::optional<RunId>>> AgUiRoutes::find_run(const Request& request, const Caller& caller,
                                                             const RunName& name) {
  StartRun known = named_run(request, caller, name);
  known.must_repeat = true;
  const services::StartOutcome outcome = co_await context_.runs.start(*request.loop, std::move(known));
  if (outcome.run) co_return std::optional(outcome.run->run);
  if (outcome.run.error().code == ErrorCode::not_found) co_return std::optional<RunId>();
  co_return outcome.run.error();
}

Awaitable<services::StartOutcome> AgUiRoutes::start_run(const Request& request, const Caller& caller,
                                                        const RunName& name, RunInput input,
                                                        bool may_restart) {
  const auto place = co_await place_of(request, caller, name.thread, input);
  if (!place) co_return services::StartOutcome{place.error(), {}, {}, {}};
  StartRun start = named_run(request, caller, name);
  start.replaces = *place;
  // Such a question is the stored one, and an answer that goes on has none.
  if (!start.replaces || start.replaces->how == Branch::Kind::edit) start.prompt = std::move(input.question);
  start.model = std::move(input.model);
  start.recipe = std::make_unique<prompts::ClientConversationRecipe>(std::move(input.said), kAboutMessages);
  start.tools = std::move(input.tools);
  start.may_restart = may_restart;
  start.streams_parts = true;
  start.unwatched = Unwatched::never();
  services::StartOutcome outcome = co_await context_.runs.start(*request.loop, std::move(start));
  const bool again = *place && (*place)->how == Branch::Kind::regenerate;
  if (!outcome.run || outcome.run->is_repeated || !again) co_return outcome;
  // The answer that is made again is not wanted any more.
  for (const services::RunningAnswer& each : context_.runs.running(caller.user, std::string(kSurface)))
    if (each.conversation == name.thread && each.run == (*place)->message.run)
      static_cast<void>(co_await context_.runs.cancel(*request.loop, caller.user, each.run));
  co_return outcome;
}

Awaitable<Result<std::optional<StartRun::Replaces>>> AgUiRoutes::place_of(const Request& request,
                                                                          const Caller& caller,
                                                                          const std::string& thread,
                                                                          const RunInput& input) {
  const Deadline deadline = deadline_of(request);
  const std::string surface(kSurface);
  if (input.has_results && input.called_by) {
    const auto running = context_.runs.find_unstored(caller.user, surface, *input.called_by);
    const auto stored = co_await context_.conversations.find_message(*request.loop, deadline, caller.user,
                                                                     surface, *input.called_by);
    if (!stored) co_return stored.error();
    const bool is_here =
        *stored ? (*stored)->conversation == thread : running && running->conversation == thread;
    if (is_here)
      co_return std::optional(StartRun::Replaces{Branch::Kind::continuation, *input.called_by, true});
  }
  ShownMessages shown;
  shown.surface = surface;
  shown.conversation = thread;
  shown.regenerates = true;
  shown.question = input.question;
  shown.answer_before = input.answer_before;
  shown.question_id = input.question_id;
  const auto place = co_await find_place(context_, *request.loop, deadline, caller.user, shown);
  if (!place) co_return place.error();
  co_return place->replaces;
}

Awaitable<Response> AgUiRoutes::events(const Request& request, const Caller& caller, RunId run,
                                       std::optional<Position> after) {
  auto log = co_await context_.runs.open(*request.loop, caller.user, run, after);
  Response response;
  if (!log)
    response = refused(in_stream_terms(log.error()), request);
  else
    response = stream_response(request, context_, caller, std::move(*log), format(), config_.retry_base);
  response.headers.push_back({"x-belay-run-id", run.text()});
  co_return response;
}

// ---- A thread

Awaitable<Response> AgUiRoutes::stop(Request& request) {
  Loop& loop = *request.loop;
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto wanted = parse_stop(request.body);
  if (!wanted) co_return refused(wanted.error(), request);
  const std::string thread(request.capture("threadId"));
  const std::string surface(kSurface);
  bool is_running = false;
  for (const services::RunningAnswer& each : context_.runs.running(caller->user, surface)) {
    if (each.conversation != thread) continue;
    is_running = true;
    if (!wanted->empty() && *wanted != run_of_key(each.key, thread)) continue;
    const auto cancelled = co_await context_.runs.cancel(loop, caller->user, each.run);
    if (!cancelled && cancelled.error().code != ErrorCode::not_found)
      co_return refused(cancelled.error(), request);
  }
  if (!is_running) {
    const ConversationKey key{caller->user, surface, thread};
    const auto found = co_await context_.conversations.find(loop, deadline_of(request), key);
    if (!found) co_return refused(found.error(), request);
  }
  co_return json_response(R"({"success":true})");
}

Awaitable<Response> AgUiRoutes::messages(Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const std::string thread(request.capture("threadId"));
  const MessageFilter of{caller->user, std::string(kSurface), thread, {}, {}};
  std::optional<MessagePlace> before;
  if (const auto cursor = request.query_value("cursor"); cursor && !cursor->empty()) {
    const auto place = chat::parse_history_cursor(*cursor, of);
    if (!place) co_return refused(place.error(), request);
    before = *place;
  }
  // Before the page is read: an answer that ends in between is on the page.
  const auto running = context_.runs.running(caller->user, of.surface);
  auto page =
      co_await context_.conversations.messages(*request.loop, deadline_of(request), of, before, kPage);
  // A thread begins with its first message: until then it has none.
  if (!page && page.error().code == ErrorCode::not_found) page = MessagePage();
  if (!page) co_return refused(page.error(), request);
  std::optional<services::RunningAnswer> active;
  for (const services::RunningAnswer& each : running)
    if (each.conversation == thread) active = each;
  for (const StoredMessage& message : page->messages)
    if (active && message.role == Role::assistant && message.run == active->run) active.reset();
  co_return json_response(
      render_messages(*page, of, active ? run_of_key(active->key, thread) : std::string_view()));
}

Awaitable<Response> AgUiRoutes::remove(Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  Erasure erasure;
  erasure.what = Erasure::What::conversation;
  erasure.user = caller->user;
  erasure.surface = kSurface;
  erasure.conversation = request.capture("threadId");
  const auto report =
      co_await context_.erasures.erase(*request.loop, deadline_of(request), std::move(erasure));
  if (!report) co_return refused(report.error(), request);
  co_return no_content();
}

Surface make(const SurfaceContext* context, const AgUiConfig& config) {
  std::shared_ptr<AgUiRoutes> owner;
  if (context) owner = std::make_shared<AgUiRoutes>(*context, config);
  Surface surface;
  surface.routes = auth::sign_in_before_body(AgUiRoutes::routes(config, owner.get()),
                                             context ? &context->authenticator : nullptr);
  surface.owner = std::move(owner);
  surface.error_shapes = {{config.prefix + "/ag-ui", &error_shape()}};
  return surface;
}

}  // namespace belay::surfaces::ag_ui
