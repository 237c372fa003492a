#include "surfaces/chat/routes.hpp"

#include <algorithm>

#include "auth/head_check.hpp"
#include "base/await.hpp"
#include "policy/admission.hpp"
#include "surfaces/caller_tier.hpp"
#include "surfaces/chat/model_choice.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/limits.hpp"
#include "surfaces/session_position.hpp"
#include "surfaces/stream_start.hpp"
#include "transport/sse/sse_frame.hpp"

namespace belay::surfaces::chat {
namespace {

constexpr ByteCount kMaxReactionBody{1024};
constexpr PageSize kExportPage{200, 1_MiB};

transport::Response json_response(std::string body) {
  transport::Response response;
  response.headers.push_back({"Content-Type", "application/json"});
  response.headers.push_back({"Cache-Control", "no-store"});
  response.body = std::move(body);
  return response;
}

transport::Response nothing() {
  transport::Response response;
  response.status = 204;
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

Error unknown_session() {
  return make_error(ErrorCode::not_found, "There is no such session. Check its id, or start one.",
                    "sessionId");
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

Awaitable<Result<Session>> ChatRoutes::find_session(Loop& loop, std::string user, std::string id) {
  const SessionKey key{std::move(id), std::move(user), std::string(kSurface)};
  auto found = co_await call<&SessionStore::find_session>(loop, Deadline::never(), parts_.sessions, key);
  if (!found) co_return found.error();
  if (!*found) co_return unknown_session();
  co_return std::move(**found);
}

Awaitable<Result<Conversation>> ChatRoutes::find_chat(Loop& loop, std::string user, std::string id) {
  const ConversationKey key{std::move(user), std::string(kSurface), std::move(id)};
  auto found = co_await call<&ConversationStore::find_conversation>(loop, Deadline::never(),
                                                                    parts_.conversations, key);
  if (!found) co_return found.error();
  if (!*found) co_return make_error(ErrorCode::not_found, "There is no such chat. Check its id.", "chatId");
  co_return std::move(**found);
}

Awaitable<transport::Response> ChatRoutes::stream(transport::Request& request) {
  Loop& loop = *request.loop;
  const auto caller = co_await parts_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto id = parse_session_id(request);
  if (!id) co_return error_response(id.error(), request);
  const auto resume = parse_resume(request);
  if (!resume) co_return error_response(resume.error(), request);
  const auto session = co_await find_session(loop, caller->user, *id);
  if (!session) co_return error_response(session.error(), request);
  if (session->runs.empty()) co_return error_response(unknown_session(), request);

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
  auto log = co_await parts_.engine.find(loop, session->runs[after.turn], caller->user);
  if (!log) co_return error_response(log.error(), request);
  const Offset terminal = (*log)->terminal();
  // An expired session stays readable while its answer is being generated. A reader with a position may also
  // finish reading.
  if (session->expires <= parts_.engine.clock().wall() && terminal != 0 && !*resume) {
    const Error ended =
        make_error(ErrorCode::expired, "This session has ended. Start a new one.", "sessionId");
    co_return error_response(ended, request);
  }
  if (const auto fine = (*log)->check(after.position); !fine) co_return error_response(fine.error(), request);
  parts_.authenticator.stream_found(request, *caller);
  const Milliseconds retry = transport::jittered_retry(parts_.config.retry_base, parts_.random);
  co_return stream_response(request, parts_.engine, std::move(*log), dialect_, after.position, retry);
}

Awaitable<transport::Response> ChatRoutes::cancel(transport::Request& request) {
  Loop& loop = *request.loop;
  const auto caller = co_await parts_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto id = parse_session_id(request);
  if (!id) co_return error_response(id.error(), request);
  const auto session = co_await find_session(loop, caller->user, *id);
  if (!session) co_return error_response(session.error(), request);
  if (session->runs.empty()) co_return nothing();
  const auto cancelled = co_await parts_.engine.cancel(loop, session->runs.back(), caller->user);
  if (!cancelled) co_return error_response(cancelled.error(), request);
  co_return nothing();
}

Awaitable<transport::Response> ChatRoutes::history(transport::Request& request) {
  Loop& loop = *request.loop;
  const auto caller = co_await parts_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto query = parse_history(request, parts_.config);
  if (!query) co_return error_response(query.error(), request);
  query->of.user = caller->user;
  query->of.surface = kSurface;
  PageSize size;
  size.messages = query->limit;
  const auto page = co_await call<&ConversationStore::page>(loop, Deadline::never(), parts_.conversations,
                                                            query->of, query->before, size);
  if (!page) co_return error_response(page.error(), request);
  if (page->messages.empty() && !query->of.conversation.empty()) {
    // The conversation is empty, or it does not exist for this caller.
    const auto chat = co_await find_chat(loop, caller->user, query->of.conversation);
    if (!chat) co_return error_response(chat.error(), request);
  }
  co_return json_response(render_history(*page, query->of));
}

Awaitable<transport::Response> ChatRoutes::models(transport::Request& request) {
  const auto caller = co_await parts_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const std::shared_ptr<const RuntimeConfig> live = parts_.live.take();
  const auto tier = co_await tier_of(*request.loop, parts_.sessions, live->tiers, *caller);
  if (!tier) co_return error_response(tier.error(), request);
  co_return json_response(render_models(models_for(*live, *tier), live->tiers.name(*tier)));
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
  const auto caller = co_await parts_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto id = parse_message_id(request.capture("id"));
  if (!id) co_return error_response(id.error(), request);
  if (!reaction) {
    const auto given = parse_reaction(request);
    if (!given) co_return error_response(given.error(), request);
    reaction = *given;
  }
  const std::string surface(kSurface);
  const Result<> done = co_await call<&ConversationStore::react>(
      *request.loop, Deadline::never(), parts_.conversations, caller->user, surface, *id, *reaction);
  if (!done) co_return error_response(done.error(), request);
  co_return nothing();
}

Awaitable<transport::Response> ChatRoutes::chats(transport::Request& request) {
  const auto caller = co_await parts_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto query = parse_list(request, parts_.config);
  if (!query) co_return error_response(query.error(), request);
  const std::string surface(kSurface);
  const auto page =
      co_await call<&ConversationStore::conversations>(*request.loop, Deadline::never(), parts_.conversations,
                                                       caller->user, surface, query->after, query->limit);
  if (!page) co_return error_response(page.error(), request);
  co_return json_response(render_chats(*page));
}

Awaitable<transport::Response> ChatRoutes::export_chat(transport::Request& request) {
  Loop& loop = *request.loop;
  const auto caller = co_await parts_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto format = exports::format_from(request.query_value("format").value_or("json"));
  if (!format) {
    const Error unknown = make_error(ErrorCode::invalid_request, "format must be json, md or pdf.", "format");
    co_return error_response(unknown, request);
  }
  const std::string id(request.capture("chatId"));
  const auto chat = co_await find_chat(loop, caller->user, id);
  if (!chat) co_return error_response(chat.error(), request);

  transport::Response response;
  response.headers = {{"Content-Type", std::string(exports::content_type(*format))},
                      {"Cache-Control", "no-store"},
                      {"Content-Disposition", "attachment; filename=\"conversation." +
                                                  std::string(exports::file_extension(*format)) + "\""}};
  if (request.method == "HEAD") co_return response;

  // Requirement X21. The reservation is held until the body is destroyed: after its last byte, or when the
  // client disconnects.
  Engine& engine = parts_.engine;
  if (const auto open = engine.accepts_runs(); !open && open.error().code == ErrorCode::draining)
    co_return error_response(open.error(), request);
  const auto rules = policy::export_limits(parts_.live.take()->policy, caller->user);
  const auto checks = checks_of(rules);
  const Reservation reservation = engine.counters().reserve_all(checks, engine.clock().wall());
  if (!reservation.granted) {
    engine.observer().limit_refused(rules[reservation.limit.value_or(0)].name);
    co_return error_response(rules, reservation, request);
  }
  exports::ExportBody::Order order;
  order.closed = [&counters = engine.counters(), keys = concurrent_keys(checks)] { counters.release(keys); };
  order.user = caller->user;
  order.format = *format;
  order.heading = {chat->title, id, engine.clock().wall()};
  order.next = messages_of({caller->user, std::string(kSurface), id});
  order.max_time = parts_.exports.max_time;
  transport::StreamBody body;
  body.source = std::make_unique<exports::ExportBody>(loop, parts_.heavy_workers, std::move(order));
  response.body = std::move(body);
  co_return response;
}

// Returns a chat's messages page by page, for as long as they are requested.
exports::NextMessages ChatRoutes::messages_of(ConversationKey key) {
  struct Reading {
    std::optional<MessagePlace> after;
    bool over = false;
  };
  return [&store = parts_.conversations, reading = std::make_shared<Reading>(),
          key = std::move(key)](UniqueFunction<void(Result<std::vector<StoredMessage>>)> done) {
    if (reading->over) return done(std::vector<StoredMessage>());
    auto sent = [reading, done = std::move(done)](Result<NextPage> page) mutable {
      if (!page) return done(page.error());
      reading->after = page->last;
      reading->over = !page->last;
      done(std::move(page->messages));
    };
    store.read_forward(key, reading->after, kExportPage, std::move(sent));
  };
}

Surface make(const SurfaceContext* context, const ChatConfig& config) {
  std::shared_ptr<ChatRoutes> owner;
  if (context)
    owner = std::make_shared<ChatRoutes>(ChatRoutes::Parts{
        context->engine, context->conversations, context->sessions, context->authenticator, context->runtime,
        context->random, context->export_pool, config, context->exports, context->cache});
  Surface surface;
  surface.routes = auth::sign_in_before_body(ChatRoutes::routes(config, owner.get()),
                                             context ? &context->authenticator : nullptr);
  surface.owner = std::move(owner);
  surface.ticket_patterns = {config.prefix + "/api/chat/stream?sessionId={sessionId}"};
  surface.longest_window = [](const policy::Config& limits) { return limits.chat.rate_window; };
  surface.limits_of = [](const policy::Config& limits, const LedgerRow& row) {
    return policy::chat_limits(limits, row.user);
  };
  return surface;
}

}  // namespace belay::surfaces::chat
