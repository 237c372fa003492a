// Differential fuzzing. The same bytes are decoded whole, byte by byte, and cut where the input says. All must
// give the same head, body and verdict. The first byte of the input selects the cuts.
#include <cstdint>
#include <cstdlib>

#include "providers/testing/response_transcript.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using belay::providers::ResponseDecoder;
  using belay::providers::transcript;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  // Small limits, so that short inputs reach them.
  const ResponseDecoder::Limits limits{.head_bytes = 256, .headers = 8, .chunk_overhead = 16};
  const std::string whole = transcript(bytes, bytes.size(), bytes.size() + 1, limits);
  const std::size_t cut = 1 + data[0] % 31;
  if (transcript(bytes, 1, 1, limits) != whole) std::abort();
  if (transcript(bytes, cut, cut, limits) != whole) std::abort();
  if (transcript(bytes, data[0] + 1u, bytes.size() + 1, limits) != whole) std::abort();
  return 0;
}
