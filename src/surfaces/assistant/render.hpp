// Renders the assistant's events (requirement A3): the log's events, as the surface's document defines them.
//
//   event        SSE events
//   started      status {"status":"queued"}
//   stage        stage {"stage": "provider" | "answer" | "recovered"}; before "provider" also
//                status {"status":"running"}
//   delta        response_chunk {"content"}
//   tool_call    action {"id","name","arguments"}; for a call that does not match its declaration:
//                stage {"stage":"action_refused","action","reason"}
//   restarted    status {"status":"restarted"}: drop the text so far
//   completed    status, then complete {"request_id","content","finish","usage","actions","appendix"}
//   failed, cancelled, interrupted
//                status, then error {"code","message","retryable"}
//
// When one log event becomes two SSE events, only the last of them carries the id. Only complete contains
// `usage`.
#pragma once

#include "core/log/dialect.hpp"

namespace belay::surfaces::assistant {

// The assistant's dialect as SSE with ids.
const Format& format();

}  // namespace belay::surfaces::assistant
