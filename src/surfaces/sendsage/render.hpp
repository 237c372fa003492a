// Renders the messages of a user's channel as the events of the SendSage surface (requirement S2):
//
//   message            event                      data
//   processing         processing                 {"status":"Processing...", …}
//   slow               processing                 {"status":"Still working—hang tight!", …}
//   upload_processed   upload_processed           {"status":"Your CSV has been processed", …}
//   piece              partial_response           {"text":"…", …}
//   response           response                   {"text":"…", …}
//   suggestion         visualization_suggestion   {"suggestion":"…","url":"…", …}
//   error              error                      {"error":"…","code":"…", …}
//
// Each data ends with "request_id" and "conversation_id", if the event belongs to a question, and
// "metadata":{"timestamp","response_length","processing_time"}: UTC, code points of `text`, seconds.
#pragma once

#include <string>
#include <string_view>

#include "core/log/dialect.hpp"
#include "core/types/limit.hpp"
#include "core/types/position.hpp"
#include "services/runs/run_service.hpp"

namespace belay::surfaces::sendsage {

const Format& format();

// What a stream begins with. After a reset, an event `reset` {"reason"}: the client drops what it has. Both carry the
// position, so that a client that reconnects before the first event continues there.
std::string stream_beginning(const Position& after, bool is_reset);

// {"request_id","conversation_id","status":"processing","stream"}
std::string render_accepted(const services::StartedRun& run, const std::string& conversation,
                            const std::string& stream);
// {"tier","unlimited":false,"limit","used","remaining","renews"}; without a quota, the numbers are null.
std::string render_quota(std::string_view tier, const LimitStatus* quota, WallTime now);

}  // namespace belay::surfaces::sendsage
