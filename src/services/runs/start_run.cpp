#include "services/runs/start_run.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "base/await.hpp"
#include "base/digest.hpp"
#include "core/types/message_codec.hpp"
#include "policy/limits.hpp"
#include "prompts/conversation_prompt.hpp"
#include "prompts/token_estimate.hpp"
#include "services/caller_tier.hpp"
#include "services/commands/commands.hpp"
#include "services/limits/limiter.hpp"
#include "services/models.hpp"
#include "services/sessions/sessions.hpp"

namespace belay::services {
namespace {

const policy::SurfaceRules& rules_of(const RuntimeConfig& runtime, const std::string& surface) {
  const auto found = runtime.rules.find(surface);
  if (found == runtime.rules.end()) throw std::logic_error("a surface without rules: " + surface);
  return found->second;
}

}  // namespace

StartingRun::StartingRun(const Parts& parts, Engine& engine, std::shared_ptr<const AdmissionDesk> desk,
                         EngineErasures& erasures, Loop& loop, StartRun&& request)
    : parts_(parts),
      engine_(engine),
      loop_(loop),
      request_(std::move(request)),
      runtime_(parts_.runtime.take()),
      rules_(rules_of(*runtime_, request_.surface)),
      desk_(std::move(desk)),
      erasures_(erasures),
      owner_(request_.caller.user) {
  if (!rules_.limits.contains(request_.mode))
    throw std::logic_error("a mode without limits: " + request_.surface + " " + request_.mode);
  if (request_.session ? !rules_.sessions : request_.command.has_value())
    throw std::logic_error("a session or a command on a surface without sessions: " + request_.surface);
}

StartOutcome StartingRun::outcome(Result<StartedRun>&& run) && {
  return {std::move(run), std::move(status_), std::move(model_name_), tier_};
}

// A step that has nothing to do is not called: each is a coroutine.
Awaitable<Result<StartedRun>> StartingRun::start() {
  const auto tier =
      co_await tier_of(loop_, request_.deadline, parts_.users, runtime_->tiers, request_.caller);
  if (!tier) co_return tier.error();
  tier_ = *tier;
  Result<> done;
  // Only the session says who a caller is that is not signed in.
  if (done && request_.session && !request_.caller.is_signed_in()) done = co_await find_session();
  if (!done) co_return done.error();
  if (has_key()) {
    auto earlier = co_await find_repeated();
    if (!earlier) co_return earlier.error();
    if (*earlier) co_return std::move(**earlier);
  }
  if (request_.must_repeat)
    co_return make_error(
        ErrorCode::not_found,
        "There is no request with this Idempotency-Key. Send a new request, without a position.",
        std::string(kAboutKey));
  done = parts_.accepts_runs();
  if (done && request_.replaces) done = co_await find_replaced();
  if (done && request_.session && !session_) done = co_await find_session();
  if (done && erases()) done = co_await close_conversation();
  if (done) done = enter_conversation();
  const bool may_have_choice = !request_.conversation.empty() && rules_.caller_chooses_model;
  if (done && (session_ || may_have_choice)) done = co_await find_conversation();
  if (done) done = choose_model();
  if (done && session_) done = check_session_limit();
  if (!done) co_return done.error();

  auto earlier = co_await reserve();
  if (!earlier) co_return earlier.error();
  if (*earlier) co_return std::move(**earlier);
  if (session_) done = co_await use_session();
  if (!done) co_return done.error();

  describe();
  if (request_.command) done = co_await answer_command();
  if (done && run_request_.precomputed_answer.empty()) done = co_await build_prompt();
  if (!done) co_return done.error();
  co_return co_await start_engine();
}

// ---- Idempotency

Awaitable<Result<StartingRun::Repeated>> StartingRun::find_repeated() {
  const IdempotencyKey wanted = key();
  const auto claim = co_await call<&Counters::find_key>(loop_, request_.deadline, parts_.counters, wanted);
  if (!claim) co_return claim.error();
  if (*claim) {
    // A request that is not decided is waited for where limits are reserved.
    if (!(*claim)->is_decided && (*claim)->digest == request_.digest) co_return Repeated();
    co_return co_await repeated((*claim)->run, (*claim)->digest);
  }
  const auto record = co_await call<&Store::find_by_key>(loop_, request_.deadline, parts_.runs, owner_,
                                                         request_.surface, request_.key);
  if (!record) co_return record.error();
  if (!*record) co_return Repeated();
  co_return co_await repeated((*record)->id, (*record)->body_digest);
}

Awaitable<Result<StartingRun::Repeated>> StartingRun::repeated(RunId run, std::string_view digest) {
  if (digest != request_.digest)
    co_return make_error(ErrorCode::idempotency_mismatch,
                         "This Idempotency-Key was used with another body. Use a new key for a new request.",
                         std::string(kAboutKey));
  StartedRun started;
  started.run = run;
  started.is_repeated = true;
  started.user = owner_;
  const bool has_question = !request_.replaces || request_.replaces->how == Branch::Kind::edit;
  started.question = {has_question ? run : request_.replaces->message.run, Role::user};
  if (request_.session) {
    auto session = co_await call<&SessionStore::session_of_run>(loop_, request_.deadline, parts_.sessions,
                                                                request_.caller.user, request_.surface, run);
    if (!session) co_return session.error();
    if (!*session)
      co_return make_error(ErrorCode::expired,
                           "The session of this Idempotency-Key has ended. Use a new key.",
                           std::string(kAboutKey));
    started.session = std::move(**session);
  }
  co_return Repeated(std::move(started));
}

// ---- Branch, session and conversation

Awaitable<Result<>> StartingRun::find_replaced() {
  const StartRun::Replaces& wanted = *request_.replaces;
  // Before the store is asked: an answer that ends in between is found there.
  const auto unstored = engine_.find_live(wanted.message.run, owner_, request_.surface);
  const auto found = co_await call<&ConversationStore::find_message>(
      loop_, request_.deadline, parts_.conversations, owner_, request_.surface, wanted.message);
  if (!found) co_return found.error();
  std::string& conversation = request_.session ? request_.session->conversation : request_.conversation;
  if (!*found && wanted.message.role == Role::assistant && unstored &&
      (conversation.empty() || conversation == unstored->conversation))
    co_return still_being_written();
  if (!*found || (!conversation.empty() && conversation != (*found)->conversation))
    co_return make_error(ErrorCode::not_found, "There is no such message. Check its id.",
                         std::string(kAboutMessage));
  conversation = (*found)->conversation;
  const auto fine = check_replaced(**found);
  if (!fine) co_return fine.error();
  run_request_.branch = {wanted.how, wanted.message.run};
  co_return Result<>();
}

Result<> StartingRun::check_replaced(const StoredMessage& message) const {
  const auto unfit = [](std::string detail) {
    return make_error(ErrorCode::unprocessable, std::move(detail), std::string(kAboutMessage));
  };
  if (message.kind == MessageKind::command) return unfit("A command and its answer can not be changed.");
  switch (request_.replaces->how) {
    case Branch::Kind::edit:
      if (message.role != Role::user)
        return unfit("Only a question can be edited: this message is an answer.");
      return {};
    case Branch::Kind::continuation:
      if (message.role != Role::assistant)
        return unfit("Only an answer can go on: this message is a question.");
      if (request_.replaces->has_results) return {};
      if (message.content.empty() && message.tokens.value == 0)
        return unfit("This answer is empty. Regenerate it.");
      if (message.state == "complete" && message.finish != FinishReason::length)
        return unfit("This answer is complete. Only one that was cut off can go on.");
      return {};
    default:
      return {};
  }
}

// Before anything of the conversation is read. A command that removes has closed the gate.
Result<> StartingRun::enter_conversation() {
  if (!erases()) {
    const std::string& conversation = session_ ? session_->conversation : request_.conversation;
    auto pass = erasures_.gate().enter(owner_, request_.surface, conversation);
    if (!pass) return pass.error();
    pass_ = std::move(*pass);
  }
  // Not earlier: a run is older than a removal only if it was inside before.
  run_ = RunId::make(parts_.clock, parts_.random);
  admission_ = Admission(desk_, run_);
  return {};
}

Awaitable<Result<>> StartingRun::close_conversation() {
  Erasure erasure{Erasure::What::messages, owner_, request_.surface, session_->conversation, {}, {}};
  auto pass =
      co_await call<&ErasureGate::close>(loop_, request_.deadline, erasures_.gate(), std::move(erasure));
  if (!pass) co_return pass.error();
  pass_ = std::move(*pass);
  co_return Result<>();
}

Awaitable<Result<>> StartingRun::find_session() {
  const StartRun::InSession& wanted = *request_.session;
  if (wanted.id.empty()) {
    session_ = make_session(parts_, *rules_.sessions, request_.caller, request_.surface, wanted.conversation);
    session_->project = request_.project;
    session_->task = request_.task;
    session_is_new_ = true;
    owner_ = owner_of(*session_);
    co_return Result<>();
  }
  SessionKey key{wanted.id, request_.caller.user, request_.surface};
  auto found = co_await call<&SessionStore::find_session>(loop_, request_.deadline, parts_.sessions, key);
  if (!found) co_return found.error();
  if (!*found) co_return no_such_session();
  session_ = std::move(**found);
  owner_ = owner_of(*session_);
  co_return Result<>();
}

Awaitable<Result<>> StartingRun::find_conversation() {
  if (session_ && !session_is_new_) {
    if (session_->expires <= parts_.clock.wall())
      co_return make_error(ErrorCode::expired, "This session has ended. Start a new one.",
                           std::string(kAboutSession));
    const std::string& wanted = request_.session->conversation;
    if (!wanted.empty() && wanted != session_->conversation)
      co_return make_error(ErrorCode::conflict, "This session belongs to another conversation.",
                           std::string(kAboutConversation));
  }
  // Only callers who choose have a choice that is kept in the conversation. A new one keeps none yet.
  const bool is_new = session_is_new_ && request_.session->conversation.empty();
  if (is_new || !rules_.caller_chooses_model) co_return Result<>();
  ConversationKey key{owner_, request_.surface, session_ ? session_->conversation : request_.conversation};
  auto found = co_await call<&ConversationStore::find_conversation>(loop_, request_.deadline,
                                                                    parts_.conversations, std::move(key));
  if (!found) co_return found.error();
  conversation_ = std::move(*found);
  co_return Result<>();
}

// ---- Model

Result<> StartingRun::choose_model() {
  persona_ = session_ ? session_->persona : request_.persona;
  if (persona_.empty() && conversation_) persona_ = conversation_->persona;
  const auto chosen = chosen_model();
  if (chosen) {
    model_ = *chosen;
    return {};
  }
  // A command needs no model, except those that the model answers: answer_command() rejects these.
  if (!request_.command) return chosen.error();
  no_model_ = chosen.error();
  return {};
}

Result<const ModelTarget*> StartingRun::chosen_model() {
  const ModelCatalogue& catalogue = *runtime_->models;
  const ModelTarget* chosen = catalogue.find(request_.model);
  if (!request_.model.empty() && !chosen) {
    model_name_ = request_.model;
    return make_error(ErrorCode::invalid_request, "There is no model \"" + request_.model + "\".",
                      std::string(kAboutModel));
  }
  // The model that was chosen before, if it still exists.
  if (!chosen && session_) chosen = catalogue.find(session_->model);
  if (!chosen && conversation_) chosen = catalogue.find(conversation_->model);
  if (!chosen) chosen = first_choice();
  if (!chosen) return make_error(ErrorCode::invalid_request, "No model is chosen.", std::string(kAboutModel));
  model_name_ = chosen->model.alias;
  if (!rules_.caller_chooses_model) return chosen;
  if (auto allowed = policy::may_use_model(runtime_->tiers, tier_, chosen->model.tier); !allowed) {
    Error refused = allowed.error();
    refused.field = kAboutModel;
    return refused;
  }
  return chosen;
}

// Of a request that names no model, in a conversation without one: the configured model, else the first that the caller
// may use.
const ModelTarget* StartingRun::first_choice() const {
  if (!rules_.caller_chooses_model) return &default_model(*runtime_, rules_);
  const ModelCatalogue& catalogue = *runtime_->models;
  const ModelTarget* configured = catalogue.find(rules_.default_model);
  if (configured && policy::may_use_model(runtime_->tiers, tier_, configured->model.tier)) return configured;
  const auto open = models_for(*runtime_, tier_);
  return open.empty() ? nullptr : catalogue.find(open.front()->alias);
}

// ---- Limits

Error StartingRun::session_used_up() {
  LimitStatus& used_up = status_.emplace_back();
  used_up.limit = policy::session_limit(*rules_.sessions);
  used_up.refused = true;
  parts_.observer.limit_refused(used_up.limit.name);
  return policy::limit_error(used_up);
}

// Before the windows are charged. use_session() makes the final check.
Result<> StartingRun::check_session_limit() {
  if (session_->requests() < rules_.sessions->max_requests) return {};
  return session_used_up();
}

std::vector<Limit> StartingRun::limits() const {
  const policy::Subject subject = policy::subject_of(request_.caller);
  auto limits = policy::limits_of(rules_, asks_model() ? request_.mode : "command", subject);
  if (session_is_new_)
    for (Limit& limit : policy::limits_of(rules_, "session", subject)) limits.push_back(std::move(limit));
  return limits;
}

Awaitable<Result<StartingRun::Repeated>> StartingRun::reserve() {
  ReserveRequest wanted{run_, {}, request_.digest, limits()};
  if (has_key()) wanted.key = key();
  for (const Limit& limit : wanted.limits)
    if (limit.kind == Limit::Kind::concurrent) run_request_.reserved.push_back(limit.key);
  std::string quota;
  for (const Limit& limit : wanted.limits)
    if (limit.kind == Limit::Kind::quota) quota = limit.name;
  admission_.holds_limits();
  auto reserved =
      co_await call<&Counters::reserve>(loop_, request_.deadline, parts_.counters, std::move(wanted));
  if (!reserved) co_return reserved.error();
  if (auto refused = refused_by_limits(*reserved, parts_.observer)) {
    if (reserved->state == ReserveResult::State::limited) status_.push_back(std::move(*reserved->limit));
    co_return std::move(*refused);
  }
  if (reserved->state == ReserveResult::State::repeated)
    co_return co_await repeated(reserved->first, reserved->digest);
  if (!quota.empty()) parts_.observer.quota_reserved(quota);
  if (reserved->limit) status_.push_back(std::move(*reserved->limit));
  co_return Repeated();
}

Awaitable<Result<>> StartingRun::use_session() {
  admission_.holds_session({session_->id, session_->user, session_->surface});
  if (session_is_new_) {
    session_->runs = {run_};
    if (model_) session_->model = model_->model.alias;
    const auto created =
        co_await call<&SessionStore::create_session>(loop_, request_.deadline, parts_.sessions, *session_);
    co_return created;
  }
  SessionUse use;
  use.session = {session_->id, session_->user, session_->surface};
  use.run = run_;
  use.now = parts_.clock.wall();
  use.max_requests = rules_.sessions->max_requests;
  use.limit = rules_.sessions->limit;
  auto used = co_await call<&SessionStore::use_session>(loop_, request_.deadline, parts_.sessions, use);
  if (used) {
    session_ = std::move(*used);
    co_return Result<>();
  }
  if (used.error().code != ErrorCode::session_used_up) co_return used.error();
  status_.clear();
  co_return session_used_up();
}

// ---- Prompt

void StartingRun::describe() {
  RunRequest& run = run_request_;
  run.id = run_;
  run.user = owner_;
  run.tier = runtime_->tiers.name(tier_);
  run.surface = request_.surface;
  run.mode = request_.command ? "command" : request_.mode;
  run.conversation = session_ ? session_->conversation : request_.conversation;
  run.prompt = request_.prompt;
  run.prompt_tokens = prompts::message_tokens(request_.prompt);
  if (model_) run.model = model_->model.alias;
  run.tools = std::move(request_.tools);
  run.idempotency_key = request_.key;
  run.body_digest = request_.digest;
  run.may_restart = request_.may_restart;
  run.created = run_.time;
  run.project = request_.project;
  run.task = request_.task;
  run.channel = std::move(request_.channel);
  run.sampling = std::move(request_.sampling);
  run.unwatched = request_.unwatched;
  run.streams_parts = request_.streams_parts;
  run.surface_data = std::move(request_.surface_data);
  if (!session_) return;
  run.session = session_->id;
  run.turn = static_cast<std::uint32_t>(session_->runs.size() - 1);
  if (!session_->user.empty() && run.project.empty()) run.project = session_->project;
  if (run.task.empty()) run.task = session_->task;
}

// Sets the run's answer, or the instruction to the model.
Awaitable<Result<>> StartingRun::answer_command() {
  CommandFacts facts{loop_,
                     request_.deadline,
                     parts_.conversations,
                     parts_.sessions,
                     erasures_,
                     run_,
                     parts_.ledger,
                     *runtime_,
                     tier_,
                     *session_,
                     owner_,
                     model_name_,
                     persona_,
                     request_.command->export_prefix,
                     {},
                     parts_.clock.wall()};
  auto answer = co_await run_command(request_.command->line, std::move(facts));
  if (!answer) co_return answer.error();
  if (!answer->instruction.empty() && !model_) co_return no_model_;
  run_request_.precomputed_answer = std::move(answer->text);
  instruction_ = std::move(answer->instruction);
  co_return Result<>();
}

Awaitable<Result<>> StartingRun::build_prompt() {
  RunRequest& run = run_request_;
  const Model& model = model_->model;
  if (request_.recipe->needs().older_messages && !run.conversation.empty()) {
    ConversationKey conversation{run.user, run.surface, run.conversation};
    conversation_key_ = conversation;
    // The prompt includes every answer whose end a client has seen.
    const auto settled = co_await engine_.wait_for_settlement(loop_, conversation);
    if (!settled) co_return settled.error();
    PromptBudget budget;
    budget.tokens = prompts::prompt_budget(runtime_->prompts, model);
    budget.messages = runtime_->prompts.history_messages;
    auto history = co_await call<&ConversationStore::newest_for_prompt>(
        loop_, request_.deadline, parts_.conversations, std::move(conversation), run.branch, budget);
    if (!history) co_return history.error();
    const auto used = use_history(std::move(*history));
    if (!used) co_return used.error();
  }
  prompts::RecipeFacts facts{runtime_->prompts, model, *runtime_->personas.choose(persona_).persona,
                             std::move(instruction_), std::move(older_)};
  facts.can_continue = model_->provider->can_continue(model);
  facts.continues = continues_;
  auto prompt = request_.recipe->build(std::move(facts));
  if (!prompt) co_return prompt.error();
  run.system = std::move(prompt->system);
  run.messages = std::move(prompt->messages);
  // Calls in pieces are not shared: runs that share an answer get its calls whole, at their end.
  const bool streams_calls = run.streams_parts && !run.tools.empty();
  const bool wants_new = request_.bypass_cache || run.branch.kind != Branch::Kind::none || streams_calls;
  if (rules_.shares_answers && !wants_new && parts_.answers_shared != CacheConfig::Scope::off)
    run.share_key = share_key(
        parts_.answers_shared == CacheConfig::Scope::user ? run.user : std::string_view(), model, run);
  co_return Result<>();
}

Result<> StartingRun::use_history(PromptHistory&& history) {
  older_ = std::move(history.older);
  is_first_ = older_.empty() && run_request_.branch.kind == Branch::Kind::none && !request_.command;
  const Branch::Kind how = run_request_.branch.kind;
  if (how != Branch::Kind::regenerate && how != Branch::Kind::continuation) return {};
  // Of a continuation, the same continuation is made again.
  continues_ = !history.question;
  if (history.question) {
    instruction_ = std::move(history.question->content);
    question_ = history.question->run;
  } else if (const auto asked = std::find_if(older_.rbegin(), older_.rend(),
                                             [](const auto& message) { return message.role == Role::user; });
             asked != older_.rend()) {
    question_ = asked->run;
  }
  if (history.question || !older_.empty()) return {};
  return make_error(ErrorCode::not_found, "There is no such message. Check its id.",
                    std::string(kAboutMessage));
}

std::string share_key(std::string_view user, const Model& model, const RunRequest& run) {
  std::string facts;
  // The lengths separate the parts.
  const auto add = [&](std::string_view part) {
    fmt::format_to(std::back_inserter(facts), "{}:", part.size());
    facts.append(part);
  };
  add(user);
  add(model.alias);
  add(model.provider);
  add(model.upstream_name);
  add(std::to_string(model.max_output.value));
  if (run.sampling != Sampling()) add(encode_sampling(run.sampling));
  add(run.system);
  FieldWriter messages(facts);
  for (const Message& message : run.messages) append_message(1, message, messages);
  return digest_of(facts);
}

// ---- Start

Awaitable<Result<StartedRun>> StartingRun::start_engine() {
  StartedRun started;
  started.run = run_;
  started.user = owner_;
  started.question = {question_.value_or(run_), Role::user};
  const Engine::StartResult result = co_await engine_.start(loop_, std::move(run_request_));
  started.in_channel = result.in_channel;
  if (!result.started) {
    if (result.may_be_logged) std::move(admission_).commit_refused();
    co_return result.started.error();
  }
  std::move(admission_).commit();
  if (session_) {
    LimitStatus& left = status_.emplace_back();
    left.limit = policy::session_limit(*rules_.sessions);
    left.remaining = left.limit.max - std::min<std::uint64_t>(session_->requests(), left.limit.max);
    started.session = std::move(*session_);
  }
  co_return started;
}

}  // namespace belay::services
