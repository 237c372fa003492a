#include "surfaces/openai/config.hpp"

#include "base/settings/settings.hpp"

namespace belay::surfaces {

using namespace std::chrono_literals;

void declare(Settings& settings, OpenAiConfig& openai) {
  settings.section("openai",
                   "The OpenAI surface, for existing clients: POST /v1/chat/completions, POST /v1/responses, "
                   "GET /v1/models.");
  settings.boolean("enabled", openai.enabled, "Whether the surface is served.");
  settings.string("prefix", openai.prefix, 256, "Prefix of all its paths: \"/openai\". Empty: none.");
  settings.string(
      "model", openai.model, 64,
      "The alias of the model of requests that name none. Empty: the first of [[models]] that the "
      "caller may use.");
  settings.string("preamble", openai.preamble, 65'536,
                  "Comes before the system prompt of each request. Empty: the client's text is all.");
  settings.size("max_body", openai.max_body, {1_KiB, 64_MiB}, "Largest request body. Beyond: 413.");
  settings.duration(
      "retry_base", openai.retry_base, {100ms, 10min},
      "Streams ask their clients to reconnect after a random time between this value and twice this value.");
  settings.duration(
      "wait", openai.wait, {1s, 24h},
      "How long a request without `stream` waits for its answer. Beyond: 504. A retry of the client "
      "waits for the same answer.");
  settings.duration(
      "unwatched", openai.unwatched, {0s, 24h},
      "An answer that has had no reader for this time is cancelled. 0s: at once. Answers with an "
      "Idempotency-Key, chat completions with `store: true` and responses with `background: true` go on.");
  OpenAiConfig::Limits& limits = openai.limits;
  policy::declare_active(settings, limits, "requests");
  settings.integer("rate", limits.rate, {1, 100'000, "requests"},
                   "New requests of one user in any span of rate_window. Beyond: 429.");
  settings.duration("rate_window", limits.rate_window, {1s, 24h}, "The time span of the rate.");
}

policy::SurfaceRules rules(const OpenAiConfig& config, const policy::Config& policy) {
  const OpenAiConfig::Limits& limits = config.limits;
  policy::SurfaceRules rules;
  rules.surface = "openai";
  rules.caller_chooses_model = true;
  rules.default_model = config.model;
  policy::Active active{rules.surface, "requests"};
  active.max_per_user = limits.max_active_per_user;
  active.max = limits.max_active;
  active.busy_retry_after = policy.busy_retry_after;
  policy::Rate rate{"openai.rate", "requests"};
  rate.max_per_user = limits.rate;
  rate.window = limits.rate_window;
  rules.run_modes = {"chat", "responses"};
  for (const std::string& mode : rules.run_modes)
    rules.limits[mode] = {active_of_caller(active), rate_of_caller(rate), active_of_server(active)};
  return rules;
}

}  // namespace belay::surfaces
