#include "surfaces/sendsage/config.hpp"

#include "base/settings/settings.hpp"

namespace belay::surfaces {

using namespace std::chrono_literals;

namespace {

constexpr const char* kUpgrade = "Upgrade to Premium for unlimited coaching!";

}  // namespace

void declare(Settings& settings, SendsageConfig& sendsage) {
  settings.section(
      "sendsage",
      "The SendSage surface: POST /chat/basic and /chat/premium, and the answers on GET /stream.");
  settings.boolean("enabled", sendsage.enabled, "Whether the surface is served.");
  settings.string("prefix", sendsage.prefix, 256, "Prefix of all its paths: \"/climbing\". Empty: none.");
  settings.string(
      "basic_model", sendsage.basic_model, 64,
      "The alias of the model that answers POST /chat/basic. If [[models]] has no such model, or if "
      "this is empty, the first one answers.");
  settings.string("premium_model", sendsage.premium_model, 64, "The same for POST /chat/premium.");
  settings.string("premium_tier", sendsage.premium_tier, 64,
                  "The lowest tier that is Premium: a name or an alias of [tiers].");
  settings.size("max_body", sendsage.max_body, {1_KiB, 16_MiB},
                "Largest request body without a file. Beyond: 413.");
  settings.size("max_prompt", sendsage.max_prompt, {16_B, 4_MiB}, "Longest question. Beyond: 413.");
  settings.integer("basic_tokens", sendsage.basic_tokens, {1'000, 10'000'000, "tokens"},
                   "Tokens of a prompt and its answer together, of POST /chat/basic.");
  settings.integer("premium_tokens", sendsage.premium_tokens, {1'000, 10'000'000, "tokens"},
                   "The same for POST /chat/premium.");
  settings.duration(
      "slow_after", sendsage.slow_after, {0ms, 10min},
      "A question without an answer after this time gets a second `processing` event. 0: never.");
  settings.duration(
      "retry_base", sendsage.retry_base, {100ms, 10min},
      "Streams ask their clients to reconnect after a random time between this value and twice this value.");
  SendsageConfig::Limits& limits = sendsage.limits;
  policy::declare_active(settings, limits, "questions");
  settings.integer("quota_basic", limits.quota_basic, {1, 1'000'000, "questions"},
                   "Questions of a Basic user in a calendar month (UTC). Beyond: 429.");
  settings.integer("rate_basic", limits.rate_basic, {1, 10'000, "questions"},
                   "Questions of a Basic user in any span of rate_window. Beyond: 429.");
  settings.integer("rate_premium", limits.rate_premium, {1, 10'000, "questions"},
                   "The same of a Premium user.");
  settings.duration("rate_window", limits.rate_window, {1s, 24h}, "The time span of the rates above.");
}

policy::SurfaceRules rules(const SendsageConfig& config, const policy::Config& policy) {
  const SendsageConfig::Limits& limits = config.limits;
  policy::SurfaceRules rules;
  rules.surface = "sendsage";
  rules.shares_answers = true;
  rules.has_channel = true;
  policy::Active active{rules.surface, "questions"};
  active.max_per_user = limits.max_active_per_user;
  active.max = limits.max_active;
  active.busy_retry_after = policy.busy_retry_after;
  const policy::Quota quota{"sendsage.quota.basic", "questions", limits.quota_basic, kUpgrade};
  policy::Rate basic{"sendsage.rate.basic", "questions"};
  basic.max_per_user = limits.rate_basic;
  basic.window = limits.rate_window;
  policy::Rate premium{"sendsage.rate.premium", "questions"};
  premium.max_per_user = limits.rate_premium;
  premium.window = limits.rate_window;
  rules.run_modes = {"basic", "short", "premium"};
  rules.limits["basic"] = {quota_of_caller(quota), rate_of_caller(basic), active_of_caller(active),
                           active_of_server(active)};
  rules.limits["short"] = {rate_of_caller(premium), active_of_caller(active), active_of_server(active)};
  rules.limits["premium"] = rules.limits["short"];
  return rules;
}

}  // namespace belay::surfaces
