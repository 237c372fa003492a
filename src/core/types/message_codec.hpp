// How messages and tool calls become bytes in a log.
//
// A list of messages is a list of items, one a part:
//
//   1 role  2 text  3 whether the part belongs to the message of the item before  4 call  5 call id of a result
//   6 reasoning
//
// A message with one text is encoded as it was before messages had parts. A server of that time reads several
// texts as several messages, a result as words of the user, and skips calls and reasoning.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/types/codec.hpp"
#include "core/types/message.hpp"

namespace belay {

// Writes the items of a message, each with this tag.
void append_message(std::uint32_t tag, const Message& message, FieldWriter& writer);
// Reads one item: adds a message, or a part to the last message. Returns false if the item is broken.
bool take_message_item(std::string_view item, std::vector<Message>& messages);

std::string encode(const ToolCall& call);
bool decode_call(std::string_view bytes, ToolCall& call);

}  // namespace belay
