// Close codes (RFC 6455, section 7.4): why a WebSocket ends, and what its client does next. docs/WEBSOCKET.md is the
// table for client authors.
//
// 4000–4999 are for applications: below 4100 the driver's own, from 4100 a surface's.
#pragma once

#include <cstdint>

namespace belay::transport {

enum class CloseCode : std::uint16_t {
  normal = 1000,            // it is over: do not reconnect
  going_away = 1001,        // the server shuts down: reconnect after `retry`, and resume
  protocol_error = 1002,    // the client is wrong: do not reconnect
  unsupported_data = 1003,  // a binary message where only text is read
  no_status = 1005,         // never sent: the client closed without a code
  abnormal = 1006,          // never sent: the connection ended without a close frame
  invalid_text = 1007,      // not UTF-8
  policy_violation = 1008,  // too many messages, frames or fragments
  message_too_big = 1009,
  internal_error = 1011,  // the server failed: reconnect with back-off
  service_restart = 1012,
  sign_in_over = 4001,  // the token has expired: get a new one, reconnect, resume
  revoked = 4003,       // access was taken away: sign in again
  source_lost = 4007,   // the stream that was shown cannot go on: reconnect and resume
  too_slow = 4008,      // the client read too slowly: reconnect and resume
};

// Whether a peer may send this code: 1000–1003, 1007–1014, 3000–4999.
constexpr bool is_sendable_close_code(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

}  // namespace belay::transport
