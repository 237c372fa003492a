#include "surfaces/assistant/config.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include "base/settings/config_reading.hpp"
#include "base/settings/settings.hpp"
#include "policy/assistant_mode.hpp"
#include "prompts/tool_schema.hpp"

namespace belay::surfaces {

using namespace std::chrono_literals;

namespace {

void declare_action(Settings& row, Tool& action) {
  row.string("name", action.name, 64, "The name for the model: letters, digits, dashes and underscores.")
      .required(R"("add_clip")");
  row.string("description", action.description, 1024, "A description for the model.")
      .sample(R"("Adds a clip to the track.")");
  row.string("schema", action.schema, 65'536,
             "JSON Schema of the arguments, as JSON. The model's arguments are checked against it. Arguments "
             "that do not match are reported and never passed on.")
      .required(R"('{"type":"object","properties":{"seconds":{"type":"number"}},"required":["seconds"]}')");
}

std::uint64_t rate_of(const AssistantConfig::Limits& limits, policy::AssistantMode mode) {
  switch (mode) {
    case policy::AssistantMode::chat:
      return limits.rate_chat;
    case policy::AssistantMode::edit:
      return limits.rate_edit;
    case policy::AssistantMode::generate:
      return limits.rate_generate;
  }
  return 0;
}

bool is_word(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  });
}

}  // namespace

void declare(Settings& settings, AssistantConfig& assistant) {
  settings.section(
      "assistant",
      "The assistant surface: POST /assistant/request, then GET /assistant/stream/{request_id}.");
  settings.boolean("enabled", assistant.enabled, "Whether the surface is served.");
  settings.string("prefix", assistant.prefix, 256, "Prefix of all its paths: \"/music\". Empty: none.");
  settings.string("model", assistant.model, 64,
                  "The alias of the model that answers. Empty: the first of [[models]].");
  settings.size("max_body", assistant.max_body, {1_KiB, 16_MiB}, "Largest request body. Beyond: 413.")
      .renamed_from("most_body");
  settings.size("max_prompt", assistant.max_prompt, {16_B, 4_MiB}, "Longest prompt. Beyond: 413.")
      .renamed_from("most_prompt");
  settings.duration(
      "retry_base", assistant.retry_base, {100ms, 10min},
      "Streams ask their clients to reconnect after a random time between this value and twice this value.");
  settings.table_array("actions", assistant.actions, 128,
                       "An action that clients execute. It is offered to the model as a tool.",
                       declare_action);
  AssistantConfig::Limits& limits = assistant.limits;
  policy::declare_active(settings, limits, "requests");
  settings.integer("rate_chat", limits.rate_chat, {1, 10'000, "requests"},
                   "New requests of one user in mode chat in any span of rate_window. Beyond: 429.");
  settings.integer("rate_edit", limits.rate_edit, {1, 10'000, "requests"}, "The same in mode edit.");
  settings.integer("rate_generate", limits.rate_generate, {1, 10'000, "requests"},
                   "The same in mode generate.");
  settings.duration("rate_window", limits.rate_window, {1s, 24h}, "The time span of the rates above.");
}

void check(const AssistantConfig& config, ConfigReading& reading) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < config.actions.size(); ++i) {
    const std::string& name = config.actions[i].name;
    const std::string key = fmt::format("assistant.actions[{}].name", i);
    if (!names.insert(name).second) reading.report(key, "another action has this name; choose another");
    // OpenAI and Anthropic both accept such a name for a tool.
    if (!is_word(name)) reading.report(key, "use letters, digits, dashes and underscores only");
    if (const auto sound = prompts::check_schema(config.actions[i].schema); !sound)
      reading.report(fmt::format("assistant.actions[{}].schema", i), sound.error().detail);
  }
}

policy::SurfaceRules rules(const AssistantConfig& config, const policy::Config& policy) {
  policy::SurfaceRules rules;
  rules.surface = "assistant";
  rules.default_model = config.model;
  policy::Active active{rules.surface, "requests"};
  active.max_per_user = config.limits.max_active_per_user;
  active.max = config.limits.max_active;
  active.busy_retry_after = policy.busy_retry_after;
  using Mode = policy::AssistantMode;
  for (const Mode mode : {Mode::chat, Mode::edit, Mode::generate}) {
    const std::string name(to_string(mode));
    policy::Rate rate{"assistant.rate." + name, name + " requests"};
    rate.max_per_user = rate_of(config.limits, mode);
    rate.window = config.limits.rate_window;
    rules.run_modes.push_back(name);
    rules.limits[name] = {active_of_caller(active), rate_of_caller(rate), active_of_server(active)};
  }
  return rules;
}

}  // namespace belay::surfaces
