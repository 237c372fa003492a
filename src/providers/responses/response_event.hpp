// One event of a Responses stream, or a complete response, parsed from JSON. Only the members that we need
// are read.
//
// Facts of the format, as of November 2026, from OpenAI's own clients and documentation, and xAI's
// documentation:
// - Every event has `type`, and a `sequence_number` that grows by one.
// - Deltas are strings.
// - response.created, .completed, .incomplete and .failed contain `response`.
// - The event `error` is flat: {code,message,param}.
//
// Compatible servers differ: their sequence numbers may have gaps, they omit indexes, and they may send a
// text only when it is done.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/types/message.hpp"
#include "providers/failures.hpp"
#include "providers/json_reading.hpp"

namespace belay::providers {

// Views are valid until the buffer reads the next document.
struct ResponseItem {
  std::string_view type;  // "message", "function_call", "reasoning" …
  std::string_view id;
  std::string_view call_id;
  std::string_view name;
  std::string_view arguments;
  json::TextParts texts;  // of a message: its output and its refusals
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
  std::optional<std::uint64_t> output_index;
  std::uint64_t content_index = 0;
  std::string_view item_id;
  json::TextParts delta;
  std::string_view arguments;  // of a call: all arguments, or a delta that is an object
  bool arguments_are_object = false;
  std::string_view name;
  json::TextParts text;  // of a part that is done
  ResponseItem item;
  ResponseObject response;
  std::optional<ReportedError> error;  // of the event `error`

  bool read(JsonBuffer& buffer, std::string_view text);

 private:
  void reset();
};

bool read_response(JsonBuffer& buffer, std::string_view text, ResponseObject& out);

}  // namespace belay::providers
