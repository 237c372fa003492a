// WebSocket text messages, as a server sends them (RFC 6455, section 5.2): not masked, so that all readers
// can share their bytes.
//
//    byte 0      byte 1              2 or 8 bytes                          payload
//   ┌─────────┐ ┌─────────────────┐ ┌───────────────────────────────────┐ ┌──────┐
//   │ FIN, op │ │ length, 126, 127│ │ length, if byte 1 is 126 or 127   │ │ data │
//   └─────────┘ └─────────────────┘ └───────────────────────────────────┘ └──────┘
//
// A message that is written in parts goes out as fragments (section 5.4), because the length of its text is
// not known when it begins: a text frame without FIN, continuation frames without FIN, and one with FIN.
//
// A frame has no place for a name or an id: a dialect that needs them puts them into the data. The heartbeat
// is a ping, which clients answer by themselves. The farewell is a close frame with the status 1001.
#pragma once

#include "base/framing.hpp"

namespace belay::transport {

const Framing& websocket_framing();

}  // namespace belay::transport
