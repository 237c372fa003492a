// The way from POST /api/chat/start to a run:
//
//   sign-in ─▶ parse ─▶ Idempotency-Key ─▶ session, conversation, model (resolve) ─▶ limits (reserve)
//     ─▶ count the request in the session (take) ─▶ command, or prompt from the history (build)
//     ─▶ Engine::start
//
// When a step fails, everything that the earlier steps have taken is released.

#include <array>

#include <fmt/format.h>

#include "base/await.hpp"
#include "policy/admission.hpp"
#include "prompts/hygiene.hpp"
#include "prompts/personas.hpp"
#include "prompts/token_estimate.hpp"
#include "surfaces/caller_tier.hpp"
#include "surfaces/chat/commands.hpp"
#include "surfaces/chat/model_choice.hpp"
#include "surfaces/chat/routes.hpp"
#include "surfaces/conversation_prompt.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/limits.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::chat {

// The state of a request on its way to a run.
struct ChatRoutes::Intake {
  const auth::Caller& caller;
  const Start& ask;
  const RuntimeConfig& live;
  const RunId run;
  std::optional<CommandLine> command;

  policy::Tier tier;
  Session session;
  bool session_is_new = true;
  std::optional<Conversation> conversation;
  const ModelTarget* model = nullptr;  // may answer; null: for a command, and `no_model` says why
  Error no_model;
  std::string chosen_model;  // the current choice, whether it may answer or not; empty: none
  std::string persona;

  std::vector<policy::LimitRule> rules;
  Reservation reservation;
  bool with_engine = false;  // the engine releases the claim and the reservation
};

std::string ChatRoutes::new_id(std::string_view prefix) const {
  std::array<std::byte, 16> bytes;
  parts_.random.fill(bytes);
  std::string id(prefix);
  for (const std::byte byte : bytes)
    fmt::format_to(std::back_inserter(id), "{:02x}", std::to_integer<int>(byte));
  return id;
}

transport::Response ChatRoutes::started(const Session& session) const {
  transport::Response response;
  response.status = 201;
  response.headers.push_back({"Content-Type", "application/json"});
  response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back({"Location", parts_.config.prefix + "/api/chat/stream?sessionId=" + session.id});
  response.body = fmt::format(R"({{"sessionId":"{}","chatId":"{}"}})", session.id, session.conversation);
  return response;
}

Awaitable<transport::Response> ChatRoutes::start(transport::Request& request) {
  Loop& loop = *request.loop;
  const auto caller = co_await parts_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  auto ask = parse_start(request, parts_.config);
  if (!ask) co_return error_response(ask.error(), request);
  std::optional<CommandLine> command = parse_command(ask->prompt);
  if (!command) ask->prompt = without_escape(std::move(ask->prompt));
  const RunId run = parts_.engine.make_id();
  const std::string surface(kSurface);
  if (!ask->idempotency_key.empty()) {
    IdempotentAsk claimed{caller->user, surface, ask->idempotency_key, ask->body_digest};
    const auto claim = co_await claim_key(parts_.engine, loop, std::move(claimed), run);
    if (!claim) co_return error_response(claim.error(), request);
    if (!claim->first) {
      const auto session = co_await repeat(loop, caller->user, claim->run);
      if (!session) co_return error_response(session.error(), request);
      co_return started(*session);
    }
  }

  const std::shared_ptr<const RuntimeConfig> live = parts_.live.take();
  Intake intake{*caller, *ask, *live, run, std::move(command)};
  const auto begun = co_await begin(loop, intake);
  if (!begun) {
    if (!intake.with_engine && !ask->idempotency_key.empty())
      parts_.engine.release_claim(caller->user, surface, ask->idempotency_key);
    const bool limited = !intake.rules.empty() && !intake.reservation.granted;
    if (limited) co_return error_response(intake.rules, intake.reservation, request);
    if (begun.error().code == ErrorCode::session_used_up)
      co_return session_used_up_response(session_limit(), request);
    co_return error_response(begun.error(), request);
  }
  transport::Response response = started(intake.session);
  add_rate_headers(intake.rules, intake.reservation, response,
                   SessionLeft{session_limit(), intake.session.runs.size()});
  co_return response;
}

policy::LimitRule ChatRoutes::session_limit() const {
  return policy::session_requests("chat.session_requests", parts_.config.session_requests,
                                  "Start a new session: leave sessionId out.");
}

// Answers the same request again, under its Idempotency-Key.
Awaitable<Result<Session>> ChatRoutes::repeat(Loop& loop, std::string user, RunId run) {
  const std::string surface(kSurface);
  const auto session = co_await call<&SessionStore::session_of_run>(loop, Deadline::never(), parts_.sessions,
                                                                    user, surface, run);
  if (!session) co_return session.error();
  if (!*session)
    co_return make_error(ErrorCode::expired, "The session of this Idempotency-Key has ended. Use a new key.",
                         "Idempotency-Key");
  co_return **session;
}

Awaitable<Result<>> ChatRoutes::begin(Loop& loop, Intake& intake) {
  if (const auto open = parts_.engine.accepts_runs(); !open) co_return open;
  const auto tier = co_await tier_of(loop, parts_.sessions, intake.live.tiers, intake.caller);
  if (!tier) co_return tier.error();
  intake.tier = *tier;
  if (const auto resolved = co_await resolve_session(loop, intake); !resolved) co_return resolved;
  if (const auto resolved = resolve_model(intake); !resolved) co_return resolved;
  // Checked before the window of requests is charged. use_session() makes the final check.
  if (intake.session.runs.size() >= parts_.config.session_requests) {
    parts_.engine.observer().limit_refused(session_limit().name);
    co_return policy::limit_error(session_limit(), {});
  }

  const bool asks_model = !intake.command || intake.command->asks_model;
  intake.rules = asks_model ? policy::chat_limits(intake.live.policy, intake.caller.user)
                            : policy::chat_command_limits(intake.live.policy, intake.caller.user);
  if (intake.session_is_new)
    intake.rules.push_back(policy::chat_session_limit(intake.live.policy, intake.caller.user));
  const auto checks = checks_of(intake.rules);
  intake.reservation = parts_.engine.counters().reserve_all(checks, parts_.engine.clock().wall());
  if (!intake.reservation.granted) {
    const policy::LimitRule& rule = intake.rules[intake.reservation.limit.value_or(0)];
    parts_.engine.observer().limit_refused(rule.name);
    co_return policy::limit_error(rule, {});
  }
  std::vector<std::string> reserved = concurrent_keys(checks);

  const auto taken = co_await take_session(loop, intake);
  if (!taken) {
    parts_.engine.counters().release(reserved);
    if (taken.error().code == ErrorCode::session_used_up)
      parts_.engine.observer().limit_refused(taken.error().limit);
    co_return taken;
  }
  const SessionKey key{intake.session.id, intake.session.user, intake.session.surface};
  auto run = co_await build(loop, intake);
  Result<> done;
  if (run) {
    run->reserved = reserved;
    intake.with_engine = true;
    done = co_await parts_.engine.start(loop, std::move(*run));
  } else {
    parts_.engine.counters().release(reserved);
    done = run.error();
  }
  if (!done) parts_.sessions.release_use(key, intake.run, [](Result<>) {});
  co_return done;
}

Awaitable<Result<>> ChatRoutes::resolve_session(Loop& loop, Intake& intake) {
  const Start& ask = intake.ask;
  Session& session = intake.session;
  const WallTime now = parts_.engine.clock().wall();
  if (ask.session_id.empty()) {
    session.id = new_id("cs_");
    session.user = intake.caller.user;
    session.surface = kSurface;
    session.conversation = ask.chat_id.empty() ? new_id("chat_") : ask.chat_id;
    session.project = ask.project_id;
    session.task = ask.task_id;
    session.created = now;
    session.expires = now + parts_.config.session_time;
  } else {
    auto found = co_await find_session(loop, intake.caller.user, ask.session_id);
    if (!found) co_return found.error();
    session = std::move(*found);
    intake.session_is_new = false;
    if (session.expires <= now)
      co_return make_error(ErrorCode::expired,
                           "This session has ended. Start a new one: leave sessionId out.", "sessionId");
    if (!ask.chat_id.empty() && ask.chat_id != session.conversation)
      co_return make_error(ErrorCode::conflict,
                           "This session belongs to another chat. Leave chatId out, or start a new session.",
                           "chatId");
  }
  if (ask.chat_id.empty() && intake.session_is_new) co_return Result<>();
  const ConversationKey key{session.user, session.surface, session.conversation};
  auto conversation = co_await call<&ConversationStore::find_conversation>(loop, Deadline::never(),
                                                                           parts_.conversations, key);
  if (!conversation) co_return conversation.error();
  intake.conversation = std::move(*conversation);
  co_return Result<>();
}

Result<> ChatRoutes::resolve_model(Intake& intake) const {
  intake.persona = intake.session.persona;
  if (intake.persona.empty() && intake.conversation) intake.persona = intake.conversation->persona;
  const auto chosen = choose_model(intake);
  if (chosen) {
    intake.model = *chosen;
    return {};
  }
  // A command needs no model, except those that the model answers: build() rejects these.
  if (!intake.command) return chosen.error();
  intake.no_model = chosen.error();
  return {};
}

Result<const ModelTarget*> ChatRoutes::choose_model(Intake& intake) const {
  const ModelCatalogue& catalogue = *intake.live.models;
  const std::string& asked = intake.ask.model;
  const ModelTarget* chosen = catalogue.find(asked);
  if (!asked.empty() && !chosen)
    return make_error(
        ErrorCode::invalid_request,
        "There is no model \"" + asked + "\". GET /api/chat/models lists those that you may use.", "modelId");
  // Use the model that was chosen before, if it still exists.
  if (!chosen) chosen = catalogue.find(intake.session.model);
  if (!chosen && intake.conversation) chosen = catalogue.find(intake.conversation->model);
  if (!chosen)
    return make_error(ErrorCode::invalid_request,
                      "modelId is missing. GET /api/chat/models lists those that you may use.", "modelId");
  intake.chosen_model = chosen->model.alias;
  if (!policy::may_use_model(intake.live.tiers, intake.tier, chosen->model.tier))
    return tier_error(intake.live, intake.tier, chosen->model);
  return chosen;
}

Awaitable<Result<>> ChatRoutes::take_session(Loop& loop, Intake& intake) {
  if (intake.session_is_new) {
    intake.session.runs = {intake.run};
    if (intake.model) intake.session.model = intake.model->model.alias;
    const Result<> created = co_await call<&SessionStore::create_session>(loop, Deadline::never(),
                                                                          parts_.sessions, intake.session);
    co_return created;
  }
  SessionUse use;
  use.session = {intake.session.id, intake.session.user, intake.session.surface};
  use.run = intake.run;
  use.now = parts_.engine.clock().wall();
  use.max_requests = parts_.config.session_requests;
  use.limit = "chat.session_requests";
  auto used = co_await call<&SessionStore::use_session>(loop, Deadline::never(), parts_.sessions, use);
  if (!used) co_return used.error();
  intake.session = std::move(*used);
  co_return Result<>();
}

Awaitable<Result<RunRequest>> ChatRoutes::build(Loop& loop, Intake& intake) {
  const Session& session = intake.session;
  RunRequest run;
  run.id = intake.run;
  run.user = session.user;
  run.tier = intake.live.tiers.name(intake.tier);
  run.surface = kSurface;
  run.mode = intake.command ? "command" : "chat";
  run.conversation = session.conversation;
  run.prompt = intake.ask.prompt;
  run.prompt_tokens = prompts::message_tokens(intake.ask.prompt);
  if (intake.model) run.model = intake.model->model.alias;
  run.idempotency_key = intake.ask.idempotency_key;
  run.body_digest = intake.ask.body_digest;
  run.may_restart = intake.ask.may_restart;
  run.created = intake.run.time;
  run.project = intake.ask.project_id.empty() ? session.project : intake.ask.project_id;
  run.task = intake.ask.task_id.empty() ? session.task : intake.ask.task_id;
  run.turn = static_cast<std::uint32_t>(session.runs.size() - 1);

  prompts::ConversationFacts facts;
  facts.message = intake.ask.prompt;
  facts.field = "prompt";
  if (intake.command) {
    CommandFacts known{loop,
                       parts_.conversations,
                       parts_.sessions,
                       intake.live,
                       intake.tier,
                       session,
                       intake.chosen_model,
                       intake.persona,
                       parts_.config.prefix + "/api/chat/",
                       {},
                       parts_.engine.clock().wall()};
    auto answer = co_await run_command(*intake.command, std::move(known));
    if (!answer) co_return answer.error();
    if (answer->instruction.empty()) {
      run.precomputed_answer = std::move(answer->text);
      co_return run;
    }
    if (!intake.model) co_return intake.no_model;
    facts.message = std::move(answer->instruction);
  }
  const prompts::Persona& persona = *intake.live.personas.choose(intake.persona).persona;
  facts.system = prompts::system_prompt(persona);
  ConversationKey key{session.user, session.surface, session.conversation};
  auto prompt =
      co_await build_conversation_prompt(loop, parts_.engine, parts_.conversations, intake.live.prompts,
                                         intake.model->model, std::move(key), std::move(facts));
  if (!prompt) co_return prompt.error();
  run.system = std::move(prompt->system);
  run.messages = std::move(prompt->messages);
  run.share_key = share_key(intake, run);
  co_return run;
}

// A key of everything that the answer depends on. Includes the user if answers are not shared between users.
std::string ChatRoutes::share_key(const Intake& intake, const RunRequest& run) const {
  if (parts_.caching.scope == CacheConfig::Scope::off) return {};
  const Model& model = intake.model->model;
  std::string facts;
  // The lengths separate the parts.
  const auto add = [&](std::string_view part) {
    fmt::format_to(std::back_inserter(facts), "{}:", part.size());
    facts.append(part);
  };
  add(parts_.caching.scope == CacheConfig::Scope::user ? run.user : std::string());
  add(model.alias);
  add(model.provider);
  add(model.upstream_name);
  add(std::to_string(model.max_output.value));
  add(run.system);
  for (const Message& message : run.messages) {
    add(message.role == Role::user ? "user" : "assistant");
    add(message.content);
  }
  return digest_of(facts);
}

}  // namespace belay::surfaces::chat
