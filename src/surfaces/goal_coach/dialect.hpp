// The messages of a user's channel as the goal coach's sockets send them (requirement G2): one JSON object each.
//
//   channel      type             fields, in this order
//   processing   typing           content
//   slow         typing           content
//   piece        response_chunk   content, is_complete: false
//   response     response         content, message_id, is_complete: true, tokens_used
//   error        error            content, error
//
// Behind them come ours: the id of the answer where it is not there already (`message_id`), and the `position` that a
// client sends to resume behind this message.
#pragma once

#include "core/log/dialect.hpp"

namespace belay::surfaces::goal_coach {

// In WebSocket frames.
const Format& format();

}  // namespace belay::surfaces::goal_coach
