// What all surfaces have in common: for requests that start something, Idempotency-Key (requirement X13) and a
// deadline; for streams, the position to resume from (X1), and how a stream begins.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "core/types/position.hpp"
#include "services/runs/run_service.hpp"
#include "surfaces/surface.hpp"
#include "transport/message.hpp"
#include "transport/websocket/websocket.hpp"

namespace belay::surfaces {

// How long a handler may wait for stores and counters. An answer that is waited for has a time of its own.
Deadline deadline_of(const transport::Request& request);

// Where a reader wants to resume: the header takes precedence over the query; nothing: from the start.
Result<std::optional<Position>> parse_resume(const transport::Request& request);
// Rejects a POST that starts something and also carries a position to resume from.
Result<> refuse_resume(const transport::Request& request);
// The events of the log, in a format. 204 when no event will ever follow, so that an EventSource stops
// reconnecting (X13). Clients reconnect after a random time between `retry_base` and twice that. The stream ends when
// the caller's sign-in does (auth/open_streams.hpp). On the request's loop.
transport::Response stream_response(const transport::Request& request, const SurfaceContext& context,
                                    const Caller& caller, services::OpenLog log, const Format& format,
                                    Milliseconds retry_base);

// The parts of stream_response(), for other sources. `first_messages` are sent before the source's. For HEAD, only the
// head.
transport::Response stream_head(const Format& format);
transport::Response stream_of(const transport::Request& request, const SurfaceContext& context,
                              const Caller& caller, std::unique_ptr<ByteSource> source, const Format& format,
                              Milliseconds retry_base, std::string_view first_messages = {});

// The 101 of a WebSocket, or the response that refuses its handshake. It ends when the caller's sign-in does, behind an
// error in this format. The caller of this function has checked the Origin (Authenticator::check_origin()).
transport::Response socket_response(const transport::Request& request, const SurfaceContext& context,
                                    const Caller& caller,
                                    std::unique_ptr<transport::WebSocketHandler> handler,
                                    const Format& format, Milliseconds retry_base);

// 1 to 255 printable ASCII characters without spaces.
bool is_idempotency_key(std::string_view text);
// Empty: the request has none.
Result<std::string> parse_idempotency_key(const transport::Request& request);

// 1 to 128 letters, digits, dots, colons, dashes or underscores: the format of ids that clients may choose.
bool is_client_id(std::string_view text);

}  // namespace belay::surfaces
