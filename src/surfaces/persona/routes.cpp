#include "surfaces/persona/routes.hpp"

#include "auth/head_check.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/persona/errors.hpp"
#include "surfaces/persona/socket.hpp"
#include "surfaces/removal.hpp"
#include "surfaces/response.hpp"
#include "surfaces/session_position.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::persona {

std::vector<transport::Route> PersonaRoutes::routes(const PersonaSurfaceConfig& config, PersonaRoutes* self) {
  const std::string& base = config.prefix;
  const ByteCount body = config.max_body;
  return {
      {"POST", base + "/chat/start", [self](transport::Request& r) { return self->start(r); }, body,
       "persona.start"},
      {"POST", base + "/chat/stream", [self](transport::Request& r) { return self->stream(r); }, body,
       "persona.stream"},
      {"GET", base + "/chat/stream", [self](transport::Request& r) { return self->resume(r); }, ByteCount{0},
       "persona.join"},
      {"DELETE", base + "/chat/stream", [self](transport::Request& r) { return self->cancel(r); },
       ByteCount{0}, "persona.cancel"},
      {"DELETE", base + "/chat/session", [self](transport::Request& r) { return self->delete_session(r); },
       ByteCount{0}, "persona.delete_session"},
      {"POST", base + "/chat/message", [self](transport::Request& r) { return self->message(r); }, body,
       "persona.message"},
      {"GET", base + "/chat/ws", [self](transport::Request& r) { return self->socket(r); }, ByteCount{0},
       "persona.socket"},
      {"GET", base + "/chat/personas", [self](transport::Request& r) { return self->personas(r); },
       ByteCount{0}, "persona.personas"},
      {"POST", base + "/coach", [self](transport::Request& r) { return self->coach(r); }, body,
       "persona.coach"},
  };
}

Awaitable<Result<Caller>> PersonaRoutes::identify(const transport::Request& request,
                                                  auth::QueryToken query_token) {
  if (config_.anonymous && !context_.authenticator.has_credentials(request))
    co_return auth::Authenticator::anonymous(request);
  co_return co_await context_.authenticator.authenticate(request, query_token);
}

Result<std::string> PersonaRoutes::user_of(const Caller& caller, const std::string& user_id) {
  if (!caller.is_signed_in()) {
    if (user_id.empty()) return make_error(ErrorCode::invalid_request, "user_id is missing.", "user_id");
    return anonymous_user(user_id);
  }
  if (!user_id.empty() && user_id != caller.user)
    return make_error(ErrorCode::forbidden,
                      "user_id is not the user who is signed in. Leave it out, or sign in as that user.",
                      "user_id");
  return caller.user;
}

// ---- Sessions

Awaitable<transport::Response> PersonaRoutes::start(transport::Request& request) {
  const auto caller = co_await identify(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto start = parse_start(request);
  if (!start) co_return error_response(start.error(), request);
  if (const auto user = user_of(*caller, start->user_id); !user)
    co_return error_response(user.error(), request);

  const auto runtime = context_.runtime.take();
  const auto choice = runtime->personas.choose(start->persona);
  services::Sessions::NewSession wanted;
  wanted.caller = *caller;
  wanted.surface = kSurface;
  wanted.persona = choice.persona->name;
  if (!caller->is_signed_in()) wanted.project = start->user_id;
  wanted.deadline = deadline_of(request);
  const auto created = co_await context_.sessions.create(*request.loop, std::move(wanted));
  std::vector<LimitStatus> limits;
  if (created.limit) limits.push_back(*created.limit);
  if (!created.session) co_return error_response(created.session.error(), limits, request);
  std::string body = "{\"session_id\":\"" + created.session->id + "\"";
  append_choice(choice, body);
  body.append(",\"expires_at\":\"").append(iso8601(created.session->expires)).append("\"}");
  transport::Response response = json_response(std::move(body));
  add_rate_headers(limits, response);
  co_return response;
}

Awaitable<Result<Session>> PersonaRoutes::find_session(const transport::Request& request,
                                                       const Caller& caller, std::string id) {
  if (const auto fits = check_session_id(id); !fits) co_return fits.error();
  const std::string surface(kSurface);
  auto found =
      co_await context_.sessions.find(*request.loop, deadline_of(request), caller, surface, std::move(id));
  if (!found) co_return in_persona_terms(found.error());
  co_return found;
}

// ---- Asking

Awaitable<PersonaRoutes::Asked> PersonaRoutes::ask(transport::Request& request) {
  Asked asked;
  const auto caller = co_await identify(request);
  if (!caller) {
    asked.refusal = error_response(caller.error(), request);
    co_return asked;
  }
  auto start = parse_ask(request, config_);
  if (!start) {
    asked.refusal = error_response(start.error(), request);
    co_return asked;
  }
  asked.has_key = !start->key.empty();
  start->caller = *caller;
  asked.caller = *caller;
  start->deadline = deadline_of(request);
  services::StartOutcome outcome = co_await context_.runs.start(*request.loop, std::move(*start));
  if (!outcome.run) {
    asked.refusal = error_response(in_persona_terms(outcome.run.error()), outcome.limits, request);
    co_return asked;
  }
  asked.run = std::move(*outcome.run);
  asked.limits = std::move(outcome.limits);
  co_return asked;
}

// ---- Reading

Awaitable<transport::Response> PersonaRoutes::stream(transport::Request& request) {
  if (resumes(request)) co_return co_await resume(request);
  Asked asked = co_await ask(request);
  if (asked.refusal) co_return std::move(*asked.refusal);
  auto log = co_await context_.runs.open(*request.loop, asked.run->user, asked.run->run, std::nullopt);
  if (!log) co_return error_response(log.error(), request);
  transport::Response response = read(request, asked.caller, std::move(*log));
  add_rate_headers(asked.limits, response);
  co_return response;
}

Awaitable<transport::Response> PersonaRoutes::resume(transport::Request& request) {
  const auto caller = co_await identify(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto id = parse_session_id(request);
  if (!id) co_return error_response(id.error(), request);
  const auto position = parse_resume(request);
  if (!position) co_return error_response(position.error(), request);
  const auto session = co_await find_session(request, *caller, std::move(*id));
  if (!session) co_return error_response(session.error(), request);
  if (session->runs.empty()) co_return error_response(no_answer_yet(), request);

  SessionPosition after{static_cast<std::uint32_t>(session->runs.size() - 1), {1, 0}};
  if (*position) after = from_the_wire(**position);
  if (after.turn >= session->runs.size()) co_return error_response(ahead_of_session(), request);
  const std::string user = services::owner_of(*session);
  auto log = co_await context_.runs.open(*request.loop, user, session->runs[after.turn], after.position);
  if (!log) co_return error_response(log.error(), request);
  if (caller->is_signed_in()) context_.authenticator.stream_found(request, *caller);
  co_return read(request, *caller, std::move(*log));
}

transport::Response PersonaRoutes::read(const transport::Request& request, const Caller& caller,
                                        services::OpenLog log) {
  const Format& format = asks_for_event_stream(request) ? format_with_ids() : format_without_ids();
  return stream_response(request, context_, caller, std::move(log), format, config_.retry_base);
}

Awaitable<transport::Response> PersonaRoutes::socket(transport::Request& request) {
  if (auto refusal = transport::refuse_handshake(request)) co_return std::move(*refusal);
  if (const auto fine = context_.authenticator.check_origin(request); !fine)
    co_return error_response(fine.error(), request);
  const auto caller = co_await identify(request, auth::QueryToken::accepted);
  if (!caller) co_return error_response(caller.error(), request);
  auto id = parse_session_id(request);
  if (!id) co_return error_response(id.error(), request);
  std::optional<SessionPosition> after;
  if (const auto text = request.query_value("last_event_id"); text && !text->empty()) {
    const auto parsed = parse_event_id(*text);
    if (!parsed) co_return error_response(parsed.error(), request);
    after = *parsed;
  }
  const auto session = co_await find_session(request, *caller, std::move(*id));
  if (!session) co_return error_response(session.error(), request);
  if (caller->is_signed_in()) context_.authenticator.stream_found(request, *caller);
  auto chat = std::make_shared<ChatSocket>(context_, config_, *caller, *session, after);
  co_return socket_response(request, context_, *caller, ChatSocket::handler(std::move(chat)), socket_format(),
                            config_.retry_base);
}

Awaitable<transport::Response> PersonaRoutes::message(transport::Request& request) {
  if (const auto fine = refuse_resume(request); !fine) co_return error_response(fine.error(), request);
  Asked asked = co_await ask(request);
  if (asked.refusal) co_return std::move(*asked.refusal);
  transport::ClientPresence client(request);
  services::WaitFor how;
  how.client = &client;
  // Requirement X5. An answer that nobody else reads is cancelled when its client goes: the client cannot resume
  // it, and the user's slot is needed. With an Idempotency-Key the client can ask for the answer again; then
  // engine.unwatched_grace decides.
  how.cancel_if_unread = !asked.has_key;
  const auto answer = co_await context_.runs.wait(*request.loop, asked.run->user, asked.run->run, how);
  if (!answer) co_return error_response(answer.error(), request);
  transport::Response response = json_response(render_answer(asked.run->session, *answer));
  add_rate_headers(asked.limits, response);
  co_return response;
}

Awaitable<transport::Response> PersonaRoutes::cancel(transport::Request& request) {
  const auto caller = co_await identify(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto id = parse_session_id(request);
  if (!id) co_return error_response(id.error(), request);
  const auto session = co_await find_session(request, *caller, std::move(*id));
  if (!session) co_return error_response(session.error(), request);
  // No more than this many runs can be running.
  const auto runtime = context_.runtime.take();
  const auto limits =
      policy::limits_of(runtime->rules.at(std::string(kSurface)), kMessageMode, policy::subject_of(*caller));
  std::uint64_t left = limits.front().max;
  const std::string user = services::owner_of(*session);
  for (auto run = session->runs.rbegin(); run != session->runs.rend() && left > 0; ++run) {
    if (*run == RunId()) continue;
    --left;
    const auto cancelled = co_await context_.runs.cancel(*request.loop, user, *run);
    if (!cancelled && cancelled.error().code != ErrorCode::not_found)
      co_return error_response(cancelled.error(), request);
  }
  co_return no_content();
}

Awaitable<transport::Response> PersonaRoutes::delete_session(transport::Request& request) {
  const auto caller = co_await identify(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto id = parse_session_id(request);
  if (!id) co_return error_response(id.error(), request);
  const auto session = co_await find_session(request, *caller, std::move(*id));
  // Deleted before, perhaps by this very request.
  if (!session && session.error().code == ErrorCode::not_found) co_return no_content();
  if (!session) co_return error_response(session.error(), request);
  const std::string user = services::owner_of(*session);
  co_return co_await remove_conversation(request, context_, user, kSurface, session->conversation);
}

Awaitable<transport::Response> PersonaRoutes::personas(transport::Request& request) {
  const auto caller = co_await identify(request);
  if (!caller) co_return error_response(caller.error(), request);
  co_return json_response(render_personas(context_.runtime.take()->personas));
}

Surface make(const SurfaceContext* context, const PersonaSurfaceConfig& config) {
  std::shared_ptr<PersonaRoutes> owner;
  if (context) owner = std::make_shared<PersonaRoutes>(*context, config);
  Surface surface;
  surface.routes = auth::sign_in_before_body(
      PersonaRoutes::routes(config, owner.get()), context ? &context->authenticator : nullptr,
      config.anonymous ? auth::Anonymous::allowed : auth::Anonymous::refused);
  surface.owner = std::move(owner);
  surface.ticket_patterns = {config.prefix + "/chat/stream?session_id={session_id}",
                             config.prefix + "/chat/ws?session_id={session_id}"};
  return surface;
}

}  // namespace belay::surfaces::persona
