#include "surfaces/goal_coach/config.hpp"

#include "base/settings/settings.hpp"

namespace belay::surfaces {

using namespace std::chrono_literals;

void declare(Settings& settings, GoalCoachConfig& coach) {
  settings.section(
      "goal_coach",
      "The goal coach surface, below /api/v1: WS /chat/ws, POST /chat/send, /me, /goals, /meetings.");
  settings.boolean("enabled", coach.enabled, "Whether the surface is served.");
  settings.string("prefix", coach.prefix, 256, "Prefix of all its paths: \"/coaching\". Empty: none.");
  settings
      .string("model", coach.coach_model, 128,
              "The model that answers: its alias, or its provider's name for it. If [[models]] has no such "
              "model, or "
              "if this is empty, the first one answers. Also from ANTHROPIC_MODEL.")
      .also_from("ANTHROPIC_MODEL");
  settings
      .integer("max_tokens", coach.max_tokens, {16, 1'000'000, "tokens"},
               "Longest answer, within max_output of the model. Also from ANTHROPIC_MAX_TOKENS.")
      .also_from("ANTHROPIC_MAX_TOKENS");
  settings
      .number("temperature", coach.temperature, {0, 2},
              "Sent to the model if it is set, and if sampling_allowed of the model is on. Also from "
              "ANTHROPIC_TEMPERATURE.")
      .sample("0.7")
      .also_from("ANTHROPIC_TEMPERATURE");
  settings.size("max_body", coach.max_body, {1_KiB, 16_MiB}, "Largest request body. Beyond: 413.");
  settings.size("max_message", coach.max_message, {16_B, 4_MiB}, "Longest message. Beyond: 413.");
  settings.duration(
      "send_wait", coach.send_wait, {1s, 1h},
      "How long POST /chat/send waits for the whole answer. Beyond: 504; the answer ends, unless a "
      "socket shows it or the request has an Idempotency-Key.");
  settings.duration(
      "retry_base", coach.retry_base, {100ms, 10min},
      "Sockets ask their clients to reconnect after a random time between this value and twice this value.");
  settings.duration("slow_after", coach.slow_after, {0ms, 10min},
                    "A question without an answer after this time gets another `typing` message. 0: never.");
  GoalCoachConfig::Limits& limits = coach.limits;
  policy::declare_active(settings, limits, "messages");
  settings.integer("rate", limits.rate, {1, 10'000, "messages"},
                   "Messages of one user in any span of rate_window. Beyond: 429.");
  settings.integer(
      "rate_changes", limits.rate_changes, {1, 100'000, "changes"},
      "Changes of a user's profile, goals and meetings in any span of rate_window. Beyond: 429.");
  settings.duration("rate_window", limits.rate_window, {1s, 24h}, "The time span of the rates.");
  services::declare(settings, coach.goals);
}

policy::SurfaceRules rules(const GoalCoachConfig& config, const policy::Config& policy) {
  const GoalCoachConfig::Limits& limits = config.limits;
  policy::SurfaceRules rules;
  rules.surface = "goal_coach";
  rules.has_channel = true;
  policy::Active active{rules.surface, "messages"};
  active.max_per_user = limits.max_active_per_user;
  active.max = limits.max_active;
  active.busy_retry_after = policy.busy_retry_after;
  policy::Rate messages{"goal_coach.rate", "messages"};
  messages.max_per_user = limits.rate;
  messages.window = limits.rate_window;
  policy::Rate changes{"goal_coach.rate_changes", "changes"};
  changes.max_per_user = limits.rate_changes;
  changes.window = limits.rate_window;
  rules.run_modes = {"message"};
  rules.limits["message"] = {active_of_caller(active), rate_of_caller(messages), active_of_server(active)};
  rules.limits["change"] = {rate_of_caller(changes)};
  return rules;
}

}  // namespace belay::surfaces
