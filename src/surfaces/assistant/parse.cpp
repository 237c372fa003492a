#include "surfaces/assistant/parse.hpp"

#include "base/digest.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::assistant {
namespace {

constexpr std::size_t kMaxTrackId = 256;

}  // namespace

Result<services::StartRun> parse_ask(const transport::Request& request, const AssistantConfig& config) {
  if (const auto fine = refuse_resume(request); !fine) return fine.error();
  const auto body = parse_json_object(request);
  if (!body) return body.error();

  services::StartRun start;
  start.surface = kSurface;
  start.tools = config.actions;
  start.may_restart = true;  // {"status":"restarted"} is part of the surface
  prompts::AssistantRecipe::Request recipe;
  auto prompt = required_message(*body, "prompt", config.max_prompt);
  if (!prompt) return prompt.error();
  recipe.prompt = std::move(*prompt);
  start.prompt = recipe.prompt;

  const auto mode_name = required_string(*body, "mode");
  if (!mode_name) return mode_name.error();
  const auto mode = policy::assistant_mode_from(*mode_name);
  if (!mode)
    return make_error(ErrorCode::invalid_request, "mode must be \"generate\", \"edit\" or \"chat\".", "mode");
  recipe.mode = *mode;
  start.mode = *mode_name;

  auto track_id = optional_name(*body, "track_id", kMaxTrackId);
  if (!track_id) return track_id.error();
  recipe.track_id = std::move(*track_id);

  const auto conversation = optional_string(*body, "conversation_id");
  if (!conversation) return conversation.error();
  start.conversation = *conversation;
  if (const auto* given = body->find("conversation_id");
      given && given->kind != JsonKind::null && !is_client_id(start.conversation))
    return make_error(
        ErrorCode::invalid_request,
        "conversation_id must be 1 to 128 letters, digits, dots, colons, dashes or underscores.",
        "conversation_id");

  if (const auto* context = body->find("context"); context && context->kind != JsonKind::null) {
    if (context->kind != JsonKind::object)
      return make_error(ErrorCode::invalid_request, "context must be a JSON object.", "context");
    recipe.context = compact_json(context->raw);
  }
  start.recipe = std::make_unique<prompts::AssistantRecipe>(std::move(recipe));

  auto key = parse_idempotency_key(request);
  if (!key) return key.error();
  start.key = std::move(*key);
  if (!start.key.empty()) start.digest = digest_of(request.body);
  return start;
}

Result<RunId> parse_request_id(std::string_view text) {
  if (const auto id = RunId::parse(text)) return *id;
  return make_error(
      ErrorCode::invalid_request,
      "This is no request id. Send the request_id that POST /assistant/request answered, unchanged.",
      "request_id");
}

}  // namespace belay::surfaces::assistant
