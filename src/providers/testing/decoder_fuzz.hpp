// Differential fuzzing of a protocol. The same bytes are pushed whole, byte by byte, and cut where the input
// says. All three must give the same answer and the same end. The first byte of the input selects the cuts
// and the configuration of the server.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "providers/testing/decoder_outcome.hpp"

namespace belay::providers {

inline int fuzz_decoder(ProtocolKind kind, const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  HttpProviderConfig config;
  config.max_event_bytes = {data[0] & 0x40 ? 256u : 65'536u};
  config.max_tool_call_bytes = 512_B;
  config.max_tool_calls = 4;
  config.lenient_end = (data[0] & 0x80) != 0;
  config.background = (data[0] & 0x20) != 0;
  const DecoderOutcome whole = read_in_pieces(kind, config, bytes, bytes.size(), 1);
  const std::size_t cut = 1 + data[0] % 31;
  const std::size_t cuts[][2] = {{1, 1}, {cut, cut}, {data[0] + 1u, bytes.size() + 1}};
  for (const auto& [first, step] : cuts)
    if (!(read_in_pieces(kind, config, bytes, first, step) == whole)) std::abort();
  // With calls in pieces, an answer may also fail because the whole call is another one than its pieces.
  const DecoderOutcome streamed = read_in_pieces(kind, config, bytes, bytes.size(), 1, true);
  if (!streamed.fault.empty()) std::abort();
  if (!(read_in_pieces(kind, config, bytes, 1, 1, true) == streamed)) std::abort();
  DecoderFixture fixture(kind, config);
  fixture.finish(fixture.decoder->push_whole(bytes));
  return 0;
}

}  // namespace belay::providers
