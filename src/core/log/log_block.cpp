#include "core/log/log_block.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace belay {
namespace {

constexpr std::size_t kFirstChunk = 512;
constexpr std::size_t kMaxChunk = 32 * 1024;

char* put_varint(std::uint64_t value, char* at) {
  while (value >= 0x80) {
    *at++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *at++ = static_cast<char>(value);
  return at;
}

}  // namespace

LogBlock::LogBlock(Epoch epoch, Offset first, WallTime base_time, std::size_t capacity, Before before)
    : epoch_(epoch),
      first_(first),
      base_time_(base_time),
      capacity_(capacity),
      data_(new char[capacity]),
      before_(std::move(before)) {
  assert(capacity <= UINT32_MAX);
}

LogBlock::LogBlock(Epoch epoch, Offset first, WallTime base_time, std::uint32_t count, std::string_view bytes,
                   Before before)
    : LogBlock(epoch, first, base_time, bytes.size(), std::move(before)) {
  std::memcpy(data_.get(), bytes.data(), bytes.size());
  written_ = {count, static_cast<std::uint32_t>(bytes.size())};
  publish(written_);
}

bool LogBlock::append(EventType type, WallTime time, std::string_view payload) {
  if (encoded_event_size(payload.size()) > capacity_ - written_.bytes) return false;
  char* at = data_.get() + written_.bytes;
  *at++ = static_cast<char>(type);
  at = put_varint(static_cast<std::uint64_t>(std::max<std::int64_t>((time - base_time_).count(), 0)), at);
  at = put_varint(payload.size(), at);
  std::memcpy(at, payload.data(), payload.size());
  at += payload.size();
  written_ = {written_.count + 1, static_cast<std::uint32_t>(at - data_.get())};
  return true;
}

Rendition& LogBlock::rendition(const Format& format, const LogHead& run) {
  const std::lock_guard lock(renditions_mutex_);
  for (const auto& rendition : renditions_)
    if (rendition->format() == format) return *rendition;
  assert(before_ || !format.dialect.numbers_messages());
  return *renditions_.emplace_back(
      std::make_unique<Rendition>(*this, format, run, before_.value_or(EventCounts())));
}

std::optional<EventCounts> LogBlock::counts_before() const {
  const std::lock_guard lock(renditions_mutex_);
  return before_;
}

void LogBlock::set_counts_before(const EventCounts& before) {
  const std::lock_guard lock(renditions_mutex_);
  assert(!before_ || *before_ == before);
  before_ = before;
}

EventCounts LogBlock::counts_after() const {
  EventCounts counts = counts_before().value();
  EventReader reader(published_range());
  for (Event event; reader.next(event);) counts.add(event.type, event.payload);
  return counts;
}

Rendition::Rendition(const LogBlock& block, const Format& format, const LogHead& run,
                     const EventCounts& before)
    : block_(block),
      format_(format),
      run_(run),
      epoch_(block.epoch()),
      numbers_messages_(format.dialect.numbers_messages()),
      counts_(before) {}

void Rendition::extend() {
  const LogBlock::Extent published = block_.published();
  if (ends_.size() == published.count) return;
  thread_local std::string buffer;
  const auto done = static_cast<std::uint32_t>(ends_.size());
  EventReader reader(
      block_.range({done, static_cast<std::uint32_t>(rendered_bytes_)}, {published.count, published.bytes}));
  MessageWriter writer(format_.framing, buffer);
  Event event;
  while (reader.next(event)) {
    writer.clear();
    format_.dialect.render(run_, event, counts_, {epoch_, event.offset}, writer);
    if (numbers_messages_) counts_.add(event.type, event.payload);
    const std::size_t begin = ends_.empty() ? 0 : ends_.back();
    if (!writer.splices().empty())
      for (const MessageWriter::Splice& splice : writer.splices())
        splices_.push_back({begin + splice.at, splice.body, splice.from});
    add(buffer);
    ends_.push_back(static_cast<std::uint32_t>(begin + buffer.size()));
  }
  assert(ends_.size() == published.count);
  rendered_bytes_ = published.bytes;
}

void Rendition::add(std::string_view bytes) {
  // The bytes of an event are always within one chunk, so published bytes never move.
  if (chunks_.empty() || chunks_.back().capacity - chunks_.back().size < bytes.size()) {
    const std::size_t grown =
        chunks_.empty() ? kFirstChunk : std::min(chunks_.back().capacity * 2, kMaxChunk);
    const std::size_t capacity = std::max(grown, bytes.size());
    const std::size_t begin = chunks_.empty() ? 0 : chunks_.back().begin + chunks_.back().size;
    chunks_.push_back({std::unique_ptr<char[]>(new char[capacity]), begin, 0, capacity});
  }
  Chunk& chunk = chunks_.back();
  std::memcpy(chunk.data.get() + chunk.size, bytes.data(), bytes.size());
  chunk.size += bytes.size();
}

Rendition::Place Rendition::collect(Place start, std::uint32_t last_index, ByteRanges& out) {
  const std::lock_guard lock(mutex_);
  extend();
  const std::size_t upto_count = std::min<std::size_t>(std::size_t(last_index) + 1, ends_.size());
  if (start.index >= upto_count) return start;
  std::size_t from = begin_of(start.index) + start.skip;
  std::size_t to = ends_[upto_count - 1];
  bool is_cut = false;
  if (!splices_.empty()) {
    const auto next = next_splice(start.splice == Splice::behind ? from + 1 : from);
    is_cut = next != splices_.end() && next->at < to;
    if (is_cut) to = next->at;
  }
  auto chunk = std::upper_bound(chunks_.begin(), chunks_.end(), from,
                                [](std::size_t at, const Chunk& c) { return at < c.begin + c.size; });
  for (; chunk != chunks_.end() && from < to && !out.full(); ++chunk) {
    const std::size_t end = std::min(chunk->begin + chunk->size, to);
    out.add({chunk->data.get() + (from - chunk->begin), end - from});
    from = end;
  }
  if (from != to) return place_at(from, start.index);
  // Also moves past events that render to nothing.
  if (!is_cut) return {static_cast<std::uint32_t>(upto_count), 0};
  Place cut = place_at(to, start.index);
  cut.splice = Splice::ahead;
  return cut;
}

std::vector<MessageWriter::Splice>::const_iterator Rendition::next_splice(std::size_t byte) const {
  return std::lower_bound(splices_.begin(), splices_.end(), byte,
                          [](const MessageWriter::Splice& splice, std::size_t at) { return splice.at < at; });
}

MessageWriter::Splice Rendition::splice_at(Place place) const {
  const std::lock_guard lock(mutex_);
  const auto found = next_splice(begin_of(place.index) + place.skip);
  assert(found != splices_.end() && found->at == begin_of(place.index) + place.skip);
  return *found;
}

Rendition::Place Rendition::advance(Place from, std::size_t bytes) const {
  const std::lock_guard lock(mutex_);
  return place_at(begin_of(from.index) + from.skip + bytes, from.index);
}

Rendition::Place Rendition::place_at(std::size_t byte, std::uint32_t from_index) const {
  const auto next = std::upper_bound(ends_.begin() + from_index, ends_.end(), byte);
  const auto index = static_cast<std::uint32_t>(next - ends_.begin());
  return {index, index == ends_.size() ? 0 : static_cast<std::uint32_t>(byte - begin_of(index))};
}

std::size_t Rendition::size_of(std::uint32_t index) {
  const std::lock_guard lock(mutex_);
  extend();
  assert(index < ends_.size());
  return ends_[index] - begin_of(index);
}

}  // namespace belay
