// One event of an Anthropic Messages stream, or a complete message, parsed from JSON. Only the members that
// we need are read.
//
// Facts of the format, as of November 2026, from Anthropic's own clients and documentation:
// - The member `type` of the JSON is the event's name.
// - Content comes in blocks. `index` identifies the block.
// - Usage is cumulative. The input is in message_start, the output in message_delta.
// - New types of events, blocks and deltas may appear at any time. Unknown types are ignored.
//
// Compatible servers differ: they use an index twice or omit it, put text and input into content_block_start,
// or put the complete message into message_start or message_stop.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/types/message.hpp"
#include "providers/failures.hpp"
#include "providers/text_slot.hpp"

namespace belay::providers {

// Token counts from the event. 0 means that the count is missing, so it has not changed.
struct MessageUsage {
  TokenCount input;  // neither read from the cache nor written to it
  TokenCount cache_read;
  TokenCount cache_written;
  TokenCount output;
};

// Views are valid until the buffer reads the next document.
struct MessageBlock {
  std::string_view type;  // "text", "tool_use", "thinking" …
  std::string_view text;
  std::string_view thinking;
  std::string_view id;
  std::string_view name;
  std::string_view input;  // of a tool call, as JSON text
};

struct MessageEvent {
  std::string_view type;
  std::optional<std::uint64_t> index;
  MessageBlock block;           // content_block_start
  std::string_view delta_type;  // content_block_delta: "text_delta", "input_json_delta" …
  std::string_view text;
  std::string_view thinking;
  std::string_view partial_json;
  bool partial_json_is_object = false;
  std::string_view stop_reason;       // message_delta, or a complete message
  std::string_view stop_sequence;     // same
  MessageUsage usage;                 // message_start, message_delta, or a complete message
  std::vector<MessageBlock> content;  // a complete message
  std::optional<ReportedError> error;

  // An event that differs from the one before in its text only is recognised by its bytes: `text` is then a view into
  // `document`.
  bool read(JsonBuffer& buffer, std::string_view document);

 private:
  bool parse(JsonBuffer& buffer, std::string_view document, const char*& text_token);
  bool has_only_text() const;
  void reset();

  TextSlot slot_;
};

}  // namespace belay::providers
