// Encodes everything that a loop appended in one turn as the bytes of one batch (see segment_format.hpp),
// ready for a vectored write.
//
// Small pieces are copied into a buffer that is reused. The bytes of large events are not copied: the batch
// points to the caller's memory. Once the buffers have grown to a turn's size, nothing is allocated. Used on
// the writer's loop only.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <sys/uio.h>
#include <vector>
#include <xxhash.h>

#include "core/ports/event_log.hpp"
#include "storage/journal/segment_format.hpp"
#include "storage/journal/segment_runs.hpp"

namespace belay::storage {

struct BatchPlace {
  std::uint64_t seed = 0;    // batch_seed() of the batch's segment and offset
  WallTime segment_created;  // base times are relative to this
};

class BatchEncoder {
 public:
  BatchEncoder();

  // The total size must be at most kMaxBatchBytes (see fits()). Updates `runs`; the caller then keeps or
  // undoes the update.
  void encode(const BatchPlace& place, std::span<const LogAppend> events, std::span<const MarkAppend> marks,
              SegmentRuns& runs);
  // The batch. Valid until the next encode() and only while the bytes of `events` are valid. The caller may
  // modify the ranges while it writes them.
  std::span<iovec> ranges() { return ranges_; }
  std::uint64_t bytes() const { return bytes_; }

  static bool fits(std::span<const LogAppend> events, std::span<const MarkAppend> marks);

 private:
  void add(const LogAppend& events, const BatchPlace& place, SegmentRuns& runs);
  void add(const MarkAppend& mark, SegmentRuns& runs);
  RunInSegment& introduce(const RunId& id, SegmentRuns& runs);
  void add_key(const RunInSegment& run, EntryKind kind);
  void add_bytes(std::string_view bytes);
  void close_piece();
  void seal(std::uint64_t seed);

  // The pieces of the batch, in order. A piece is in buffer_ from `at`, or at `elsewhere` in the caller's
  // memory.
  struct Piece {
    const char* elsewhere;
    std::size_t at;
    std::size_t size;
  };
  struct FreeHash {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };

  std::string buffer_;
  std::size_t piece_start_ = 0;
  std::vector<Piece> pieces_;
  std::vector<iovec> ranges_;
  std::uint64_t bytes_ = 0;
  std::unique_ptr<XXH3_state_t, FreeHash> hash_;
};

}  // namespace belay::storage
