#include "ops/declarations/declarations.hpp"

namespace belay::ops {

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

}  // namespace

void declare_assistant(Settings& settings, Configuration& configuration) {
  settings.section(
      "assistant",
      "The assistant surface: POST /assistant/request, then GET /assistant/stream/{request_id}.");
  surfaces::AssistantConfig& assistant = configuration.assistant;
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
  policy::AssistantLimits& limits = configuration.policy.assistant;
  settings
      .integer("max_active_per_user", limits.max_active_per_user, {1, 10'000, "requests"},
               "Requests of one user that are queued or running. Beyond: 429.")
      .renamed_from("most_active_a_user");
  settings
      .integer("max_active", limits.max_active, {1, 1'000'000, "requests"},
               "Requests of all users that are queued or running on this server. Beyond: 503.")
      .renamed_from("most_active");
  settings.integer("rate_chat", limits.rate_chat, {1, 10'000, "requests"},
                   "New requests of one user in mode chat in any span of rate_window. Beyond: 429.");
  settings.integer("rate_edit", limits.rate_edit, {1, 10'000, "requests"}, "The same in mode edit.");
  settings.integer("rate_generate", limits.rate_generate, {1, 10'000, "requests"},
                   "The same in mode generate.");
  settings.duration("rate_window", limits.rate_window, {1s, 24h}, "The time span of the rates above.");
  settings.table_array("actions", assistant.actions, 128,
                       "An action that clients execute. It is offered to the model as a tool.",
                       declare_action);
}

void declare_prompts(Settings& settings, prompts::Config& config) {
  settings.section("prompts", "How a request becomes a prompt.");
  settings.string("preamble", config.preamble, 16'384,
                  "Text before every system prompt: what the product is, whom it talks to.");
  settings.integer(
      "history_messages", config.history_messages, {0, 1000, "messages"},
      "How many earlier messages of a conversation are read. As many whole turns of them are sent as fit.");
  settings.integer("window_percent", config.window_percent, {10, 95, "percent"},
                   "Largest part of a model's window that the prompt may fill. Space for the model's longest "
                   "answer, max_output, is always kept free.");
}

}  // namespace belay::ops
