// Parses the assistant's requests: JSON and headers in, checked values out (requirements A1, A2, X1, X13).
#pragma once

#include <string>

#include "base/result.hpp"
#include "base/run_id.hpp"
#include "policy/admission.hpp"
#include "surfaces/assistant/config.hpp"
#include "transport/message.hpp"

namespace belay::surfaces::assistant {

struct Ask {
  std::string prompt;
  policy::AssistantMode mode = policy::AssistantMode::chat;
  std::string track_id;         // empty: none
  std::string context;          // JSON text, numbers exactly as they were sent; empty: none
  std::string conversation_id;  // empty: stateless
  std::string idempotency_key;  // empty: none
  std::string body_digest;      // distinguishes two bodies under the same key
};

// Fails with `invalid_request` (names the field), `unsupported_media_type` or `payload_too_large`.
Result<Ask> parse_ask(const transport::Request& request, const AssistantConfig& config);

Result<RunId> parse_request_id(std::string_view text);

}  // namespace belay::surfaces::assistant
