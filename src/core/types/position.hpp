// A position in a log, in the form that clients hold: "EPOCH-OFFSET", decimal.
//
// Offsets count events from 1. Offset 0 is before the first event. The epoch starts at 1 and changes only
// when the tail of a log was lost (a power failure under `process` durability). So a position in the lost
// part is recognised, and is never answered with different events.
#pragma once

#include <array>
#include <cstddef>
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

// The text of a position, without an allocation.
class PositionText {
 public:
  explicit PositionText(const Position& position);
  operator std::string_view() const { return {text_.data(), size_}; }

 private:
  std::array<char, 31> text_;  // 10 digits, a dash and 20 digits
  std::size_t size_;
};

}  // namespace belay
