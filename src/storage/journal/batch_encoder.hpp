// Turns what a loop appended in one turn into the bytes of one batch (see segment_format.hpp), ready for a
// vectored write.
//
// Small pieces are gathered in a buffer that is used again and again; the bytes of large events are pointed
// to where the caller holds them. Nothing is allocated once the buffers have grown to a turn's size. On the
// writer's loop alone.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <sys/uio.h>
#include <vector>
#include <xxhash.h>

#include "core/event_store.hpp"
#include "storage/journal/segment_format.hpp"
#include "storage/journal/segment_runs.hpp"

namespace belay::storage {

struct BatchPlace {
  std::uint64_t seed = 0;    // batch_seed() of its segment and offset
  WallTime segment_created;  // base times count from here
};

class BatchEncoder {
 public:
  BatchEncoder();

  // Together at most kMostBatchBytes (see fits()). Brings `runs` forward; the caller keeps or undoes that.
  void encode(const BatchPlace& place, std::span<const LogAppend> events, std::span<const MarkAppend> marks,
              SegmentRuns& runs);
  // The batch. Valid until the next encode() and while the bytes of `events` are; may be used up by the
  // caller.
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

  // Of the batch, in order: what stands in buffer_ from `at`, or somewhere else.
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
