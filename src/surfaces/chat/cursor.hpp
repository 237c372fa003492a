// The cursor of a history: where a page ends, and in which chat, project or task. So a cursor of another history is
// recognised. To clients it is opaque.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/types/conversation.hpp"

namespace belay::surfaces::chat {

std::string history_cursor(const MessagePlace& place, const MessageFilter& of);
// Fails with `invalid_request` and says what to do.
Result<MessagePlace> parse_history_cursor(std::string_view text, const MessageFilter& of);

}  // namespace belay::surfaces::chat
