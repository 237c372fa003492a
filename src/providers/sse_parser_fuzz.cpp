// Differential fuzzing. The same bytes are pushed whole, byte by byte, and cut where the input says. All
// three must give the same events and the same outcome. The first byte of the input selects the cuts.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "providers/sse_parser.hpp"

namespace {

using belay::providers::SseEvent;
using belay::providers::SseParser;

struct Outcome final : SseParser::Handler {
  SseParser::Flow on_event(const SseEvent& event) override {
    sent.append(event.type).append(1, '\0').append(event.data).append(1, '\1');
    return event.data == "[DONE]" ? SseParser::Flow::stop : SseParser::Flow::more;
  }
  std::string sent;
  bool failed = false;
};

Outcome run(std::string_view bytes, std::size_t first, std::size_t step) {
  constexpr std::size_t kMaxEventBytes = 64;
  SseParser parser(kMaxEventBytes);
  Outcome outcome;
  std::size_t size = first;
  while (!bytes.empty()) {
    // Each piece has its own heap buffer, so that the sanitizers detect reads beyond it or after its end.
    const std::string_view head = bytes.substr(0, size);
    const std::vector<char> piece(head.begin(), head.end());
    if (!parser.push({piece.data(), piece.size()}, outcome)) outcome.failed = true;
    // A partial line may be as long as the limit, and so may the data. The type comes from a line.
    if (parser.held_bytes() > 3 * kMaxEventBytes) std::abort();
    bytes.remove_prefix(head.size());
    size = step;
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const Outcome whole = run(bytes, bytes.size(), 1);
  const std::size_t cut = 1 + data[0] % 31;
  for (const Outcome& other :
       {run(bytes, 1, 1), run(bytes, cut, cut), run(bytes, data[0] + 1u, bytes.size() + 1)})
    if (other.sent != whole.sent || other.failed != whole.failed) std::abort();
  return 0;
}
