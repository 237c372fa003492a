// The parts of a subscription's cursor.
#pragma once

#include <array>
#include <memory>

#include "base/byte_source.hpp"
#include "core/log_block.hpp"

namespace belay {

// Where a cursor stands, and what one peek() gave.
struct SubscriptionCursor {
  // Events from `next` on, the first without its first `skip` bytes.
  struct Walk {
    Offset next = 1;
    std::size_t skip = 0;
  };
  // Inside the terminal event's frame the answer's text may be spliced in: a walk of its own, through the
  // deltas.
  enum class Splice { ahead, inside, behind };
  struct Place {
    Walk main;
    Splice splice = Splice::ahead;
    Walk text;
  };
  // A range that peek() gave: where it begins, and in what it advances.
  struct Piece {
    Place start;
    std::shared_ptr<LogBlock> block;
    Rendition* rendition;
    std::size_t bytes;
    bool of_text;
  };
};

// What lies between a peek() and its consume(): one for all subscriptions of a loop, as no two peek at once.
struct PeekedPieces {
  const void* owner = nullptr;
  std::array<SubscriptionCursor::Piece, ByteRanges::kMost> pieces;
  std::size_t count = 0;
};

}  // namespace belay
