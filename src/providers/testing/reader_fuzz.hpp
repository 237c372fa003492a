// Differential fuzzing of a dialect: the same bytes, pushed whole, byte by byte, and cut where the input
// says, must give the same answer and the same end. The first byte of the input chooses the cuts, and what
// the server is configured as.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "providers/testing/reader_outcome.hpp"

namespace belay::providers {

inline int fuzz_reader(DialectKind kind, const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  HttpProviderConfig config;
  config.most_event_bytes = {data[0] & 0x40 ? 256u : 65'536u};
  config.most_tool_call_bytes = 512_B;
  config.most_tool_calls = 4;
  config.lenient_end = (data[0] & 0x80) != 0;
  config.background = (data[0] & 0x20) != 0;
  const ReaderOutcome whole = read_in_pieces(kind, config, bytes, bytes.size(), 1);
  const std::size_t cut = 1 + data[0] % 31;
  const std::size_t cuts[][2] = {{1, 1}, {cut, cut}, {data[0] + 1u, bytes.size() + 1}};
  for (const auto& [first, step] : cuts)
    if (!(read_in_pieces(kind, config, bytes, first, step) == whole)) std::abort();
  ReaderHouse house(kind, config);
  house.finish(house.reader->push_whole(bytes));
  return 0;
}

}  // namespace belay::providers
