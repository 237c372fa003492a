#include "surfaces/assistant/parse.hpp"

#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <openssl/evp.h>

#include "base/utf8.hpp"
#include "surfaces/json_body.hpp"

namespace belay::surfaces::assistant {
namespace {

constexpr std::size_t kMostTrackId = 256;
constexpr std::size_t kMostConversationId = 128;
constexpr std::size_t kMostIdempotencyKey = 255;

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos;
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kMostConversationId &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_' || c == '.' || c == ':';
         });
}

std::string digest(std::string_view bytes) {
  std::array<unsigned char, 32> hash;
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), hash.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 is not available");
  return std::string(reinterpret_cast<const char*>(hash.data()), size);
}

Result<std::string> parse_idempotency_key(const transport::Request& request) {
  const auto key = request.header("idempotency-key");
  if (!key) return std::string();
  const bool fine = !key->empty() && key->size() <= kMostIdempotencyKey &&
                    std::all_of(key->begin(), key->end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (!fine)
    return make_error(ErrorCode::invalid_request,
                      "Idempotency-Key must be 1 to 255 printable ASCII characters without spaces.",
                      "Idempotency-Key");
  return std::string(*key);
}

}  // namespace

Result<Ask> parse_ask(const transport::Request& request, const AssistantConfig& config) {
  if (request.header("last-event-id"))
    return make_error(
        ErrorCode::invalid_request,
        "This starts a request and can not resume one. Read the stream again with GET and Last-Event-ID.",
        "Last-Event-ID");
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
      !is_id(ask.conversation_id))
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
  if (!ask.idempotency_key.empty()) ask.body_digest = digest(request.body);
  return ask;
}

Result<std::optional<Position>> parse_resume(const transport::Request& request) {
  auto text = request.header("last-event-id");
  if (!text || text->empty()) text = request.query_value("last_event_id");
  if (!text || text->empty()) return std::optional<Position>();
  const auto position = Position::parse(*text);
  if (!position) return position.error();
  return std::optional<Position>(*position);
}

Result<RunId> parse_request_id(std::string_view text) {
  if (const auto id = RunId::parse(text)) return *id;
  return make_error(
      ErrorCode::invalid_request,
      "This is no request id. Send the request_id that POST /assistant/request answered, unchanged.",
      "request_id");
}

}  // namespace belay::surfaces::assistant
