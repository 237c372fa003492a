// Feeds arbitrary bytes in arbitrary pieces to the reader of forms. It must not crash or hang, and the sizes of the pieces
// must not change the result.
//
// The first byte seeds the sizes of the pieces, the second is the length of the boundary, which comes next. The rest is the
// body.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "transport/multipart.hpp"

namespace belay::transport {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// Sizes of pieces, the same for the same seed.
class Pieces {
 public:
  explicit Pieces(std::uint8_t seed) : state_(seed) {}
  std::size_t next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return 1 + (state_ >> 60);
  }

 private:
  std::uint64_t state_;
};

template <class NextSize>
std::string read(std::string_view boundary, std::string_view body, NextSize next_size) {
  MultipartParser parser(boundary, {4, 256});
  std::string text, data;
  bool inside = false;
  while (!body.empty()) {
    const std::string_view piece = body.substr(0, std::min(next_size(), body.size()));
    body.remove_prefix(piece.size());
    const auto events = parser.push(piece);
    if (!events) return "error: " + events.error().detail;
    for (const MultipartEvent& event : *events) {
      const bool begins = event.kind == MultipartEvent::Kind::part_begins;
      require(begins != inside);
      inside = event.kind != MultipartEvent::Kind::part_ends;
      require(event.data.empty() == (event.kind != MultipartEvent::Kind::data));
      data += event.data;
      if (begins) {
        require(!event.part.name.empty() && is_valid_utf8(event.part.name));
        require(is_valid_utf8(event.part.filename.value_or("")));
        text += event.part.name + "=" + event.part.filename.value_or("") + event.part.content_type;
      }
      if (inside) continue;
      require(("\r\n" + data).find("\r\n--" + std::string(boundary)) == std::string::npos);
      text += "[" + data + "]";
      data.clear();
    }
  }
  const auto complete = parser.finish();
  require(!complete || !inside);
  return complete ? text : "error: " + complete.error().detail;
}

}  // namespace
}  // namespace belay::transport

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace belay::transport;
  if (size < 3) return 0;
  std::string_view rest(reinterpret_cast<const char*>(bytes) + 2, size - 2);
  const std::string_view boundary = rest.substr(0, std::clamp<std::size_t>(bytes[1] % 71, 1, rest.size()));
  rest.remove_prefix(boundary.size());
  (void)multipart_boundary(rest);
  const std::string whole = read(boundary, rest, [&] { return rest.size(); });
  Pieces pieces(bytes[0]);
  require(read(boundary, rest, [&] { return pieces.next(); }) == whole);
  require(read(boundary, rest, [] { return std::size_t{1}; }) == whole);
  return 0;
}
