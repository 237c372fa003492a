// Renders answers as Anthropic's Messages (requirements K30, K31, K35).
//
//   event           what is sent; each has the name of its type as its `event:`
//   started         message_start with the estimated size of the prompt, ping
//   delta, reasoning_delta
//                   content_block_delta with a text_delta or a thinking_delta
//   part            of a tool call: content_block_start with a tool_use
//   tool_delta      content_block_delta with an input_json_delta
//   tool_call       the whole call as a block, if no part has begun it
//   completed       message_delta with the reason and the usage, message_stop
//   failed, cancelled, interrupted; also completed, if late pieces of a call (see below) were not shown
//                   error: every SDK raises it, so that half an answer is never taken for a whole one
//
// A block begins where a part of the answer begins, and ends where the next one begins or at the end: the protocol has one
// open block at a time. The index of a block is the count of the blocks before it. All other events are not shown.
//
// Pieces of a call may come when another part has begun. This protocol has no form for them, so a ping is sent in their
// place. No arguments at all ("{}") need no form. After other late pieces the end is an error, because a call was not shown
// in full; the whole answer has the calls. Nothing ever follows an error.
#pragma once

#include <string>

#include "core/log/dialect.hpp"

namespace belay::surfaces::anthropic {

// Messages as SSE with ids, and nothing between them but single lines.
const Format& format();

// The whole answer, as bytes without framing: a `message` object. An answer that has no whole message ends in a line feed,
// the name of an error code, another line feed, and the text of the error (split_whole()). A call whose arguments the
// largest output cut off is left out: its `stop_reason` is max_tokens.
const Format& whole_format();

// Separates both cases.
Result<std::string> split_whole(std::string bytes);

}  // namespace belay::surfaces::anthropic
