// Parses the assistant's requests: JSON and headers in, checked values out (requirements A1, A2, X1, X13).
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "base/run_id.hpp"
#include "services/runs/run_service.hpp"
#include "surfaces/assistant/config.hpp"
#include "transport/message.hpp"

namespace belay::surfaces::assistant {

inline constexpr std::string_view kSurface = "assistant";

// The run that the request asks for, without its caller and deadline. Fails with `invalid_request` (names the
// field), `unsupported_media_type` or `payload_too_large`.
Result<services::StartRun> parse_ask(const transport::Request& request, const AssistantConfig& config);

Result<RunId> parse_request_id(std::string_view text);

}  // namespace belay::surfaces::assistant
