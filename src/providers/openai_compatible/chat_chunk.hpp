// One JSON object of a Chat Completions response: a chunk of a stream, a whole answer, or an error.
//
// Facts of the format (as of November
// 2026, from the clients that OpenAI publishes and the documentation of OpenAI and xAI): `choices` may be
// empty; `usage` is null in all chunks but one; an error comes as {"error":{message,type,code}} or, from xAI,
// {"code":"…","error":"…"}; a whole answer has `message` where a chunk has `delta`.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/chat.hpp"
#include "providers/failures.hpp"
#include "providers/tool_calls.hpp"

namespace belay::providers {

// Views are valid until the buffer reads the next document.
struct ChatChunk {
  std::string_view content;
  std::string_view refusal;
  bool reasoning = false;  // the model thinks aloud, which is progress but no answer
  std::vector<ToolCallGatherer::Piece> tool_calls;
  std::optional<FinishReason> finish;
  std::optional<Usage> usage;
  std::optional<ReportedError> error;
  bool has_choice = false;

  // Whether this is a JSON object whose members, where we need them, are of the right types.
  bool read(JsonBuffer& buffer, std::string_view text);
};

}  // namespace belay::providers
