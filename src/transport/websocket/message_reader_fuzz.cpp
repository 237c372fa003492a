// Fuzzes the reader of a client's frames. The first byte chooses the limits and where the input is cut. The events must
// not depend on the cut, and what is kept must be bounded.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/utf8.hpp"
#include "transport/websocket/message_reader.hpp"

namespace {

using belay::transport::MessageReader;
using Kind = MessageReader::Kind;

constexpr std::size_t kMaxMessage = 200;

void require(bool holds) {
  if (!holds) std::abort();
}

std::vector<std::string> events_of(std::string_view bytes, std::size_t piece, bool binary) {
  MessageReader reader({belay::ByteCount{kMaxMessage}, 20, binary});
  std::vector<std::string> events;
  while (!bytes.empty()) {
    std::string_view part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    for (;;) {
      const MessageReader::Event event = reader.read(part);
      if (event.kind == Kind::none) break;
      require(event.kind == Kind::error || event.data.size() <= kMaxMessage);
      require(event.kind != Kind::text || belay::is_valid_utf8(event.data));
      events.push_back(std::to_string(static_cast<int>(event.kind)) + " " +
                       std::to_string(static_cast<int>(event.code)) + " " + std::string(event.data));
      if (event.kind == Kind::error) return events;
    }
    require(part.empty());
  }
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool binary = (data[0] & 0x80) != 0;
  const auto whole = events_of(bytes, size, binary);
  require(whole == events_of(bytes, 1 + (data[0] & 0x7F), binary));
  require(whole == events_of(bytes, 1, binary));
  return 0;
}
