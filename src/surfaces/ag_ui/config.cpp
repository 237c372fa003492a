#include "surfaces/ag_ui/config.hpp"

#include "base/settings/settings.hpp"

namespace belay::surfaces {

using namespace std::chrono_literals;

void declare(Settings& settings, AgUiConfig& ag_ui) {
  settings.section("ag_ui", "The AG-UI surface, for clients of that protocol: POST /ag-ui.");
  settings.boolean("enabled", ag_ui.enabled, "Whether the surface is served.");
  settings.string("prefix", ag_ui.prefix, 256, "Prefix of all its paths: \"/support\". Empty: none.");
  settings.string("model", ag_ui.model, 64,
                  "The alias of the model of runs that name none. Empty: the first of [[models]] that the "
                  "caller may use.");
  settings.boolean("instructions", ag_ui.instructions,
                   "Whether system and developer messages of the client, and its context, follow the system "
                   "prompt. false: they are ignored.");
  settings.size("max_body", ag_ui.max_body, {1_KiB, 64_MiB},
                "Largest request body, which has all messages of a thread. Beyond: 413.");
  settings.size("max_prompt", ag_ui.max_prompt, {16_B, 4_MiB}, "Longest question. Beyond: 413.");
  settings.duration(
      "retry_base", ag_ui.retry_base, {100ms, 10min},
      "Streams ask their clients to reconnect after a random time between this value and twice this value.");
  AgUiConfig::Limits& limits = ag_ui.limits;
  policy::declare_active(settings, limits, "runs");
  settings.integer("rate", limits.rate, {1, 10'000, "runs"},
                   "New runs of one user in any span of rate_window. Beyond: 429.");
  settings.duration("rate_window", limits.rate_window, {1s, 24h}, "The time span of the rate.");
}

policy::SurfaceRules rules(const AgUiConfig& config, const policy::Config& policy) {
  const AgUiConfig::Limits& limits = config.limits;
  policy::SurfaceRules rules;
  rules.surface = "ag_ui";
  rules.caller_chooses_model = true;
  rules.default_model = config.model;
  rules.shares_answers = true;
  policy::Active active{rules.surface, "runs"};
  active.max_per_user = limits.max_active_per_user;
  active.max = limits.max_active;
  active.busy_retry_after = policy.busy_retry_after;
  policy::Rate rate{"ag_ui.rate", "runs"};
  rate.max_per_user = limits.rate;
  rate.window = limits.rate_window;
  rules.run_modes = {"run"};
  rules.limits["run"] = {active_of_caller(active), rate_of_caller(rate), active_of_server(active)};
  return rules;
}

}  // namespace belay::surfaces
