// One event of a Responses stream, or a whole response: JSON read into what we need of it.
//
// Facts of the format (as of November 2026, from OpenAI's own clients and documentation, and xAI's): every
// event has `type`, and a `sequence_number` that grows by one; deltas are strings; `response` stands in
// response.created, .completed, .incomplete and .failed; the event `error` is flat: {code,message,param}.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/chat.hpp"
#include "providers/failures.hpp"

namespace belay::providers {

// Views are valid until the buffer reads the next document.
struct ResponseItem {
  std::string_view type;  // "message", "function_call", "reasoning" …
  std::string_view call_id;
  std::string_view name;
  std::string_view arguments;
  std::vector<std::string_view> texts;  // of a message: its output and its refusals
};

struct ResponseObject {
  std::string_view id;
  std::string_view status;
  std::string_view incomplete_reason;
  std::optional<ReportedError> error;
  std::optional<Usage> usage;
  std::vector<ResponseItem> output;
};

struct ResponseEvent {
  std::string_view type;
  std::optional<std::uint64_t> sequence_number;
  std::uint64_t output_index = 0;
  std::string_view delta;
  std::string_view arguments;
  ResponseItem item;
  ResponseObject response;
  ReportedError error;  // of the event `error`

  bool read(JsonBuffer& buffer, std::string_view text);
};

bool read_response(JsonBuffer& buffer, std::string_view text, ResponseObject& out);

}  // namespace belay::providers
