#include "surfaces/chat/ui/routes.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "services/runs/message_position.hpp"
#include "surfaces/chat/cursor.hpp"
#include "surfaces/chat/errors.hpp"
#include "surfaces/chat/parse.hpp"
#include "surfaces/chat/ui/render.hpp"
#include "surfaces/chat/ui/socket.hpp"
#include "surfaces/client_place.hpp"
#include "surfaces/delivery.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/response.hpp"
#include "surfaces/session_position.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::chat::ui {
namespace {

using transport::Request;
using transport::Response;

// A client with a position comes back to the answer that it was reading, if it is one of the chat's newest.
constexpr std::size_t kNewestRuns = 10;
// A page is filled with so many messages.
constexpr std::size_t kPage = 500;

Error in_ui_terms(const services::StartOutcome& refused, const services::RuntimeConfig& runtime) {
  Error error = in_chat_terms(refused, runtime, "with model");
  // An image or a file that the model does not take: the client can leave it out.
  if (error.code == ErrorCode::not_implemented && !error.field.empty()) {
    error.code = ErrorCode::invalid_request;
    error.detail.append(" (").append(error.field).append(")");
  }
  // It is called `model` here.
  if (error.field == "modelId") error.field = "model";
  if (error.field == "prompt") error.field = kAboutMessages;
  return error;
}

Result<std::optional<std::int64_t>> parse_start_index(const Request& request) {
  const auto text = request.query_value("startIndex");
  if (!text) return std::optional<std::int64_t>();
  std::int64_t index = 0;
  const char* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, index);
  if (read.ec != std::errc() || read.ptr != end)
    return make_error(
        ErrorCode::invalid_request,
        "startIndex must be a whole number: how many parts you have had, or below 0 how many of "
        "the last ones you want.",
        "startIndex");
  return std::optional(index);
}

ShownMessages shown_in(const ChatRequest& request) {
  ShownMessages shown;
  shown.surface = kSurface;
  shown.conversation = request.chat;
  shown.is_whole = request.said.is_whole;
  shown.regenerates = request.regenerates;
  shown.question = request.question;
  shown.answer_before = request.answer_before;
  shown.question_id = request.question_id;
  shown.named = request.named;
  return shown;
}

// Nothing can be resumed.
bool is_nothing(const Error& error) {
  return error.code == ErrorCode::not_found || error.code == ErrorCode::expired;
}

}  // namespace

Awaitable<Started> start_answer(const SurfaceContext& context, Loop& loop, Deadline deadline, Caller caller,
                                ChatRequest request, std::string key, std::string digest) {
  if (request.answer_before) context.runs.answer_seen(request.answer_before->run);
  const ShownMessages shown = shown_in(request);
  auto place = co_await find_place(context, loop, deadline, caller.user, shown);
  if (!place) co_return Started{in_chat_terms(place.error()), {}};
  services::StartRun start;
  start.caller = caller;
  start.deadline = deadline;
  start.surface = kSurface;
  start.mode = "chat";
  start.conversation = place->conversation;
  start.model = std::move(request.model);
  start.replaces = place->replaces;
  // A question that is asked again is the stored one.
  const bool again = start.replaces && start.replaces->how == Branch::Kind::regenerate;
  if (!again) start.prompt = std::move(request.question);
  start.recipe = std::make_unique<prompts::ClientConversationRecipe>(std::move(request.said), kAboutMessages);
  start.tools = std::move(request.tools);
  start.key = std::move(key);
  start.digest = std::move(digest);
  start.streams_parts = true;
  start.unwatched = Unwatched::never();
  const bool is_keyed = !start.key.empty();
  const services::StartOutcome outcome = co_await context.runs.start(loop, std::move(start));
  if (!outcome.run)
    co_return Started{in_ui_terms(outcome, *context.runtime.take()), std::move(place->conversation),
                      outcome.limits};
  // The answer that is made again is not wanted any more.
  if (again && !is_keyed) {
    const RunId replaced = place->replaces->message.run;
    const auto running = context.runs.running(caller.user, std::string(kSurface));
    for (const services::RunningAnswer& each : running) {
      const bool is_named = request.named && each.run == request.named->run;
      if (each.conversation != place->conversation || each.run == outcome.run->run) continue;
      if (each.run == replaced || is_named)
        static_cast<void>(co_await context.runs.cancel(loop, caller.user, each.run));
    }
  }
  co_return Started{outcome.run->run, std::move(place->conversation), outcome.limits};
}

namespace {

// The run that an id means: a run's own, or the one of the chat that has `tag`, or its newest.
Awaitable<Result<std::optional<RunId>>> find_run(const SurfaceContext& context, Loop& loop, Deadline deadline,
                                                 const std::string& user, const std::string& id,
                                                 const std::optional<SessionPosition>& after) {
  const ConversationKey key{user, std::string(kSurface), id};
  const auto runs = co_await context.conversations.newest_runs(loop, deadline, key, kNewestRuns);
  if (!runs) co_return runs.error();
  if (runs->empty()) co_return RunId::parse(id);
  if (!after) co_return std::optional(runs->front());
  for (const RunId& run : *runs)
    if (tag_of(run) == after->turn) co_return std::optional(run);
  co_return make_error(ErrorCode::expired,
                       "This position belongs to an earlier answer. Read the stream without a position.",
                       "Last-Event-ID");
}

}  // namespace

Awaitable<Result<std::optional<Answer>>> find_answer(const SurfaceContext& context, Loop& loop,
                                                     Deadline deadline, std::string user, std::string id,
                                                     std::optional<Position> after) {
  std::optional<SessionPosition> from;
  if (after) from = from_the_wire(*after);
  const auto run = co_await find_run(context, loop, deadline, user, id, from);
  if (!run) co_return run.error();
  if (!*run) co_return std::optional<Answer>();
  std::optional<Position> position;
  if (from) position = from->position;
  auto log = co_await context.runs.open(loop, std::move(user), **run, position);
  if (!log && !after && is_nothing(log.error())) co_return std::optional<Answer>();
  if (!log) co_return stream_error(log.error(), "id");
  co_return std::optional(Answer{**run, std::move(*log)});
}

std::vector<transport::Route> UiRoutes::routes(const ChatConfig& config, UiRoutes* self) {
  const std::string base = config.prefix + "/api/chat";
  const ByteCount none{0};
  return {
      {"POST", base, [self](Request& r) { return self->send(r); }, config.max_messages_body, "chat.ui_send"},
      {"GET", base + "/{id}/stream", [self](Request& r) { return self->stream(r); }, none, "chat.ui_stream"},
      {"POST", base + "/{id}/stop", [self](Request& r) { return self->stop(r); }, config.max_messages_body,
       "chat.ui_stop"},
      {"GET", base + "/{id}/messages", [self](Request& r) { return self->messages(r); }, none,
       "chat.ui_messages"},
      {"GET", base + "/socket", [self](Request& r) { return self->socket(r); }, none, "chat.ui_socket"},
  };
}

Response UiRoutes::chunks(const Request& request, const Caller& caller, const RunId& run,
                          services::OpenLog log) {
  const bool is_over = log.is_over;
  Response response;
  if (is_over) {
    response = no_content();
  } else if (request.method == "HEAD") {
    response = stream_head(format());
  } else {
    auto source = std::make_unique<NotedDelivery>(context_.runs.read(*request.loop, std::move(log), format()),
                                                  context_.runs, run);
    response = stream_of(request, context_, caller, std::move(source), format(), config_.retry_base);
  }
  if (!is_over) response.headers.push_back({"x-vercel-ai-ui-message-stream", "v1"});
  response.headers.push_back({"x-workflow-run-id", run.text()});
  return response;
}

// ---- POST /api/chat

Awaitable<Response> UiRoutes::send(Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto parsed = parse_chat_request(request.body, config_);
  if (!parsed) co_return error_response(parsed.error(), request);
  auto key = parse_idempotency_key(request);
  if (!key) co_return error_response(key.error(), request);
  std::string digest;
  if (!key->empty()) digest = digest_of(request.body);
  const Deadline deadline = deadline_of(request);
  const Started started = co_await start_answer(context_, *request.loop, deadline, *caller,
                                                std::move(*parsed), std::move(*key), std::move(digest));
  if (!started.run) co_return error_response(started.run.error(), started.limits, request);
  auto log = co_await context_.runs.open(*request.loop, caller->user, *started.run, std::nullopt);
  if (!log) co_return error_response(stream_error(log.error(), "id"), request);
  Response response = chunks(request, *caller, *started.run, std::move(*log));
  add_rate_headers(started.limits, response);
  co_return response;
}

// ---- GET /api/chat/{id}/stream

Awaitable<Response> UiRoutes::stream(Request& request) {
  Loop& loop = *request.loop;
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto after = parse_resume(request);
  if (!after) co_return error_response(after.error(), request);
  const auto index = parse_start_index(request);
  if (!index) co_return error_response(index.error(), request);
  std::string id(request.capture("id"));
  auto answer =
      co_await find_answer(context_, loop, deadline_of(request), caller->user, std::move(id), *after);
  if (!answer) co_return error_response(answer.error(), request);
  if (!*answer) co_return no_content();
  const RunId run = (*answer)->run;
  services::OpenLog log = std::move((*answer)->log);
  const bool wants_all = !*after && !*index;
  if (wants_all && log.has_ended && context_.runs.was_seen(run)) co_return no_content();
  std::optional<std::uint64_t> parts;  // that there are, without the last message
  if (!*after && *index) {
    std::uint64_t number = static_cast<std::uint64_t>(std::max<std::int64_t>(**index, 0));
    if (**index < 0) {
      const auto count = co_await services::count_messages_of(loop, log, format().dialect);
      if (!count) co_return error_response(stream_error(count.error(), "id"), request);
      parts = *count - (log.has_ended ? 1 : 0);
      const std::uint64_t wanted = std::uint64_t{0} - static_cast<std::uint64_t>(**index);
      number = *parts - std::min(*parts, wanted);
    }
    auto placed = co_await services::continue_at_message(loop, std::move(log), format(), number);
    if (!placed) co_return error_response(stream_error(placed.error(), "startIndex"), request);
    log = std::move(*placed);
  }
  context_.authenticator.stream_found(request, *caller);
  Response response = chunks(request, *caller, run, std::move(log));
  if (parts)
    response.headers.push_back(
        {"x-workflow-stream-tail-index", fmt::format("{}", static_cast<std::int64_t>(*parts) - 1)});
  co_return response;
}

// ---- POST /api/chat/{id}/stop

Awaitable<Response> UiRoutes::stop(Request& request) {
  Loop& loop = *request.loop;
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto wanted = parse_stop(request.body);
  if (!wanted) co_return error_response(wanted.error(), request);
  const std::string id(request.capture("id"));
  const std::string surface(kSurface);
  bool is_running = false;
  for (const services::RunningAnswer& each : context_.runs.running(caller->user, surface)) {
    if (each.conversation != id && each.run != RunId::parse(id)) continue;
    is_running = true;
    if (wanted->names_run && wanted->run != each.run) continue;  // an earlier one's
    const auto cancelled = co_await context_.runs.cancel(loop, caller->user, each.run);
    if (!cancelled && cancelled.error().code != ErrorCode::not_found)
      co_return error_response(cancelled.error(), request);
  }
  if (!is_running && !RunId::parse(id)) {
    const ConversationKey key{caller->user, surface, id};
    const auto chat = co_await context_.conversations.find(loop, deadline_of(request), key);
    if (!chat) {
      Error error = in_chat_terms(chat.error());
      if (error.field == "chatId") error.field = "id";
      co_return error_response(error, request);
    }
  }
  co_return json_response(R"({"success":true})");
}

// ---- GET /api/chat/{id}/messages

Awaitable<Response> UiRoutes::messages(Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const std::string id(request.capture("id"));
  const MessageFilter of{caller->user, std::string(kSurface), id, {}, {}};
  std::optional<MessagePlace> before;
  if (const auto cursor = request.query_value("cursor"); cursor && !cursor->empty()) {
    const auto place = parse_history_cursor(*cursor, of);
    if (!place) co_return error_response(place.error(), request);
    before = *place;
  }
  // Before the page is read: an answer that ends in between is on the page.
  const auto running = context_.runs.running(caller->user, of.surface);
  auto page =
      co_await context_.conversations.messages(*request.loop, deadline_of(request), of, before, kPage);
  // A chat begins with its first message: until then it has none.
  if (!page && page.error().code == ErrorCode::not_found) page = MessagePage();
  if (!page) co_return error_response(page.error(), request);
  std::string active;
  for (const services::RunningAnswer& each : running)
    if (each.conversation == id) active = each.run.text();
  const StoredMessage* newest = nullptr;
  for (const StoredMessage& message : page->messages) {
    if (message.role != Role::assistant) continue;
    if (active == message.run.text()) active.clear();
    newest = &message;
  }
  // The client has the answer: it need not be replayed.
  if (newest && !before) context_.runs.answer_seen(newest->run);
  co_return json_response(render_messages(*page, of, active));
}

Awaitable<Response> UiRoutes::socket(Request& request) {
  return open_socket(request, context_, config_);
}

}  // namespace belay::surfaces::chat::ui
