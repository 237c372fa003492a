// Renders answers as the AI SDK's UI message stream (requirements K50, K51, K55, K56, K58), and chats as its messages.
//
//   event            chunks
//   started          start {messageId, messageMetadata: {runId, model}}, start-step
//   delta            text-delta {id, delta}; the first of a part: text-start {id} before it
//   reasoning_delta  the same with reasoning-
//   part             text-start, reasoning-start, or tool-input-start {toolCallId, toolName}
//   tool_call        tool-input-available {toolCallId, toolName, input}, or tool-input-error if no input can be read
//   restarted        data-restarted {transient: true}: what follows replaces the texts so far
//   completed        finish-step, finish {finishReason, messageMetadata: {usage}}, [DONE]
//   cancelled        abort, finish, [DONE]
//   failed, interrupted
//                    error {errorText}, finish, [DONE]
//
// What begins or ends an open text or reasoning ends it first: text-end, reasoning-end. All other events are not shown.
// Version 6 of the AI SDK knows every chunk. The number of a message, [DONE] included, is the count of the messages before
// it. Ids of parts are counted in the log, so a replay has the same ones.
#pragma once

#include <string>
#include <string_view>

#include "core/log/dialect.hpp"
#include "core/types/conversation.hpp"
#include "services/runs/run_service.hpp"

namespace belay::surfaces::chat::ui {

inline constexpr std::string_view kDone = "[DONE]";

// As SSE. Ids name the run (session_position.hpp), as those of GET /api/chat/stream?chatId= do.
const Format& format();
// One chunk a line, with [DONE] at the end: for the socket, which writes frames around them.
const Format& lines();

// {"messages":[UIMessage…],"activeStreamId":…,"nextCursor":…}. `active`: the answer that is being made, empty: none.
std::string render_messages(const MessagePage& page, const MessageFilter& of, std::string_view active);

}  // namespace belay::surfaces::chat::ui
