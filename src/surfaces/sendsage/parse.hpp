// Parses the SendSage surface's requests (requirements S3, S4).
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/run_id.hpp"
#include "surfaces/sendsage/config.hpp"
#include "transport/message.hpp"

namespace belay::surfaces::sendsage {

inline constexpr std::string_view kSurface = "sendsage";

struct Question {
  std::string prompt;
  std::string conversation;  // empty: none is given
  std::string key;           // Idempotency-Key; empty: none
  std::string digest;        // of the body, if there is a key
};
Result<Question> parse_question(const transport::Request& request, const SendsageConfig& config);

Result<RunId> parse_request_id(std::string_view text);

}  // namespace belay::surfaces::sendsage
