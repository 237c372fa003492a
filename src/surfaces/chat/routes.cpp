#include "surfaces/chat/routes.hpp"

#include "auth/head_check.hpp"
#include "exports/export_body.hpp"
#include "surfaces/chat/errors.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/response.hpp"
#include "surfaces/session_position.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::chat {
namespace {

constexpr ByteCount kMaxReactionBody{1024};

transport::Response refused(const Error& error, const transport::Request& request) {
  return error_response(in_chat_terms(error), request);
}

}  // namespace

std::vector<transport::Route> ChatRoutes::routes(const ChatConfig& config, ChatRoutes* self) {
  using transport::Request;
  const std::string chat = config.prefix + "/api/chat";
  return {
      {"POST", chat + "/start", [self](Request& r) { return self->start(r); }, config.max_body, "chat.start"},
      {"GET", chat + "/stream", [self](Request& r) { return self->stream(r); }, ByteCount{0}, "chat.stream"},
      {"DELETE", chat + "/stream", [self](Request& r) { return self->cancel(r); }, ByteCount{0},
       "chat.cancel"},
      {"GET", chat + "/history", [self](Request& r) { return self->history(r); }, ByteCount{0},
       "chat.history"},
      {"GET", chat + "/models", [self](Request& r) { return self->models(r); }, ByteCount{0}, "chat.models"},
      {"PUT", chat + "/messages/{id}/reaction", [self](Request& r) { return self->react(r); },
       kMaxReactionBody, "chat.react"},
      {"DELETE", chat + "/messages/{id}/reaction", [self](Request& r) { return self->unreact(r); },
       ByteCount{0}, "chat.unreact"},
      {"GET", chat + "/{chatId}/export", [self](Request& r) { return self->export_chat(r); }, ByteCount{0},
       "chat.export"},
      {"GET", chat + "s", [self](Request& r) { return self->chats(r); }, ByteCount{0}, "chat.list"},
  };
}

// ---- An answer

Awaitable<transport::Response> ChatRoutes::start(transport::Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto start = parse_start(request, config_);
  if (!start) co_return error_response(start.error(), request);
  start->caller = *caller;
  start->deadline = deadline_of(request);
  const services::StartOutcome outcome = co_await context_.runs.start(*request.loop, std::move(*start));
  if (!outcome.run) {
    const Error error = in_chat_terms(outcome, *context_.runtime.take());
    co_return error_response(error, outcome.limits, request);
  }
  const Session& session = outcome.run->session;
  transport::Response response = json_response(
      "{\"sessionId\":\"" + session.id + "\",\"chatId\":\"" + session.conversation + "\"}", 201);
  response.headers.push_back({"Location", config_.prefix + "/api/chat/stream?sessionId=" + session.id});
  add_rate_headers(outcome.limits, response);
  co_return response;
}

Awaitable<transport::Response> ChatRoutes::stream(transport::Request& request) {
  Loop& loop = *request.loop;
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto id = parse_session_id(request);
  if (!id) co_return error_response(id.error(), request);
  const auto resume = parse_resume(request);
  if (!resume) co_return error_response(resume.error(), request);
  const std::string surface(kSurface);
  const auto session =
      co_await context_.sessions.find(loop, deadline_of(request), *caller, surface, std::move(*id));
  if (!session) co_return refused(session.error(), request);
  if (session->runs.empty()) co_return refused(services::no_such_session(), request);

  // Without a position, the reader gets the newest answer; with one, the answer that the position belongs to.
  SessionPosition after{static_cast<std::uint32_t>(session->runs.size() - 1), {1, 0}};
  if (*resume) after = from_the_wire(**resume);
  if (after.turn >= session->runs.size()) {
    const Error ahead = make_error(ErrorCode::position_ahead,
                                   "This session has not come so far. Read its stream "
                                   "without a position.",
                                   "Last-Event-ID");
    co_return error_response(ahead, request);
  }
  auto log = co_await context_.runs.open(loop, caller->user, session->runs[after.turn], after.position);
  if (!log) co_return error_response(log.error(), request);
  // An expired session stays readable while its answer is being generated. A reader with a position may also
  // finish reading.
  if (session->expires <= context_.clock.wall() && log->has_ended && !*resume) {
    const Error ended =
        make_error(ErrorCode::expired, "This session has ended. Start a new one.", "sessionId");
    co_return error_response(ended, request);
  }
  context_.authenticator.stream_found(request, *caller);
  co_return stream_response(request, context_, *caller, std::move(*log), format(), config_.retry_base);
}

Awaitable<transport::Response> ChatRoutes::cancel(transport::Request& request) {
  Loop& loop = *request.loop;
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto id = parse_session_id(request);
  if (!id) co_return error_response(id.error(), request);
  const std::string surface(kSurface);
  const auto session =
      co_await context_.sessions.find(loop, deadline_of(request), *caller, surface, std::move(*id));
  if (!session) co_return refused(session.error(), request);
  if (session->runs.empty()) co_return no_content();
  const auto cancelled = co_await context_.runs.cancel(loop, caller->user, session->runs.back());
  if (!cancelled) co_return error_response(cancelled.error(), request);
  co_return no_content();
}

// ---- What is kept

Awaitable<transport::Response> ChatRoutes::history(transport::Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto query = parse_history(request, config_);
  if (!query) co_return error_response(query.error(), request);
  query->of.user = caller->user;
  query->of.surface = kSurface;
  const auto page = co_await context_.conversations.messages(*request.loop, deadline_of(request), query->of,
                                                             query->before, query->limit);
  if (!page) co_return refused(page.error(), request);
  co_return json_response(render_history(*page, query->of));
}

Awaitable<transport::Response> ChatRoutes::models(transport::Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const std::shared_ptr<const RuntimeConfig> runtime = context_.runtime.take();
  const auto tier =
      co_await context_.users.tier(*request.loop, deadline_of(request), runtime->tiers, *caller);
  if (!tier) co_return error_response(tier.error(), request);
  co_return json_response(render_models(services::models_for(*runtime, *tier), runtime->tiers.name(*tier)));
}

Awaitable<transport::Response> ChatRoutes::react(transport::Request& request) {
  return set_reaction(request, std::nullopt);
}

Awaitable<transport::Response> ChatRoutes::unreact(transport::Request& request) {
  return set_reaction(request, Reaction::none);
}

// Without a `reaction`, it is read from the body.
Awaitable<transport::Response> ChatRoutes::set_reaction(transport::Request& request,
                                                        std::optional<Reaction> reaction) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto id = parse_message_id(request.capture("id"));
  if (!id) co_return error_response(id.error(), request);
  if (!reaction) {
    const auto given = parse_reaction(request);
    if (!given) co_return error_response(given.error(), request);
    reaction = *given;
  }
  const std::string surface(kSurface);
  const Result<> done = co_await context_.conversations.react(*request.loop, deadline_of(request),
                                                              caller->user, surface, *id, *reaction);
  if (!done) co_return error_response(done.error(), request);
  co_return no_content();
}

Awaitable<transport::Response> ChatRoutes::chats(transport::Request& request) {
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto query = parse_list(request, config_);
  if (!query) co_return error_response(query.error(), request);
  const std::string surface(kSurface);
  const auto page = co_await context_.conversations.list(*request.loop, deadline_of(request), caller->user,
                                                         surface, query->after, query->limit);
  if (!page) co_return error_response(page.error(), request);
  co_return json_response(render_chats(*page));
}

Awaitable<transport::Response> ChatRoutes::export_chat(transport::Request& request) {
  Loop& loop = *request.loop;
  const auto caller = co_await context_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto format = exports::format_from(request.query_value("format").value_or("json"));
  if (!format) {
    const Error unknown = make_error(ErrorCode::invalid_request, "format must be json, md or pdf.", "format");
    co_return error_response(unknown, request);
  }
  const ConversationKey key{caller->user, std::string(kSurface), std::string(request.capture("chatId"))};
  const auto chat = co_await context_.conversations.find(loop, deadline_of(request), key);
  if (!chat) co_return refused(chat.error(), request);

  transport::Response response;
  response.headers = {{"Content-Type", std::string(exports::content_type(*format))},
                      {"Cache-Control", "no-store"},
                      {"Content-Disposition", "attachment; filename=\"conversation." +
                                                  std::string(exports::file_extension(*format)) + "\""}};
  if (request.method == "HEAD") co_return response;

  auto place = co_await context_.conversations.reserve_export(loop, deadline_of(request), *caller);
  if (!place.held) {
    std::vector<LimitStatus> limits;
    if (place.limit) limits.push_back(*place.limit);
    co_return error_response(place.held.error(), limits, request);
  }
  exports::ExportBody::Order order;
  // The place is held until the body is destroyed: after its last byte, or when the client disconnects.
  order.closed = [held = std::make_shared<services::Admission>(std::move(*place.held))] {
    *held = services::Admission();
  };
  order.user = caller->user;
  order.format = *format;
  order.heading = {chat->title, key.id, context_.clock.wall()};
  order.next = context_.conversations.read_all(key);
  order.max_time = context_.exports.max_time;
  transport::StreamBody body;
  body.source = std::make_unique<exports::ExportBody>(loop, context_.export_pool, std::move(order));
  body.watch = context_.streams.watch(loop, *caller, Milliseconds(0), nullptr);
  response.body = std::move(body);
  co_return response;
}

Surface make(const SurfaceContext* context, const ChatConfig& config) {
  std::shared_ptr<ChatRoutes> owner;
  if (context) owner = std::make_shared<ChatRoutes>(*context, config);
  Surface surface;
  surface.routes = auth::sign_in_before_body(ChatRoutes::routes(config, owner.get()),
                                             context ? &context->authenticator : nullptr);
  surface.owner = std::move(owner);
  surface.ticket_patterns = {config.prefix + "/api/chat/stream?sessionId={sessionId}"};
  return surface;
}

}  // namespace belay::surfaces::chat
