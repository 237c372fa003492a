#include "transport/framing/websocket.hpp"

#include <cstdint>

namespace belay::transport {
namespace {

using namespace std::string_view_literals;

constexpr unsigned kFin = 0x80, kContinuation = 0x0, kText = 0x1;

constexpr unsigned first_byte(MessagePart part) {
  switch (part) {
    case MessagePart::whole:
      return kFin | kText;
    case MessagePart::first:
      return kText;
    case MessagePart::middle:
      return kContinuation;
    case MessagePart::last:
      return kFin | kContinuation;
  }
  return 0;
}

class WebsocketFraming final : public Framing {
 public:
  void open(const MessageHead&, std::string&) const override {}
  void close(MessagePart part, std::size_t data_at, std::string& out) const override {
    const std::uint64_t size = out.size() - data_at;
    const unsigned length_bytes = size < 126 ? 0 : size <= 0xFFFF ? 2 : 8;
    char header[10];
    header[0] = static_cast<char>(first_byte(part));
    header[1] = static_cast<char>(length_bytes == 0 ? size : length_bytes == 2 ? 126 : 127);
    for (unsigned i = 0; i < length_bytes; ++i)
      header[2 + i] = static_cast<char>(size >> (8 * (length_bytes - 1 - i)));
    out.insert(data_at, header, 2 + length_bytes);
  }
  std::string_view heartbeat() const override { return "\x89\x00"sv; }
  std::string farewell(Milliseconds) const override { return "\x88\x02\x03\xE9"; }
};

}  // namespace

const Framing& websocket_framing() {
  static const WebsocketFraming framing;
  return framing;
}

}  // namespace belay::transport
