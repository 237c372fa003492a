// The bounds of a WebSocket, section [websocket] of the settings. limits.cpp has their names and bounds.
#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
}

namespace belay::transport {

struct WebSocketLimits {
  // What a client may send. A message counts as a whole, over all its fragments. Beyond: close code 1009.
  ByteCount max_message{64_KiB};
  // Fragments of one message. Beyond: 1008.
  std::uint32_t max_fragments = 1'000;
  // From the first byte of a message to its last. Beyond: 1008.
  Milliseconds message_deadline{30'000};
  // Messages, and control frames (pings, pongs), in each span of rate_window. Beyond: 1008.
  std::uint32_t max_messages = 100;
  std::uint32_t max_control_frames = 100;
  Milliseconds rate_window{10'000};

  // Short messages of the server that wait until they can be sent. Beyond: 4008.
  ByteCount max_unsent{64_KiB};
  // The client has taken no byte of what there is to send for this long: 4008.
  Milliseconds stalled_limit{60'000};
  // The server pings after this time without a byte from the client, and waits this long for an answer. Beyond: the
  // connection is cut.
  Milliseconds ping_interval{15'000};
  Milliseconds pong_deadline{20'000};
  // From the decision to close to the end of the connection, at most.
  Milliseconds close_deadline{5'000};
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, WebSocketLimits& limits);

}  // namespace belay::transport
