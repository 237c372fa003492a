// Server-sent events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
//
//   id: 1-7
//   event: response_chunk
//   data: {"content":"Hi"}
//
// Everything is a block that ends in a blank line. So a client that looks at single lines (`data: …`) never
// finds a comment or a `retry:` inside an event.
#pragma once

#include <string>
#include <string_view>

#include "base/framing.hpp"

namespace belay::transport {

const Framing& sse_framing();
// Without `id:` lines, for clients that expect each block to begin with `data: `.
const Framing& sse_framing_without_ids();

// For clients that take every block for a message, also one without data: nothing stands between the messages but single
// lines. `retry:` is the first line of the first message's block, and a heartbeat is a comment without a blank line. A
// message's id is the last line of its block.
const Framing& sse_framing_without_empty_blocks();

// Only a position: no event for the client's program, but the client sends it when it reconnects.
std::string sse_position(std::string_view id);

}  // namespace belay::transport
