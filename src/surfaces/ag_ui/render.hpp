// Renders runs as AG-UI events (requirements K70 to K73), and threads as its messages.
//
//   event            AG-UI events
//   started          RUN_STARTED {threadId, runId}
//   delta            TEXT_MESSAGE_CONTENT {messageId, delta}; the first of a part: TEXT_MESSAGE_START before it
//   reasoning_delta  REASONING_MESSAGE_CONTENT; the first of a part: REASONING_START, REASONING_MESSAGE_START before it
//   part             TEXT_MESSAGE_START, REASONING_START and REASONING_MESSAGE_START, or
//                    TOOL_CALL_START {toolCallId, toolCallName, parentMessageId}
//   tool_delta       TOOL_CALL_ARGS {toolCallId, delta}
//   tool_call        TOOL_CALL_END; the whole call, if no part has begun it
//   restarted        CUSTOM {name: "restarted", value: {messageId}}: what follows replaces the message
//   completed        RUN_FINISHED {threadId, runId, outcome: {type: "success"}, result: {finishReason}, usage}
//   cancelled        RUN_FINISHED {…, outcome: {type: "cancelled"}, usage}
//   failed, interrupted
//                    RUN_ERROR {message, code, usage}
//
// What is open is closed before a restart and an end, and a text or reasoning also before another part. All other events are
// not shown. All texts and calls of a run are one message of the client, with the id that the stored answer has. Ids of
// calls are counted in the log, and those of the provider are not shown, so that each event is a function of its own
// payload. The number of a message is the count of the messages before it.
#pragma once

#include <string>
#include <string_view>

#include "core/log/dialect.hpp"
#include "core/types/conversation.hpp"
#include "services/runs/run_service.hpp"

namespace belay::surfaces::ag_ui {

// As SSE, with a position as the id.
const Format& format();

// {"messages":[…],"activeRunId":…,"nextCursor":…}. `active`: the client's id of the run that is being answered, empty: none.
std::string render_messages(const MessagePage& page, const MessageFilter& of, std::string_view active);

}  // namespace belay::surfaces::ag_ui
