// Parses the requests of OpenAI's clients: JSON and headers in, checked values out (requirements K8 to K12).
//
// Members that are not known are ignored. One that asks for what cannot be done is refused with `not_implemented` and
// the member's name; anything else that is wrong with `invalid_request`. Places in the body are named like
// `messages[2].content[0].type`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/run_id.hpp"
#include "core/types/position.hpp"
#include "services/runs/run_service.hpp"
#include "surfaces/openai/config.hpp"
#include "transport/message.hpp"

namespace belay::surfaces::openai {

inline constexpr std::string_view kSurface = "openai";
inline constexpr std::string_view kChatMode = "chat";
// The id of a completion is this and the run's id.
inline constexpr std::string_view kIdPrefix = "chatcmpl-";
inline constexpr std::string_view kAboutMessages = "messages";

struct ChatRequest {
  services::StartRun start;  // without its caller and deadline
  bool stream = false;
  bool include_usage = false;
  std::optional<Position> after;  // of a POST that goes on with an earlier one, by its key
};
Result<ChatRequest> parse_chat(const transport::Request& request, const OpenAiConfig& config);

// GET of an answer.
struct ReadRequest {
  RunId run;
  bool stream = false;
  bool include_usage = false;
  std::optional<Position> after;     // Last-Event-ID
  std::uint64_t starting_after = 0;  // how many chunks the client has had; 0 if it sends a position
};
Result<ReadRequest> parse_read(const transport::Request& request);

Error no_such_completion();
// "chatcmpl-…". Fails with no_such_completion().
Result<RunId> parse_completion_id(std::string_view text);

}  // namespace belay::surfaces::openai
