// One JSON object of a Chat Completions response: a chunk of a stream, a whole answer, or an error.
//
// Facts of the format (as of November
// 2026, from the clients that OpenAI publishes and the documentation of OpenAI and xAI): `choices` may be
// empty; `usage` is null in all chunks but one; an error comes as {"error":{message,type,code}} or, from xAI,
// {"code":"…","error":"…"}, or within the choice (OpenRouter); a whole answer has `message` where a chunk has
// `delta`. Content may be a list of parts (Mistral), arguments an object, and the last chunk of some servers
// is a whole answer.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/chat.hpp"
#include "providers/failures.hpp"
#include "providers/json_reading.hpp"
#include "providers/tool_calls.hpp"

namespace belay::providers {

// Views are valid until the buffer reads the next document.
struct ChatChunk {
  json::TextParts content;
  std::string_view refusal;
  bool reasoning = false;  // the model thinks aloud, which is progress but no answer
  std::vector<ToolCallGatherer::Piece> tool_calls;
  std::string_view finish_reason;
  std::optional<Usage> usage;  // counts that are not there are 0
  std::optional<ReportedError> error;
  std::optional<ReportedError> choice_error;
  bool has_choice = false;
  bool has_delta = false;
  bool has_message = false;
  bool is_completion = false;  // it says that it is a whole answer

  // Whether this is a JSON object whose members, where we need them, are of the right types.
  bool read(JsonBuffer& buffer, std::string_view text);
  // Forgets what a delta, or a message, has said.
  void clear_message();

 private:
  void reset();
};

}  // namespace belay::providers
