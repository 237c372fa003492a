// The parts of a subscription's cursor.
#pragma once

#include <array>
#include <memory>

#include "base/byte_source.hpp"
#include "core/log/log_block.hpp"

namespace belay {

// The position of a cursor, and the pieces that one peek() returned.
struct SubscriptionCursor {
  // A position in the events: the event `next`, without its first `skip` bytes.
  struct Walk {
    Offset next = 1;
    std::size_t skip = 0;
  };
  // The last message of the terminal event may contain the text of the answer. While that text is being sent
  // (`inside`), a second Walk moves through the deltas.
  enum class Splice { ahead, inside, behind };
  struct Place {
    Walk main;
    Splice splice = Splice::ahead;
    Walk text;
  };
  // A range that peek() returned: the place where it starts, and the rendition that holds its bytes.
  struct Piece {
    Place start;
    std::shared_ptr<LogBlock> block;
    Rendition* rendition;
    std::size_t bytes;
    bool of_text;
  };
};

// The pieces between a peek() and its consume(). All subscriptions of a loop share one object, because no two
// of them peek at the same time.
struct PeekedPieces {
  const void* owner = nullptr;
  std::array<SubscriptionCursor::Piece, ByteRanges::kMax> pieces;
  std::size_t count = 0;
};

}  // namespace belay
