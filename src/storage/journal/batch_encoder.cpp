#include "storage/journal/batch_encoder.hpp"

#include <cassert>
#include <new>

#include "core/types/codec.hpp"

namespace belay::storage {
namespace {

// Copying fewer bytes than this is cheaper than a separate range in the system call.
constexpr std::size_t kCopyBelow = 512;
// An upper bound of what an entry adds to its event bytes, including the introduction of a new run.
constexpr std::size_t kMaxEntryOverhead = 128;

}  // namespace

BatchEncoder::BatchEncoder() : hash_(XXH3_createState()) {
  if (!hash_) throw std::bad_alloc();
}

bool BatchEncoder::fits(std::span<const LogAppend> events, std::span<const MarkAppend> marks) {
  std::uint64_t max = (events.size() + marks.size()) * kMaxEntryOverhead;
  for (const LogAppend& append : events) max += append.events.bytes.size();
  return max <= kMaxBatchBytes;
}

void BatchEncoder::encode(const BatchPlace& place, std::span<const LogAppend> events,
                          std::span<const MarkAppend> marks, SegmentRuns& runs) {
  assert(!events.empty() || !marks.empty());
  buffer_.assign(kBatchHeaderSize, '\0');
  pieces_.clear();
  piece_start_ = 0;
  bytes_ = 0;
  for (const LogAppend& append : events) add(append, place, runs);
  for (const MarkAppend& mark : marks) add(mark, runs);
  close_piece();
  seal(place.seed);
}

void BatchEncoder::add(const LogAppend& append, const BatchPlace& place, SegmentRuns& runs) {
  const EventRange& range = append.events;
  assert(append.count > 0 && append.epoch > 0 && range.first > 0 && !range.bytes.empty());
  assert(is_storable(range.base_time));

  RunInSegment& run = introduce(append.run, runs);
  const bool follows = run.last != 0 && run.epoch == append.epoch && run.last + 1 == range.first;
  add_key(run, follows ? EntryKind::more_events : EntryKind::events);
  if (!follows) {
    append_varint(append.epoch, buffer_);
    append_varint(range.first, buffer_);
  }
  const WallTime reference = follows ? run.base_time : place.segment_created;
  append_varint(zigzag(range.base_time.ms - reference.ms), buffer_);
  append_varint(append.count, buffer_);
  append_varint(range.bytes.size(), buffer_);
  add_bytes(range.bytes);

  run.epoch = append.epoch;
  run.last = range.first + append.count - 1;
  run.base_time = range.base_time;
}

void BatchEncoder::add(const MarkAppend& mark, SegmentRuns& runs) {
  add_key(introduce(mark.run, runs), EntryKind::mark);
  buffer_.push_back(static_cast<char>(mark.mark));
}

RunInSegment& BatchEncoder::introduce(const RunId& id, SegmentRuns& runs) {
  const auto [run, is_new] = runs.find_or_add(id);
  if (is_new) {
    assert(is_storable(id.time));
    add_key(run, EntryKind::new_run);
    append_fixed(id.time.ms, buffer_);
    buffer_.append(reinterpret_cast<const char*>(id.uuid.data()), id.uuid.size());
  }
  return run;
}

void BatchEncoder::add_key(const RunInSegment& run, EntryKind kind) {
  append_varint(run.number << 2 | static_cast<std::uint64_t>(kind), buffer_);
}

void BatchEncoder::add_bytes(std::string_view bytes) {
  if (bytes.size() < kCopyBelow) {
    buffer_.append(bytes);
    return;
  }
  close_piece();
  pieces_.push_back({bytes.data(), 0, bytes.size()});
  bytes_ += bytes.size();
}

void BatchEncoder::close_piece() {
  if (buffer_.size() == piece_start_) return;
  pieces_.push_back({nullptr, piece_start_, buffer_.size() - piece_start_});
  bytes_ += buffer_.size() - piece_start_;
  piece_start_ = buffer_.size();
}

void BatchEncoder::seal(std::uint64_t seed) {
  assert(bytes_ - kBatchHeaderSize <= kMaxBatchBytes);
  store_fixed(static_cast<std::uint32_t>(bytes_ - kBatchHeaderSize), buffer_.data() + kBatchChecksumSize);

  ranges_.clear();
  for (const Piece& piece : pieces_) {
    const char* const start = piece.elsewhere ? piece.elsewhere : buffer_.data() + piece.at;
    ranges_.push_back({const_cast<char*>(start), piece.size});
  }

  // The first range begins with the checksum itself, which the checksum does not cover.
  const char* const covered = buffer_.data() + kBatchChecksumSize;
  const std::size_t first_size = ranges_.front().iov_len - kBatchChecksumSize;
  std::uint64_t checksum;
  if (ranges_.size() == 1) {
    checksum = XXH3_64bits_withSeed(covered, first_size, seed);
  } else {
    XXH3_64bits_reset_withSeed(hash_.get(), seed);
    XXH3_64bits_update(hash_.get(), covered, first_size);
    for (std::size_t i = 1; i < ranges_.size(); ++i)
      XXH3_64bits_update(hash_.get(), ranges_[i].iov_base, ranges_[i].iov_len);
    checksum = XXH3_64bits_digest(hash_.get());
  }
  store_fixed(checksum, buffer_.data());
}

}  // namespace belay::storage
