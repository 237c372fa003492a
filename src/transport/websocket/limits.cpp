#include "transport/websocket/limits.hpp"

#include "base/settings/settings.hpp"

namespace belay::transport {

using namespace std::chrono_literals;

void declare(Settings& settings, WebSocketLimits& limits) {
  settings.section("websocket",
                   "WebSockets of all surfaces. What a client does wrong ends its socket with a close code; "
                   "docs/WEBSOCKET.md lists them.");
  settings.size("max_message", limits.max_message, {125_B, 16_MiB},
                "Longest message of a client, over all its fragments. Beyond: 1009.");
  settings.integer("max_fragments", limits.max_fragments, {1, 1'000'000, "fragments"},
                   "Fragments of one message. Beyond: 1008.");
  settings.duration("message_deadline", limits.message_deadline, {100ms, 1h},
                    "From the first byte of a message to its last. Beyond: 1008.");
  settings.integer("max_messages", limits.max_messages, {1, 1'000'000, "messages"},
                   "Messages of one socket in each rate_window. Beyond: 1008.");
  settings.integer("max_control_frames", limits.max_control_frames, {1, 1'000'000, "frames"},
                   "Pings and pongs of one socket in each rate_window. Beyond: 1008.");
  settings.duration("rate_window", limits.rate_window, {100ms, 1h}, "The time span of these two.");
  settings.size(
      "max_unsent", limits.max_unsent, {1_KiB, 16_MiB},
      "Short messages of the server that wait for one client, because it reads slowly. The stream of an "
      "answer is not among them: it waits as a position. Beyond: 4008.");
  settings.duration(
      "stalled_limit", limits.stalled_limit, {100ms, 1h},
      "A socket is closed when there is something to send and its client has taken no byte for this "
      "long: 4008.");
  settings.duration("ping_interval", limits.ping_interval, {100ms, 1h},
                    "The server pings a client from which nothing has come for this long.");
  settings.duration("pong_deadline", limits.pong_deadline, {100ms, 1h},
                    "How long it waits for anything to come after a ping. Beyond: the connection is cut.");
  settings.duration("close_deadline", limits.close_deadline, {10ms, 5min},
                    "How long the end of a WebSocket may take, from the decision to close it.");
}

}  // namespace belay::transport
