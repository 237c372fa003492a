#include "surfaces/assistant/routes.hpp"

#include "auth/head_check.hpp"
#include "base/await.hpp"
#include "surfaces/caller_tier.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/limits.hpp"
#include "surfaces/stream_start.hpp"
#include "transport/sse/sse_frame.hpp"

namespace belay::surfaces::assistant {
namespace {

constexpr std::string_view kSurface = "assistant";

}  // namespace

std::vector<transport::Route> AssistantRoutes::routes(const AssistantConfig& config, AssistantRoutes* self) {
  const std::string base = config.prefix + "/assistant";
  return {
      {"POST", base + "/request", [self](transport::Request& r) { return self->ask(r); }, config.max_body,
       "assistant.request"},
      {"GET", base + "/stream/{request_id}", [self](transport::Request& r) { return self->stream(r); },
       ByteCount{0}, "assistant.stream"},
      {"DELETE", base + "/request/{request_id}", [self](transport::Request& r) { return self->cancel(r); },
       ByteCount{0}, "assistant.cancel"},
  };
}

transport::Response AssistantRoutes::accepted(const RunId& id) const {
  const std::string text = id.text();
  transport::Response response;
  response.status = 201;
  response.headers.push_back({"Content-Type", "application/json"});
  response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back({"Location", parts_.config.prefix + "/assistant/stream/" + text});
  response.body = "{\"request_id\":\"" + text + "\",\"status\":\"queued\"}";
  return response;
}

Awaitable<transport::Response> AssistantRoutes::ask(transport::Request& request) {
  Loop& loop = *request.loop;
  const auto caller = co_await parts_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto ask = parse_ask(request, parts_.config);
  if (!ask) co_return error_response(ask.error(), request);
  const std::shared_ptr<const RuntimeConfig> live = parts_.live.take();
  const std::string user = caller->user;
  const RunId id = parts_.engine.make_id();

  if (!ask->idempotency_key.empty()) {
    IdempotentAsk claimed{user, std::string(kSurface), ask->idempotency_key, ask->body_digest};
    const auto claim = co_await claim_key(parts_.engine, loop, std::move(claimed), id);
    if (!claim) co_return error_response(claim.error(), request);
    if (!claim->first) co_return accepted(claim->run);
  }
  const auto give_up_claim = [&] {
    if (!ask->idempotency_key.empty())
      parts_.engine.release_claim(user, std::string(kSurface), ask->idempotency_key);
  };

  if (const auto open = parts_.engine.accepts_runs(); !open) {
    give_up_claim();
    co_return error_response(open.error(), request);
  }
  const auto tier = co_await tier_of(loop, parts_.sessions, live->tiers, *caller);
  if (!tier) {
    give_up_claim();
    co_return error_response(tier.error(), request);
  }
  const auto rules = policy::assistant_limits(live->policy, user, ask->mode);
  const auto checks = checks_of(rules);
  const Reservation reservation = parts_.engine.counters().reserve_all(checks, parts_.engine.clock().wall());
  if (!reservation.granted) {
    give_up_claim();
    parts_.engine.observer().limit_refused(rules[reservation.limit.value_or(0)].name);
    co_return error_response(rules, reservation, request);
  }
  std::vector<std::string> reserved = concurrent_keys(checks);

  auto run = co_await build(loop, *live, user, *ask, id);
  if (!run) {
    parts_.engine.counters().release(reserved);
    give_up_claim();
    co_return error_response(run.error(), request);
  }
  run->tier = live->tiers.name(*tier);
  run->reserved = std::move(reserved);
  const auto started = co_await parts_.engine.start(loop, std::move(*run));
  if (!started) co_return error_response(started.error(), request);
  transport::Response response = accepted(id);
  add_rate_headers(rules, reservation, response);
  co_return response;
}

Awaitable<Result<std::vector<Message>>> AssistantRoutes::history(Loop& loop, std::size_t max,
                                                                 std::string user, std::string conversation) {
  std::vector<Message> messages;
  if (conversation.empty()) co_return messages;
  ConversationKey key{std::move(user), std::string(kSurface), std::move(conversation)};
  Store& store = parts_.engine.store();
  auto stored = co_await call<&Store::history>(loop, Deadline::never(), store, key, max);
  if (!stored) co_return stored.error();
  for (StoredMessage& message : *stored)
    if (!message.content.empty()) messages.push_back({message.role, std::move(message.content)});
  co_return messages;
}

Awaitable<Result<RunRequest>> AssistantRoutes::build(Loop& loop, const RuntimeConfig& live, std::string user,
                                                     const Ask& ask, RunId id) {
  const ModelCatalogue& models = *live.models;
  const std::string alias = parts_.config.model.empty() ? models.aliases().front() : parts_.config.model;
  const ModelTarget* target = models.find(alias);
  if (!target) co_return make_error(ErrorCode::unavailable, "The model \"" + alias + "\" is not configured.");

  auto earlier = co_await history(loop, live.prompts.history_messages, user, ask.conversation_id);
  if (!earlier) co_return earlier.error();
  prompts::AssistantFacts facts{ask.mode, ask.prompt, ask.track_id, ask.context, std::move(*earlier)};
  auto prompt = prompts::build_assistant_prompt(live.prompts, target->model, facts);
  if (!prompt) co_return prompt.error();

  RunRequest run;
  run.id = id;
  run.user = std::move(user);
  run.surface = kSurface;
  run.mode = policy::to_string(ask.mode);
  run.conversation = ask.conversation_id;
  run.prompt = ask.prompt;
  run.model = alias;
  run.system = std::move(prompt->system);
  run.messages = std::move(prompt->messages);
  run.tools = parts_.config.actions;
  run.idempotency_key = ask.idempotency_key;
  run.body_digest = ask.body_digest;
  run.created = id.time;
  co_return run;
}

Awaitable<transport::Response> AssistantRoutes::stream(transport::Request& request) {
  Loop& loop = *request.loop;
  const auto caller = co_await parts_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto id = parse_request_id(request.capture("request_id"));
  if (!id) co_return error_response(id.error(), request);
  const auto resume = parse_resume(request);
  if (!resume) co_return error_response(resume.error(), request);

  auto log = co_await parts_.engine.find(loop, *id, caller->user);
  if (!log) co_return error_response(log.error(), request);
  const Position after = resume->value_or(Position{1, 0});
  if (const auto fine = (*log)->check(after); !fine) co_return error_response(fine.error(), request);
  parts_.authenticator.stream_found(request, *caller);

  const Milliseconds retry = transport::jittered_retry(parts_.config.retry_base, parts_.random);
  co_return stream_response(request, parts_.engine, std::move(*log), dialect_, after, retry);
}

Awaitable<transport::Response> AssistantRoutes::cancel(transport::Request& request) {
  Loop& loop = *request.loop;
  const auto caller = co_await parts_.authenticator.authenticate(request);
  if (!caller) co_return error_response(caller.error(), request);
  const auto id = parse_request_id(request.capture("request_id"));
  if (!id) co_return error_response(id.error(), request);
  const auto cancelled = co_await parts_.engine.cancel(loop, *id, caller->user);
  if (!cancelled) co_return error_response(cancelled.error(), request);
  transport::Response response;
  response.status = 204;
  co_return response;
}

Surface make(const SurfaceContext* context, const AssistantConfig& config) {
  std::shared_ptr<AssistantRoutes> owner;
  if (context)
    owner = std::make_shared<AssistantRoutes>(AssistantRoutes::Parts{context->engine, context->sessions,
                                                                     context->authenticator, context->runtime,
                                                                     context->random, config});
  Surface surface;
  surface.routes = auth::sign_in_before_body(AssistantRoutes::routes(config, owner.get()),
                                             context ? &context->authenticator : nullptr);
  surface.owner = std::move(owner);
  surface.ticket_patterns = {config.prefix + "/assistant/stream/{request_id}"};
  surface.longest_window = [](const policy::Config& limits) { return limits.assistant.rate_window; };
  surface.limits_of = [](const policy::Config& limits,
                         const LedgerRow& row) -> std::vector<policy::LimitRule> {
    const auto mode = policy::assistant_mode_from(row.mode);
    if (!mode) return {};
    return policy::assistant_limits(limits, row.user, *mode);
  };
  return surface;
}

}  // namespace belay::surfaces::assistant
