// Events as a dialect renders them, for tests with literal bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/log/dialect.hpp"
#include "transport/framing/testing/frame_reader.hpp"
#include "transport/framing/websocket.hpp"

namespace belay::surfaces::testing {

struct RenderedEvent {
  EventType type = EventType::delta;
  std::string payload;
  std::uint32_t turn = 0;
  Position position{1, 7};
  EventCounts before{};  // for dialects that number their messages
};

inline void render(const Dialect& dialect, const RenderedEvent& event, MessageWriter& writer) {
  LogHead head;
  head.turn = event.turn;
  dialect.render(head, {event.position.offset, event.type, {}, event.payload}, event.before, event.position,
                 writer);
}

inline std::string rendered(const Format& format, const RenderedEvent& event) {
  std::string bytes;
  MessageWriter writer(format.framing, bytes);
  render(format.dialect, event, writer);
  return bytes;
}

// The event's messages as a WebSocket client gets them, wherever its connection cuts the bytes.
inline std::vector<std::string> over_websocket(const Format& format, const RenderedEvent& event) {
  return transport::testing::messages_cut_anywhere(
      rendered({format.dialect, transport::websocket_framing()}, event));
}

}  // namespace belay::surfaces::testing
