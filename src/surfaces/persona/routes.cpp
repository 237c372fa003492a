#include "surfaces/persona/routes.hpp"

#include "auth/head_check.hpp"
#include "base/await.hpp"
#include "base/run_id.hpp"
#include "policy/admission.hpp"
#include "prompts/token_estimate.hpp"
#include "surfaces/caller_tier.hpp"
#include "surfaces/conversation_prompt.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/limits.hpp"
#include "surfaces/persona/errors.hpp"
#include "surfaces/session_position.hpp"
#include "surfaces/stream_start.hpp"
#include "transport/client_network.hpp"
#include "transport/sse/sse_frame.hpp"

namespace belay::surfaces::persona {
namespace {

transport::Response no_content() {
  transport::Response response;
  response.status = 204;
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

}  // namespace

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
      {"POST", base + "/chat/message", [self](transport::Request& r) { return self->message(r); }, body,
       "persona.message"},
      {"GET", base + "/chat/personas", [self](transport::Request& r) { return self->personas(r); },
       ByteCount{0}, "persona.personas"},
      {"POST", base + "/coach", [self](transport::Request& r) { return self->coach(r); }, body,
       "persona.coach"},
  };
}

Awaitable<Result<PersonaRoutes::Caller>> PersonaRoutes::identify(const transport::Request& request) {
  if (parts_.config.anonymous && !parts_.authenticator.has_credentials(request)) co_return Caller();
  const auto caller = co_await parts_.authenticator.authenticate(request);
  if (!caller) co_return caller.error();
  co_return Caller(*caller);
}

Result<std::string> PersonaRoutes::user_of(const Caller& caller, const std::string& user_id) const {
  if (!caller) {
    if (user_id.empty()) return make_error(ErrorCode::invalid_request, "user_id is missing.", "user_id");
    return anonymous_user(user_id);
  }
  if (!user_id.empty() && user_id != caller->user)
    return make_error(ErrorCode::forbidden,
                      "user_id is not the user who is signed in. Leave it out, or sign in as that user.",
                      "user_id");
  return caller->user;
}

std::string PersonaRoutes::user_of(const Session& session) {
  return session.user.empty() ? anonymous_user(session.project) : session.user;
}

Awaitable<Result<std::string>> PersonaRoutes::tier_name(Loop& loop, const RuntimeConfig& live,
                                                        const Caller& caller) {
  if (!caller) co_return live.tiers.name(live.tiers.lowest());
  const auto tier = co_await tier_of(loop, parts_.sessions, live.tiers, *caller);
  if (!tier) co_return tier.error();
  co_return live.tiers.name(*tier);
}

policy::Subject PersonaRoutes::subject_of(const Caller& caller, const transport::Request& request) {
  if (caller) return {policy::Subject::Kind::user, caller->user};
  return {policy::Subject::Kind::address, transport::client_network(request.peer)};
}

policy::LimitRule PersonaRoutes::session_limit() const {
  return policy::session_requests("persona.session_requests", parts_.config.session_requests,
                                  "Start a new session with POST " + parts_.config.prefix + "/chat/start.");
}

const ModelTarget& PersonaRoutes::model_of(const RuntimeConfig& live, const std::string& alias) const {
  const ModelCatalogue& models = *live.models;
  if (const ModelTarget* chosen = models.find(alias)) return *chosen;
  if (const ModelTarget* configured = models.find(parts_.config.model)) return *configured;
  return *models.find(models.aliases().front());
}

// ---- Sessions

Awaitable<transport::Response> PersonaRoutes::start(transport::Request& request) {
  Loop& loop = *request.loop;
  const auto caller = co_await identify(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto start = parse_start(request);
  if (!start) co_return error_response(start.error(), request);
  const auto user = user_of(*caller, start->user_id);
  if (!user) co_return error_response(user.error(), request);

  if (const auto open = parts_.engine.accepts_runs(); !open) co_return error_response(open.error(), request);
  const auto live = parts_.live.take();
  const auto rules = policy::persona_session_limits(live->policy, subject_of(*caller, request));
  const auto checks = checks_of(rules);
  const Reservation reservation = parts_.engine.counters().reserve_all(checks, parts_.engine.clock().wall());
  if (!reservation.granted) {
    parts_.engine.observer().limit_refused(rules[reservation.limit.value_or(0)].name);
    co_return error_response(rules, reservation, request);
  }
  // Starting a session generates no answer. The slot was reserved only to check that one is free, and is
  // released.
  parts_.engine.counters().release(concurrent_keys(checks));

  const auto choice = live->personas.choose(start->persona);
  Session session;
  session.id = make_session_id(parts_.random);
  session.surface = kSurface;
  session.conversation = session.id;
  session.model = model_of(*live, {}).model.alias;
  session.persona = choice.persona->name;
  if (*caller)
    session.user = (*caller)->user;
  else
    session.project = start->user_id;  // the name that an anonymous caller gives themselves
  session.created = parts_.engine.clock().wall();
  session.expires = session.created + parts_.config.session_time;
  std::string body = "{\"session_id\":\"" + session.id + "\"";
  append_choice(choice, body);
  body.append(",\"expires_at\":\"").append(iso8601(session.expires)).append("\"}");

  const auto created =
      co_await call<&SessionStore::create_session>(loop, Deadline::never(), parts_.sessions, session);
  if (!created) co_return error_response(created.error(), request);
  transport::Response response = json_response(std::move(body));
  add_rate_headers(rules, reservation, response);
  co_return response;
}

Awaitable<Result<Session>> PersonaRoutes::find_session(Loop& loop, const Caller& caller, std::string id) {
  if (const auto fits = check_session_id(id); !fits) co_return fits.error();
  SessionKey key{std::move(id), caller ? caller->user : std::string(), std::string(kSurface)};
  auto found = co_await call<&SessionStore::find_session>(loop, Deadline::never(), parts_.sessions, key);
  if (!found) co_return found.error();
  if (!*found) co_return unknown_session();
  co_return std::move(**found);
}

// ---- Asking

// Counts the request in its session. Returns the updated session, whose last run is this one.
Awaitable<Result<Session>> PersonaRoutes::take_turn(Loop& loop, const Session& session, RunId run) {
  SessionUse use;
  use.session = {session.id, session.user, session.surface};
  use.run = run;
  use.now = parts_.engine.clock().wall();
  use.max_requests = parts_.config.session_requests;
  use.limit = "persona.session_requests";
  co_return co_await call<&SessionStore::use_session>(loop, Deadline::never(), parts_.sessions, use);
}

Awaitable<Result<RunRequest>> PersonaRoutes::build(Loop& loop, const RuntimeConfig& live,
                                                   const Session& session, const Ask& ask, RunId id) {
  const Model model = model_of(live, session.model).model;
  const std::string user = user_of(session);
  prompts::ConversationFacts facts;
  facts.system = prompts::system_prompt(*live.personas.choose(session.persona).persona, ask.breathing);
  facts.message = ask.message;
  facts.field = "message";
  ConversationKey conversation{user, session.surface, session.conversation};
  auto prompt = co_await build_conversation_prompt(loop, parts_.engine, parts_.conversations, live.prompts,
                                                   model, std::move(conversation), std::move(facts));
  if (!prompt) co_return prompt.error();

  RunRequest run;
  run.id = id;
  run.user = user;
  run.surface = session.surface;
  run.mode = kMessageMode;
  run.conversation = session.conversation;
  run.prompt = ask.message;
  run.prompt_tokens = prompts::message_tokens(ask.message);
  run.model = model.alias;
  run.system = std::move(prompt->system);
  run.messages = std::move(prompt->messages);
  run.turn = static_cast<std::uint32_t>(session.runs.size() - 1);
  run.may_restart = ask.may_restart;
  run.idempotency_key = ask.idempotency_key;
  run.body_digest = ask.body_digest;
  run.created = id.time;
  co_return run;
}

PersonaRoutes::Begun PersonaRoutes::refused(transport::Response refusal) {
  Begun begun;
  begun.refusal = std::move(refusal);
  return begun;
}

Awaitable<PersonaRoutes::Begun> PersonaRoutes::begin(transport::Request& request) {
  Loop& loop = *request.loop;
  const auto caller = co_await identify(request);
  if (!caller) co_return refused(error_response(caller.error(), request));
  const auto ask = parse_ask(request, parts_.config);
  if (!ask) co_return refused(error_response(ask.error(), request));
  auto session = co_await find_session(loop, *caller, ask->session_id);
  if (!session) co_return refused(error_response(session.error(), request));
  const std::shared_ptr<const RuntimeConfig> live = parts_.live.take();
  const std::string user = user_of(*session);
  Begun begun;
  begun.session = *session;
  begun.run = parts_.engine.make_id();
  begun.has_key = !ask->idempotency_key.empty();

  if (!ask->idempotency_key.empty()) {
    IdempotentAsk claimed{user, std::string(kSurface), ask->idempotency_key, ask->body_digest};
    const auto claim = co_await claim_key(parts_.engine, loop, std::move(claimed), begun.run);
    if (!claim) co_return refused(error_response(claim.error(), request));
    if (!claim->first) {
      begun.run = claim->run;
      co_return begun;
    }
  }
  std::vector<std::string> reserved;
  const auto release_all = [&] {
    parts_.engine.counters().release(reserved);
    if (!ask->idempotency_key.empty())
      parts_.engine.release_claim(user, std::string(kSurface), ask->idempotency_key);
  };

  if (const auto open = parts_.engine.accepts_runs(); !open) {
    release_all();
    co_return refused(error_response(open.error(), request));
  }
  // Checked before the window of messages is charged. use_session() makes the final check.
  if (session->runs.size() >= parts_.config.session_requests) {
    release_all();
    parts_.engine.observer().limit_refused(session_limit().name);
    co_return refused(session_used_up_response(session_limit(), request));
  }
  const auto tier = co_await tier_name(loop, *live, *caller);
  if (!tier) {
    release_all();
    co_return refused(error_response(tier.error(), request));
  }
  const auto rules = policy::persona_limits(live->policy, subject_of(*caller, request));
  const auto checks = checks_of(rules);
  const Reservation reservation = parts_.engine.counters().reserve_all(checks, parts_.engine.clock().wall());
  if (!reservation.granted) {
    release_all();
    parts_.engine.observer().limit_refused(rules[reservation.limit.value_or(0)].name);
    co_return refused(error_response(rules, reservation, request));
  }
  reserved = concurrent_keys(checks);

  const auto used = co_await take_turn(loop, *session, begun.run);
  if (!used) {
    release_all();
    if (used.error().code == ErrorCode::session_used_up) {
      parts_.engine.observer().limit_refused(session_limit().name);
      co_return refused(session_used_up_response(session_limit(), request));
    }
    co_return refused(error_response(in_persona_terms(used.error()), request));
  }
  const SessionKey key{session->id, session->user, session->surface};
  auto run = co_await build(loop, *live, *used, *ask, begun.run);
  if (!run) {
    release_all();
    parts_.sessions.release_use(key, begun.run, [](Result<>) {});
    co_return refused(error_response(run.error(), request));
  }
  run->tier = *tier;
  run->reserved = std::move(reserved);
  const auto started = co_await parts_.engine.start(loop, std::move(*run));
  if (!started) {
    parts_.sessions.release_use(key, begun.run, [](Result<>) {});
    co_return refused(error_response(started.error(), request));
  }
  transport::Response granted;
  add_rate_headers(rules, reservation, granted, SessionLeft{session_limit(), used->runs.size()});
  begun.headers = std::move(granted.headers);
  co_return begun;
}

// ---- Reading

Awaitable<transport::Response> PersonaRoutes::stream(transport::Request& request) {
  if (resumes(request)) co_return co_await resume(request);
  Begun begun = co_await begin(request);
  if (begun.refusal) co_return std::move(*begun.refusal);
  const std::string user = user_of(begun.session);
  auto log = co_await parts_.engine.find(*request.loop, begun.run, user);
  if (!log) co_return error_response(log.error(), request);
  transport::Response response = co_await read(request, std::move(*log), Position{1, 0});
  for (transport::Header& header : begun.headers) response.headers.push_back(std::move(header));
  co_return response;
}

Awaitable<transport::Response> PersonaRoutes::resume(transport::Request& request) {
  Loop& loop = *request.loop;
  const auto caller = co_await identify(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto id = parse_session_id(request);
  if (!id) co_return error_response(id.error(), request);
  const auto position = parse_resume(request);
  if (!position) co_return error_response(position.error(), request);
  const auto session = co_await find_session(loop, *caller, std::move(*id));
  if (!session) co_return error_response(session.error(), request);
  if (session->runs.empty()) co_return error_response(no_answer_yet(), request);

  SessionPosition after{static_cast<std::uint32_t>(session->runs.size() - 1), {1, 0}};
  if (*position) after = from_the_wire(**position);
  if (after.turn >= session->runs.size()) co_return error_response(ahead_of_session(), request);
  const RunId run = session->runs[after.turn];
  auto log = co_await parts_.engine.find(loop, run, user_of(*session));
  if (!log) co_return error_response(log.error(), request);
  if (const auto fine = (*log)->check(after.position); !fine) co_return error_response(fine.error(), request);
  if (*caller) parts_.authenticator.stream_found(request, **caller);
  co_return co_await read(request, std::move(*log), after.position);
}

Awaitable<transport::Response> PersonaRoutes::read(transport::Request& request,
                                                   std::shared_ptr<LogBuffer> log, Position after) {
  const PersonaDialect& dialect = asks_for_event_stream(request) ? with_ids_ : without_ids_;
  const Milliseconds retry = transport::jittered_retry(parts_.config.retry_base, parts_.random);
  co_return stream_response(request, parts_.engine, std::move(log), dialect, after, retry);
}

Awaitable<Result<WholeAnswer>> PersonaRoutes::wait_for(Loop& loop, RunId run, std::string user,
                                                       Milliseconds max_wait,
                                                       transport::ClientPresence& client) {
  auto log = co_await parts_.engine.find(loop, run, std::move(user));
  if (!log) co_return log.error();
  auto subscription = parts_.engine.subscribe(loop, std::move(*log), whole_answer_dialect(), Position{1, 0});
  co_return co_await read_whole_answer(loop, std::move(subscription), max_wait, client);
}

// Requirement X5. An answer that nobody else reads is cancelled immediately: its client waited for all of it
// and cannot resume it, and the user's slot is needed. With an Idempotency-Key the client can ask for the
// answer again; then engine.unwatched_grace decides.
Awaitable<> PersonaRoutes::leave(Loop& loop, const Begun& begun, std::string user) {
  if (begun.has_key) co_return;
  const auto log = co_await parts_.engine.find(loop, begun.run, user);
  if (!log || (*log)->terminal() != 0 || (*log)->readers() != 0) co_return;
  (void)co_await parts_.engine.cancel(loop, begun.run, std::move(user));
}

Awaitable<transport::Response> PersonaRoutes::message(transport::Request& request) {
  if (const auto fine = refuse_resume(request); !fine) co_return error_response(fine.error(), request);
  Begun begun = co_await begin(request);
  if (begun.refusal) co_return std::move(*begun.refusal);
  const std::string user = user_of(begun.session);
  transport::ClientPresence client(request);
  const auto answer = co_await wait_for(*request.loop, begun.run, user, Milliseconds(0), client);
  if (client.is_gone()) co_await leave(*request.loop, begun, user);
  if (!answer) co_return error_response(answer.error(), request);
  transport::Response response = json_response(render_answer(begun.session, *answer));
  response.headers.insert(response.headers.end(), begun.headers.begin(), begun.headers.end());
  co_return response;
}

Awaitable<transport::Response> PersonaRoutes::cancel(transport::Request& request) {
  Loop& loop = *request.loop;
  const auto caller = co_await identify(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto id = parse_session_id(request);
  if (!id) co_return error_response(id.error(), request);
  const auto session = co_await find_session(loop, *caller, std::move(*id));
  if (!session) co_return error_response(session.error(), request);
  // No more than this many runs can be running.
  const auto live = parts_.live.take();
  const policy::PersonaLimits& limits = live->policy.persona;
  std::size_t left = *caller ? limits.max_active_per_user : limits.max_active_per_address;
  const std::string user = user_of(*session);
  for (auto run = session->runs.rbegin(); run != session->runs.rend() && left > 0; ++run, --left) {
    const auto cancelled = co_await parts_.engine.cancel(loop, *run, user);
    if (!cancelled && cancelled.error().code != ErrorCode::not_found)
      co_return error_response(cancelled.error(), request);
  }
  co_return no_content();
}

Awaitable<transport::Response> PersonaRoutes::personas(transport::Request& request) {
  const auto caller = co_await identify(request);
  if (!caller) co_return error_response(caller.error(), request);
  co_return json_response(render_personas(parts_.live.take()->personas));
}

Surface make(const SurfaceContext* context, const PersonaSurfaceConfig& config) {
  std::shared_ptr<PersonaRoutes> owner;
  if (context)
    owner = std::make_shared<PersonaRoutes>(
        PersonaRoutes::Parts{context->engine, context->sessions, context->conversations,
                             context->authenticator, context->runtime, context->random, config});
  Surface surface;
  surface.routes = auth::sign_in_before_body(
      PersonaRoutes::routes(config, owner.get()), context ? &context->authenticator : nullptr,
      config.anonymous ? auth::Anonymous::allowed : auth::Anonymous::refused);
  surface.owner = std::move(owner);
  surface.ticket_patterns = {config.prefix + "/chat/stream?session_id={session_id}"};
  surface.longest_window = [](const policy::Config& limits) { return limits.persona.rate_window; };
  // A caller without sign-in was counted by address, which no ledger has: those windows begin empty.
  surface.limits_of = [](const policy::Config& limits,
                         const LedgerRow& row) -> std::vector<policy::LimitRule> {
    if (row.mode != kMessageMode || is_anonymous(row.user)) return {};
    return policy::persona_limits(limits, {policy::Subject::Kind::user, row.user});
  };
  return surface;
}

}  // namespace belay::surfaces::persona
