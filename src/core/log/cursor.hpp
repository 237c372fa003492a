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
    std::uint32_t skip = 0;
    Rendition::Splice splice = Rendition::Splice::none;  // `behind`: what is inserted here was sent
  };
  // A message may contain what another dialect writes for earlier events (MessageWriter::splice()). While that is being
  // sent, `body` is the dialect, and a second Walk moves through those events, up to the one of the message.
  struct Place {
    Walk main;
    const Dialect* body = nullptr;
    Walk inserted;
  };
  // A range that peek() returned: the place where it starts, and the rendition that holds its bytes.
  struct Piece {
    Place start;
    std::shared_ptr<LogBlock> block;
    Rendition* rendition;
    std::size_t bytes;
    bool is_inserted;
  };
};

// The pieces between a peek() and its consume(). All subscriptions of a loop share one object, because no two
// of them peek at the same time.
struct PeekedPieces {
  const void* owner = nullptr;
  SubscriptionCursor::Place reached;  // the place behind all pieces
  std::array<SubscriptionCursor::Piece, ByteRanges::kMax> pieces;
  std::size_t count = 0;
};

}  // namespace belay
