// A place in a log, as clients carry it: "EPOCH-OFFSET", decimal.
//
// Offsets count events from 1; position 0 is before the first. The epoch starts at 1 and changes only when a
// log's tail was lost (power failure under `process` durability), so that a position in the lost part is
// recognised and never answered with other events.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace belay {

using Epoch = std::uint32_t;
using Offset = std::uint64_t;

struct Position {
  Epoch epoch = 1;
  Offset offset = 0;

  // Strict: digits only, no sign, no leading zero, epoch 1 … 2^32-1, offset up to 2^64-1. Fails with
  // `invalid_request`.
  static Result<Position> parse(std::string_view text);
  std::string text() const;

  friend auto operator<=>(const Position&, const Position&) = default;
};

}  // namespace belay
