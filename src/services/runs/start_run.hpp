// One request on its way to a run. Each step is a function, in the order in which they run; what they find out is in
// the members. When a step fails, or throws, the admission gives back what the earlier ones have taken.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/run/engine.hpp"
#include "policy/surface_rules.hpp"
#include "services/erasure/engine_erasures.hpp"
#include "services/parts.hpp"
#include "services/runs/admission.hpp"
#include "services/runs/run_service.hpp"

namespace belay::services {

class StartingRun {
 public:
  // All of them outlive it.
  StartingRun(const Parts& parts, Engine& engine, std::shared_ptr<const AdmissionDesk> desk,
              EngineErasures& erasures, Loop& loop, StartRun&& request);

  // Once.
  Awaitable<Result<StartedRun>> start();
  // After start(): whether the run is the first of a conversation that a model names.
  bool wants_title() const { return is_first_ && !rules_.title_model.empty(); }
  const std::string& title_model() const { return rules_.title_model; }
  const ConversationKey& conversation() const { return conversation_key_; }
  const std::string& question() const { return request_.prompt; }
  // What else there is to say, after start().
  StartOutcome outcome(Result<StartedRun>&& run) &&;

 private:
  // Nothing: go on. Else the run of an earlier request with the same key.
  using Repeated = std::optional<StartedRun>;

  Awaitable<Result<Repeated>> find_repeated();
  Awaitable<Result<>> find_replaced();
  Result<> check_replaced(const StoredMessage& message) const;
  Awaitable<Result<>> find_session();
  Result<> enter_conversation();
  Awaitable<Result<>> close_conversation();
  Awaitable<Result<>> find_conversation();
  Result<> choose_model();
  Result<const ModelTarget*> chosen_model();
  const ModelTarget* first_choice() const;
  Result<> check_session_limit();
  Awaitable<Result<Repeated>> reserve();
  Awaitable<Result<>> use_session();
  void describe();
  Awaitable<Result<>> answer_command();
  Awaitable<Result<>> build_prompt();
  Result<> use_history(PromptHistory&& history);
  Awaitable<Result<StartedRun>> start_engine();

  Awaitable<Result<Repeated>> repeated(RunId run, std::string_view digest);
  std::vector<Limit> limits() const;
  bool asks_model() const { return !request_.command || request_.command->line.asks_model; }
  bool erases() const { return request_.command && request_.command->line.erases; }
  bool has_key() const { return !request_.key.empty(); }
  IdempotencyKey key() const { return {owner_, request_.surface, request_.key}; }
  Error session_used_up();

  const Parts& parts_;
  Engine& engine_;
  Loop& loop_;
  StartRun request_;
  const std::shared_ptr<const RuntimeConfig> runtime_;
  const policy::SurfaceRules& rules_;
  const std::shared_ptr<const AdmissionDesk> desk_;
  EngineErasures& erasures_;
  // Until the run has started, nothing that it concerns is removed; a command that removes keeps others out.
  ErasureGate::Pass pass_;
  RunId run_;
  Admission admission_;

  policy::Tier tier_;
  std::string owner_;               // the user of the run
  std::optional<Session> session_;  // the request's, if it has one
  bool session_is_new_ = false;
  std::optional<Conversation> conversation_;
  const ModelTarget* model_ = nullptr;  // may answer; null: for a command, and `no_model_` says why
  Error no_model_;
  std::string model_name_;  // the current choice, whether it may answer or not; empty: none
  std::string persona_;
  std::string
      instruction_;         // to the model, in place of the user's message: of a command, or a question again
  bool continues_ = false;  // the last one of older_ goes on
  std::vector<StoredMessage> older_;
  bool is_first_ = false;  // it begins a conversation
  ConversationKey conversation_key_;
  std::optional<RunId> question_;  // the run whose question is answered again; empty: its own
  RunRequest run_request_;
  std::vector<LimitStatus> status_;
};

// A key of everything that an answer depends on. Runs with the same key share one answer. With `user`, answers are
// not shared between users.
std::string share_key(std::string_view user, const Model& model, const RunRequest& run);

}  // namespace belay::services
