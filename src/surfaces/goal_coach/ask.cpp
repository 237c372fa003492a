#include "surfaces/goal_coach/ask.hpp"

#include <utility>

#include "prompts/goal_coach.hpp"
#include "services/goals/goal_services.hpp"

namespace belay::surfaces::goal_coach {
namespace {

std::optional<std::string> named_model(const ModelCatalogue& models, const std::string& wanted) {
  if (models.find(wanted)) return wanted;
  for (const std::string& alias : models.aliases())
    if (!wanted.empty() && models.find(alias)->model.upstream_name == wanted) return alias;
  return std::nullopt;
}

Error in_coach_terms(Error error) {
  if (error.code == ErrorCode::too_many_active && error.limit == "goal_coach.active.user")
    error.detail = "The coach answers one message at a time. Wait for the answer, or cancel it.";
  if (error.field == services::kAboutMessage) error.field = "content";
  return error;
}

prompts::GoalCoachFacts facts_of(const services::CoachAccessState& state, std::vector<Goal> goals,
                                 std::string message) {
  prompts::GoalCoachFacts facts;
  facts.message = std::move(message);
  facts.name = state.profile.name;
  facts.time_zone = state.profile.time_zone;
  facts.phase = state.profile.phase_now();
  facts.now = state.now;
  for (Goal& goal : goals)
    facts.goals.push_back({std::move(goal.title), std::move(goal.description), std::move(goal.target_date)});
  if (state.meeting) facts.meeting = {state.meeting->title, state.meeting->start, state.meeting->end()};
  return facts;
}

services::StartRun start_of(const GoalCoachConfig& config, const services::CoachAccessState& state,
                            std::vector<Goal> goals, CoachMessage message) {
  services::StartRun start;
  start.surface = kSurface;
  start.mode = kMode;
  start.conversation = kConversation;
  start.prompt = message.content;
  start.task = state.access.meeting;
  start.recipe = std::make_unique<prompts::GoalCoachRecipe>(
      facts_of(state, std::move(goals), std::move(message.content)));
  start.key = std::move(message.key);
  start.digest = std::move(message.digest);
  start.sampling.max_output = {config.max_tokens};
  start.sampling.temperature = config.temperature;
  ChannelUse& channel = start.channel.emplace();
  channel.shows_pieces = true;
  channel.shows_at_once = true;
  channel.slow_after_ms = static_cast<std::uint64_t>(config.slow_after.count());
  return start;
}

}  // namespace

std::string model_of(const ModelCatalogue& models, const std::string& wanted) {
  if (auto named = named_model(models, wanted)) return std::move(*named);
  return models.aliases().empty() ? std::string() : models.aliases().front();
}

bool has_model(const ModelCatalogue& models, const std::string& wanted) {
  return named_model(models, wanted).has_value();
}

Awaitable<Asked> ask(const SurfaceContext& context, const GoalCoachConfig& config, Loop& loop,
                     Deadline deadline, Caller caller, CoachMessage message) {
  Asked asked{{make_error(ErrorCode::internal, "")}, {}, {}};
  services::GoalServices& known = *context.goals;
  const auto state = co_await known.access.check(loop, deadline, caller.user);
  if (!state) {
    asked.outcome.run = state.error();
    co_return asked;
  }
  if (!state->is_open()) {
    asked.outcome.run = known.access.refusal(*state);
    co_return asked;
  }
  auto goals = co_await known.access.active_goals(loop, deadline, caller.user);
  if (!goals) {
    asked.outcome.run = goals.error();
    co_return asked;
  }
  services::StartRun start = start_of(config, *state, std::move(*goals), std::move(message));
  start.model = model_of(*context.runtime.take()->models, config.coach_model);
  asked.model = start.model;
  asked.meeting = start.task;
  start.caller = std::move(caller);
  start.deadline = deadline;
  asked.outcome = co_await context.runs.start(loop, std::move(start));
  if (!asked.outcome.run) asked.outcome.run = in_coach_terms(asked.outcome.run.error());
  co_return asked;
}

}  // namespace belay::surfaces::goal_coach
