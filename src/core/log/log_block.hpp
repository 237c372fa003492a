// A part of a log in memory: consecutive events in one buffer, and their renditions, one for each format that
// is being read.
//
// One thread writes; any thread reads. The writer appends after the published events, then publishes with one
// atomic store. Published bytes never change and never move, so reading them needs no lock, and appending a
// delta needs no allocation. A block is full when an event does not fit. The log then opens a new block.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "base/byte_source.hpp"
#include "core/log/dialect.hpp"
#include "core/types/event.hpp"

namespace belay {

class LogBlock;

// The events of a block in one format. The first reader that needs a rendition creates it, and all readers
// share it. It grows as events are published. Thread-safe.
class Rendition {
 public:
  Rendition(const LogBlock& block, const Format& format, const LogHead& run, const EventCounts& before);

  // Whether something is to be inserted at a place (MessageWriter::splice()), or is already behind it.
  enum class Splice : std::uint8_t { none, ahead, behind };
  // A cursor position: the event at `index`, without its first `skip` bytes.
  struct Place {
    std::uint32_t index;
    std::uint32_t skip;
    Splice splice = Splice::none;
  };
  // Adds to `out` the bytes from `from` to the end of the event `last_index`. It adds less if not all of
  // these events are published, if `out` is full, or up to where something is inserted: the result then says `ahead`,
  // and the caller goes on with `behind`. The bytes live as long as the rendition. Returns the cursor position after the
  // added bytes.
  Place collect(Place from, std::uint32_t last_index, ByteRanges& out);
  // The cursor position `bytes` bytes after `from`.
  Place advance(Place from, std::size_t bytes) const;
  // What is inserted at a place that collect() has returned with `ahead`.
  MessageWriter::Splice splice_at(Place place) const;
  // Renders up to the event at `index`, which must be published.
  std::size_t size_of(std::uint32_t index);
  const Format& format() const { return format_; }

 private:
  struct Chunk {
    std::unique_ptr<char[]> data;
    std::size_t begin;  // index of its first byte in the whole rendition
    std::size_t size;
    std::size_t capacity;
  };

  void extend();
  void add(std::string_view bytes);
  Place place_at(std::size_t byte, std::uint32_t from_index) const;
  std::vector<MessageWriter::Splice>::const_iterator next_splice(std::size_t byte) const;
  std::size_t begin_of(std::uint32_t index) const { return index == 0 ? 0 : ends_[index - 1]; }

  const LogBlock& block_;
  const Format format_;
  const LogHead& run_;
  const Epoch epoch_;
  const bool numbers_messages_;
  EventCounts counts_;  // of the events before the next one to be rendered, if the messages are numbered
  mutable std::mutex mutex_;
  boost::container::small_vector<Chunk, 1> chunks_;
  std::vector<std::uint32_t> ends_;             // the end of each event in the whole rendition
  std::size_t rendered_bytes_ = 0;              // number of the block's bytes that are rendered
  std::vector<MessageWriter::Splice> splices_;  // `at` is an index into the whole rendition
};

class LogBlock {
 public:
  // `capacity` is in bytes of encoded events. `before`: the events of the log before this block; nothing: not known.
  using Before = std::optional<EventCounts>;
  LogBlock(Epoch epoch, Offset first, WallTime base_time, std::size_t capacity, Before before = {});
  // A block of stored events, published from the start. The caller has checked that `bytes` holds `count`
  // events.
  LogBlock(Epoch epoch, Offset first, WallTime base_time, std::uint32_t count, std::string_view bytes,
           Before before = {});

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
  // The events of the log before this block, once they are known. Only then may a dialect that numbers its messages
  // render the block. Those of a block that a writer fills are known from the start.
  std::optional<EventCounts> counts_before() const;
  void set_counts_before(const EventCounts& before);
  // The events of the log up to and including the last published one. counts_before() must be known.
  EventCounts counts_after() const;
  // Returns the shared rendition, and creates it if necessary. `run` must outlive the block.
  Rendition& rendition(const Format& format, const LogHead& run);

  // On the writer's thread. Returns false if the block is full.
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
  mutable std::mutex renditions_mutex_;
  Before before_;
  std::vector<std::unique_ptr<Rendition>> renditions_;
};

}  // namespace belay
