#include "ops/declarations/declarations.hpp"

namespace belay::ops {

using namespace std::chrono_literals;

namespace {

void declare_action(Settings& row, Tool& action) {
  row.text("name", action.name, 64, "What the model calls it: letters, digits, dashes and underscores.")
      .required(R"("add_clip")");
  row.text("description", action.description, 1024, "What it does, for the model.")
      .sample(R"("Adds a clip to the track.")");
  row.text("schema", action.schema, 65'536,
           "JSON Schema of its arguments, as JSON. The model's arguments are held against it; what does not "
           "fit is reported and "
           "never passed on.")
      .required(R"('{"type":"object","properties":{"seconds":{"type":"number"}},"required":["seconds"]}')");
}

}  // namespace

void declare_assistant(Settings& settings, Configuration& configuration) {
  settings.section(
      "assistant",
      "The assistant surface: POST /assistant/request, then GET /assistant/stream/{request_id}.");
  surfaces::AssistantConfig& assistant = configuration.assistant;
  settings.truth("enabled", assistant.enabled, "Whether the surface is served.");
  settings.text("prefix", assistant.prefix, 256, "Put before its paths: \"/music\". Empty: nothing.");
  settings.text("model", assistant.model, 64,
                "The alias of the model that answers. Empty: the first of [[models]].");
  settings.size("most_body", assistant.most_body, {1_KiB, 16_MiB}, "Largest request body. Beyond: 413.");
  settings.size("most_prompt", assistant.most_prompt, {16_B, 4_MiB}, "Longest prompt. Beyond: 413.");
  settings.duration(
      "retry_base", assistant.retry_base, {100ms, 10min},
      "Streams tell their clients to reconnect after this time and up to twice as long, at random.");
  policy::AssistantConfig& limits = configuration.policy.assistant;
  settings.integer("most_active_a_user", limits.most_active_a_user, {1, 10'000, "requests"},
                   "Requests of one user that are queued or running. Beyond: 429.");
  settings.integer("most_active", limits.most_active, {1, 1'000'000, "requests"},
                   "Requests of all users that are queued or running on this server. Beyond: 503.");
  settings.integer("rate_chat", limits.rate_chat, {1, 10'000, "requests"},
                   "New requests of one user in mode chat in any span of rate_window. Beyond: 429.");
  settings.integer("rate_edit", limits.rate_edit, {1, 10'000, "requests"}, "The same in mode edit.");
  settings.integer("rate_generate", limits.rate_generate, {1, 10'000, "requests"},
                   "The same in mode generate.");
  settings.duration("rate_window", limits.rate_window, {1s, 24h},
                    "The span over which the rates above count.");
  settings.rows("actions", assistant.actions, 128,
                "An action that clients carry out: offered to the model as a tool.", declare_action);
}

void declare_prompts(Settings& settings, prompts::Config& config) {
  settings.section("prompts", "How a request becomes a prompt.");
  settings.text("preamble", config.preamble, 16'384,
                "Words put before every system prompt: what the product is, whom it talks to.");
  settings.integer(
      "history_messages", config.history_messages, {0, 1000, "messages"},
      "Earlier messages of a conversation that are looked at. Of these as many whole turns are sent as fit.");
  settings.integer("window_percent", config.window_percent, {10, 95, "percent"},
                   "Largest part of a model's window that the prompt may fill. The model's longest answer, "
                   "most_output, is "
                   "kept free in any case.");
}

}  // namespace belay::ops
