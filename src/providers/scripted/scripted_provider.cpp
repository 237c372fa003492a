#include "providers/scripted/scripted_provider.hpp"

#include <functional>

#include "providers/sent_messages.hpp"

namespace belay::providers {
namespace {

constexpr std::string_view kDefaultAnswer =
    "Hello! I am Belay's scripted provider: no language model stands behind me, so I give everybody this "
    "same answer. It comes the "
    "way a model's answer would, a word at a time, through the same engine, the same log and the same "
    "stream.\n"
    "\n"
    "You can choose what I say:\n"
    "\n"
    "```text\n"
    "echo:Hello, world          the same words back\n"
    "echo:200 words             numbered words: 0001 0002 0003 …\n"
    "echo:200 words @50/s       the same, at fifty words a second\n"
    "```\n"
    "\n"
    "Try cutting the connection, or killing the server, while I speak: the stream goes on where it stopped. "
    "To talk to a real model, "
    "configure a provider and its key. ✓\n";

// The newest text of the user. Earlier texts of the same message are context and unanswered questions.
std::string_view newest_user_text(const GenerationRequest& request) {
  for (auto message = request.messages.rbegin(); message != request.messages.rend(); ++message)
    if (message->role == Role::user)
      for (auto part = message->parts.rbegin(); part != message->parts.rend(); ++part)
        if (const Text* text = std::get_if<Text>(&*part)) return text->text;
  return {};
}

TokenCount estimated_input(const GenerationRequest& request) {
  std::uint64_t bytes = request.system.size();
  for (const Message& message : request.messages) bytes += bytes_of(message);
  return {(bytes + 3) / 4};
}

ScriptedPlan rejected(Error error) {
  ScriptedPlan plan;
  plan.rejected = std::move(error);
  return plan;
}

}  // namespace

Result<std::unique_ptr<ScriptedProvider>> ScriptedProvider::make(const ScriptedConfig& config,
                                                                 Random& random) {
  Script script;
  if (!config.script_file.empty()) {
    Result<Script> loaded = load_script(config.script_file);
    if (!loaded) return loaded.error();
    script = std::move(*loaded);
  }
  return std::make_unique<ScriptedProvider>(config, std::move(script), random);
}

ScriptedProvider::ScriptedProvider(const ScriptedConfig& config, Script script, Random& random)
    : config_(config),
      script_(std::move(script)),
      random_(random),
      fault_hits_(std::make_unique<std::atomic<std::uint64_t>[]>(script_.answers.size())) {}

std::unique_ptr<Generation> ScriptedProvider::start(Loop& loop, const GenerationRequest& request,
                                                    GenerationSink& sink) {
  ScriptedPlan plan = plan_for(newest_user_text(request));
  plan.input = estimated_input(request);
  if (!request.model.shows_reasoning || request.continues()) plan.reasoning.reset();
  if (!plan.rejected && request.continues()) {
    if (!can_continue(request.model)) {
      plan.rejected = make_error(ErrorCode::provider_rejected, "This answer cannot be continued. Ask again.");
    } else if (!plan.text->skip(continued_text(request))) {
      plan.rejected = make_error(ErrorCode::provider_rejected,
                                 "The partial answer is not how this answer begins. Ask again.");
    }
  }
  return std::make_unique<ScriptedGeneration>(loop, std::move(plan), sink,
                                              ScriptedGeneration::Parts{config_, random_, counters_});
}

ScriptedPlan ScriptedProvider::plan_for(std::string_view message) {
  if (config_.echo) {
    Result<std::optional<EchoPrompt>> echo = parse_echo(message);
    if (!echo) return rejected(echo.error());
    if (*echo) return plan_of_echo(std::move(**echo));
  }
  for (std::size_t i = 0; i < script_.answers.size(); ++i)
    if (script_.answers[i].match.matches(message)) return plan_of_answer(i);

  ScriptedPlan plan;
  plan.text = cut_text(std::make_shared<const std::string>(kDefaultAnswer), Cutting{});
  plan.first_token_delay = config_.first_token_delay;
  plan.pace_per_second = config_.default_pace_per_second;
  return plan;
}

ScriptedPlan ScriptedProvider::plan_of_echo(EchoPrompt echo) const {
  ScriptedPlan plan;
  plan.first_token_delay = config_.first_token_delay;
  plan.pace_per_second = echo.pace_per_second.value_or(config_.echo_pace_per_second);
  if (echo.words) {
    plan.text = numbered_words(*echo.words);
    return plan;
  }
  Cutting cutting;
  cutting.by = Cutting::By::random;
  cutting.seed = config_.seed ^ std::hash<std::string>()(echo.text);
  plan.text = cut_text(std::make_shared<const std::string>(std::move(echo.text)), cutting);
  return plan;
}

ScriptedPlan ScriptedProvider::plan_of_answer(std::size_t index) {
  const ScriptedAnswer& answer = script_.answers[index];
  ScriptedPlan plan;
  plan.text = answer.words ? numbered_words(*answer.words) : cut_text(answer.text, answer.cutting);
  plan.first_token_delay = answer.first_token_delay.value_or(config_.first_token_delay);
  plan.pace_per_second = answer.pace_per_second.value_or(config_.default_pace_per_second);
  if (answer.reasoning) plan.reasoning = cut_text(answer.reasoning, Cutting{});
  plan.usage = answer.usage;
  plan.tool_calls = answer.tool_calls;
  plan.finish = answer.finish;
  plan.fault = answer.fault;
  plan.fault_hits = &fault_hits_[index];
  return plan;
}

}  // namespace belay::providers
