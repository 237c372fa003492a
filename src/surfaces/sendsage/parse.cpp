#include "surfaces/sendsage/parse.hpp"

#include "base/digest.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::sendsage {

Result<Question> parse_question(const transport::Request& request, const SendsageConfig& config) {
  if (const auto fine = refuse_resume(request); !fine) return fine.error();
  const auto body = parse_json_object(request);
  if (!body) return body.error();
  Question question;
  auto prompt = required_message(*body, "prompt", config.max_prompt);
  if (!prompt) return prompt.error();
  question.prompt = std::move(*prompt);
  auto conversation = optional_string(*body, "conversation_id");
  if (!conversation) return conversation.error();
  question.conversation = std::move(*conversation);
  // Empty is none, as in a form.
  if (!question.conversation.empty() && !is_client_id(question.conversation))
    return make_error(
        ErrorCode::invalid_request,
        "conversation_id must have 1 to 128 letters, digits, dots, colons, dashes or underscores.",
        "conversation_id");
  auto key = parse_idempotency_key(request);
  if (!key) return key.error();
  question.key = std::move(*key);
  if (!question.key.empty()) question.digest = digest_of(request.body);
  return question;
}

Result<RunId> parse_request_id(std::string_view text) {
  if (const auto id = RunId::parse(text)) return *id;
  return make_error(
      ErrorCode::invalid_request,
      "This is no request id. Send the request_id that the question was answered with, unchanged.",
      "request_id");
}

}  // namespace belay::surfaces::sendsage
