#include "surfaces/assistant/parse.hpp"

#include <boost/json.hpp>

#include "surfaces/json_body.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::assistant {
namespace {

constexpr std::size_t kMostTrackId = 256;

}  // namespace

Result<Ask> parse_ask(const transport::Request& request, const AssistantConfig& config) {
  if (const auto fine = refuse_resume(request); !fine) return fine.error();
  const auto body = parse_json_object(request);
  if (!body) return body.error();

  Ask ask;
  const auto prompt = required_string(*body, "prompt");
  if (!prompt) return prompt.error();
  ask.prompt = *prompt;
  if (is_blank(ask.prompt))
    return make_error(ErrorCode::invalid_request, "prompt must not be empty.", "prompt");
  if (ask.prompt.size() > config.most_prompt.value)
    return make_error(
        ErrorCode::payload_too_large,
        "prompt is too long: at most " + std::to_string(config.most_prompt.value) + " bytes are taken.",
        "prompt");

  const auto mode_name = required_string(*body, "mode");
  if (!mode_name) return mode_name.error();
  const auto mode = policy::assistant_mode_from(*mode_name);
  if (!mode)
    return make_error(ErrorCode::invalid_request, "mode must be \"generate\", \"edit\" or \"chat\".", "mode");
  ask.mode = *mode;

  const auto track_id = optional_string(*body, "track_id");
  if (!track_id) return track_id.error();
  ask.track_id = *track_id;
  if (ask.track_id.size() > kMostTrackId)
    return make_error(ErrorCode::invalid_request, "track_id must not be longer than 256 bytes.", "track_id");

  const auto conversation = optional_string(*body, "conversation_id");
  if (!conversation) return conversation.error();
  ask.conversation_id = *conversation;
  if (body->contains("conversation_id") && !body->at("conversation_id").is_null() &&
      !is_client_id(ask.conversation_id))
    return make_error(
        ErrorCode::invalid_request,
        "conversation_id must be 1 to 128 letters, digits, dots, colons, dashes or underscores.",
        "conversation_id");

  if (const auto* context = body->if_contains("context"); context && !context->is_null()) {
    if (!context->is_object())
      return make_error(ErrorCode::invalid_request, "context must be a JSON object.", "context");
    ask.context = boost::json::serialize(*context);
  }

  auto key = parse_idempotency_key(request);
  if (!key) return key.error();
  ask.idempotency_key = std::move(*key);
  if (!ask.idempotency_key.empty()) ask.body_digest = digest_of(request.body);
  return ask;
}

Result<RunId> parse_request_id(std::string_view text) {
  if (const auto id = RunId::parse(text)) return *id;
  return make_error(
      ErrorCode::invalid_request,
      "This is no request id. Send the request_id that POST /assistant/request answered, unchanged.",
      "request_id");
}

}  // namespace belay::surfaces::assistant
