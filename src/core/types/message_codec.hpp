// How messages and tool calls become bytes in a log.
//
// A list of messages is a list of items, one a part:
//
//   1 role  2 text  3 whether the part belongs to the message of the item before  4 call  5 call id of a result
//   6 reasoning  7 image  8 file  9 name of the message, in its first item
//
// A message with one text is encoded as it was before messages had parts. A server of that time reads several
// texts as several messages, a result as words of the user, and skips calls and reasoning. A server from before images
// and files reads their placeholders as texts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/types/described.hpp"
#include "core/types/message.hpp"

namespace belay {

// Writes the items of a message, each with this tag.
void append_message(std::uint32_t tag, const Message& message, FieldWriter& writer);
// Reads one item: adds a message, or a part to the last message. Returns false if the item is broken.
bool take_message_item(std::string_view item, std::vector<Message>& messages);

// Messages as a field of a description.
inline void visit_messages(FieldEncoder& field, std::uint32_t tag, const std::vector<Message>& messages) {
  for (const Message& message : messages) append_message(tag, message, field.writer());
}
inline void visit_messages(FieldDecoder& field, std::uint32_t tag, std::vector<Message>& messages) {
  if (field.is(tag)) field.check(take_message_item(field.bytes(), messages));
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, ToolCall>& call) {
  field(1, call.id);
  field(2, call.name);
  field(3, call.arguments);
}

}  // namespace belay
