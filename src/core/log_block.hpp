// A stretch of a log in memory: events side by side in one buffer, and what they look like in each dialect
// that is being read.
//
// One thread writes; any thread reads. The writer appends behind what is published and then publishes by one
// atomic store; published bytes never change or move, so a reader needs no lock and a delta no allocation. A
// block is full when an event does not fit; the log then opens another.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "base/byte_source.hpp"
#include "core/dialect.hpp"
#include "core/event.hpp"

namespace belay {

class LogBlock;

// A block's events in one dialect. Made by whichever reader is first to want it, shared by all, extended as
// events are published. Thread-safe.
class Rendition {
 public:
  Rendition(const LogBlock& block, const Dialect& dialect, const RunHead& run, Epoch epoch);

  // A cursor: the event at `index`, without its first `skip` bytes.
  struct Place {
    std::uint32_t index;
    std::size_t skip;
  };
  // Adds to `out` the bytes from `from` up to the end of the event `last_index` (or what is published of it,
  // or as much as fits into `out`). The bytes live as long as the rendition. Returns where a cursor stands
  // behind them.
  Place collect(Place from, std::uint32_t last_index, ByteRanges& out);
  // Where it stands after `bytes` more.
  Place advance(Place from, std::size_t bytes) const;
  // The text splice that the event at `index` asks for, if any: position within its bytes.
  struct Splice {
    std::size_t at;
    Offset text_from;
  };
  // Renders as far as the event at `index`, which is published.
  std::optional<Splice> splice_of(std::uint32_t index);
  std::size_t size_of(std::uint32_t index);
  const Dialect& dialect() const { return dialect_; }

 private:
  struct Chunk {
    std::unique_ptr<char[]> data;
    std::size_t begin;  // of this chunk, in the bytes of the whole rendition
    std::size_t size;
    std::size_t capacity;
  };

  void extend();
  void add(std::string_view bytes);
  Place place_at(std::size_t byte, std::uint32_t from_index) const;
  std::size_t begin_of(std::uint32_t index) const { return index == 0 ? 0 : ends_[index - 1]; }

  const LogBlock& block_;
  const Dialect& dialect_;
  const RunHead& run_;
  const Epoch epoch_;
  mutable std::mutex mutex_;
  boost::container::small_vector<Chunk, 1> chunks_;
  std::vector<std::uint32_t> ends_;  // of each event, in the bytes of the whole rendition
  std::size_t rendered_bytes_ = 0;   // of the block
  std::optional<Splice> splice_;     // of the last event rendered: only a terminal event has one
};

class LogBlock {
 public:
  // `capacity` in bytes of encoded events.
  LogBlock(Epoch epoch, Offset first, WallTime base_time, std::size_t capacity);
  // A block of events that were stored: published whole. `bytes` have been checked to be `count` events.
  LogBlock(Epoch epoch, Offset first, WallTime base_time, std::uint32_t count, std::string_view bytes);

  Epoch epoch() const { return epoch_; }
  Offset first() const { return first_; }
  WallTime base_time() const { return base_time_; }

  // Any thread.
  struct Extent {
    std::uint32_t count = 0;
    std::uint32_t bytes = 0;
  };
  Extent published() const {
    const std::uint64_t both = published_.load(std::memory_order_acquire);
    return {static_cast<std::uint32_t>(both >> 32), static_cast<std::uint32_t>(both)};
  }
  EventRange range(Extent from, Extent to) const {
    return {first_ + from.count, base_time_, {data_.get() + from.bytes, to.bytes - from.bytes}};
  }
  EventRange published_range() const { return range({}, published()); }
  // The shared rendition, made if it is not there. `run` outlives the block.
  Rendition& rendition(const Dialect& dialect, const RunHead& run);

  // The writer's thread. False: full.
  bool append(EventType type, WallTime time, std::string_view payload);
  Extent written() const { return written_; }
  void publish(Extent upto) {
    published_.store(std::uint64_t(upto.count) << 32 | upto.bytes, std::memory_order_release);
  }
  std::size_t capacity() const { return capacity_; }

 private:
  const Epoch epoch_;
  const Offset first_;
  const WallTime base_time_;
  const std::size_t capacity_;
  const std::unique_ptr<char[]> data_;
  Extent written_;
  std::atomic<std::uint64_t> published_{0};
  std::mutex renditions_mutex_;
  std::vector<std::unique_ptr<Rendition>> renditions_;
};

}  // namespace belay
