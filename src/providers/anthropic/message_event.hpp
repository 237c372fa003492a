// One event of an Anthropic Messages stream, or a whole message: JSON read into what we need of it.
//
// Facts of the format (as of November 2026, from Anthropic's own clients and documentation): the JSON's
// `type` is the event's name; content comes in blocks that are told apart by `index`; usage is cumulative,
// the input in message_start, the output in message_delta; new types of events, blocks and deltas may appear
// at any time and are passed over. Compatible servers use an index twice, or leave it out, and put text and
// input into content_block_start, or the whole message into message_start or message_stop.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/chat.hpp"
#include "providers/failures.hpp"

namespace belay::providers {

// Counts as they come: 0 is not there, so it has not changed.
struct MessageUsage {
  TokenCount input;  // what was neither read from nor written to the cache
  TokenCount cache_read;
  TokenCount cache_written;
  TokenCount output;
};

// Views are valid until the buffer reads the next document.
struct MessageBlock {
  std::string_view type;  // "text", "tool_use", "thinking" …
  std::string_view text;
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
  std::string_view partial_json;
  bool partial_json_is_object = false;
  std::string_view stop_reason;       // message_delta, or a whole message
  MessageUsage usage;                 // message_start, message_delta, or a whole message
  std::vector<MessageBlock> content;  // a whole message
  std::optional<ReportedError> error;

  bool read(JsonBuffer& buffer, std::string_view text);
};

}  // namespace belay::providers
