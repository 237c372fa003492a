// Parses the requests of Anthropic's clients: JSON and headers in, checked values out (requirements K30 to K35).
//
// Members, headers and parameters that are not known are ignored (`anthropic-version`, `anthropic-beta`, `?beta=true`).
// A member that asks for what cannot be done is refused with `not_implemented` and its name; anything else that is wrong
// with `invalid_request`. Places in the body are named like `messages[2].content[0].type`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/run_id.hpp"
#include "core/types/position.hpp"
#include "services/runs/run_service.hpp"
#include "surfaces/anthropic/config.hpp"
#include "transport/message.hpp"

namespace belay::surfaces::anthropic {

inline constexpr std::string_view kSurface = "anthropic";
inline constexpr std::string_view kMessagesMode = "messages";
// The id of a message is this and the run's id.
inline constexpr std::string_view kIdPrefix = "msg_";
inline constexpr std::string_view kAboutMessages = "messages";

struct MessagesRequest {
  services::StartRun start;  // without its caller and deadline
  bool stream = false;
  std::optional<Position> after;  // of a POST that goes on with an earlier one, by its key
};
Result<MessagesRequest> parse_messages(const transport::Request& request, const AnthropicConfig& config);

// What is counted: the prompt of such a request, and its tools. `max_tokens` may be absent.
struct CountRequest {
  std::string model;  // empty: none is named
  std::unique_ptr<prompts::Recipe> recipe;
  std::vector<Tool> tools;
};
Result<CountRequest> parse_count(const transport::Request& request, const AnthropicConfig& config);

// GET of a message.
struct ReadRequest {
  RunId run;
  bool stream = false;
  std::optional<Position> after;  // Last-Event-ID
};
Result<ReadRequest> parse_read(const transport::Request& request);

Error no_such_message();
// "msg_…". Fails with no_such_message().
Result<RunId> parse_message_id(std::string_view text);

}  // namespace belay::surfaces::anthropic
