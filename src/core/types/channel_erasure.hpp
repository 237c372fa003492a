// What an erasure of messages or of a conversation takes out of a channel (requirement C11). The channel's other events
// stay where they are: offsets and times do not change, so the positions of clients stay valid.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/types/channel.hpp"
#include "core/types/erasure.hpp"

namespace belay {

// Who follows an answer of the conversation, or comes back to it, reads this.
inline constexpr std::string_view kConversationDeleted = "This conversation was deleted.";

// The bytes of these events without what the erasure covers: as many events. Nothing if it covers none of them. The
// events are those of the channel of the erasure's user and surface. Events that can not be read stay as they are.
std::optional<std::string> without_erased(const EventRange& events, const Erasure& erasure);

}  // namespace belay
