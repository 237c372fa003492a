#include "core/log/log_buffer.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "core/types/channel.hpp"

namespace belay {
namespace {

constexpr std::size_t kFirstBlock = 1024;  // for a new answer; each block is twice as large as the one before
constexpr std::size_t kMaxBlock = 64 * 1024;

std::uint32_t clamp_capacity(std::size_t wanted) {
  return static_cast<std::uint32_t>(std::min<std::size_t>(wanted, UINT32_MAX));
}

}  // namespace

LogBuffer::LogBuffer(LogHead head, std::vector<EpochStart> epochs, Offset archived, EventArchive& archive,
                     BlockCache& cache, const EventCounts& counts)
    : head_(std::move(head)),
      archive_(archive),
      cache_(cache),
      epochs_(std::move(epochs)),
      last_(archived),
      appended_(archived),
      counts_(counts),
      next_capacity_(kFirstBlock),
      archive_taken_(archived) {
  assert(!epochs_.empty());
}

Epoch LogBuffer::epoch_at(Offset offset) const {
  const std::lock_guard lock(mutex_);
  Epoch epoch = epochs_.front().epoch;
  for (const EpochStart& start : epochs_)
    if (start.first <= offset) epoch = start.epoch;
  return epoch;
}

std::vector<EpochStart> LogBuffer::epochs() const {
  const std::lock_guard lock(mutex_);
  return epochs_;
}

Result<> LogBuffer::check(const Position& position) const {
  const Offset last = this->last();
  const std::lock_guard lock(mutex_);
  if (position.offset == 0 && position.epoch <= epochs_.back().epoch) return {};
  for (std::size_t i = 0; i < epochs_.size(); ++i) {
    if (epochs_[i].epoch != position.epoch) continue;
    if (i + 1 < epochs_.size() && position.offset >= epochs_[i + 1].first)
      return make_error(
          ErrorCode::position_lost,
          "Events after this id were lost in a power failure. Drop what you have and read from the start.",
          "last_event_id");
    if (position.offset > last)
      return make_error(ErrorCode::position_ahead,
                        "This id lies ahead of the stream. Send the last id that you received, unchanged.",
                        "last_event_id");
    return {};
  }
  if (position.epoch < epochs_.back().epoch)
    return make_error(
        ErrorCode::position_lost,
        "The events of this id were lost in a power failure. Drop what you have and read from the start.",
        "last_event_id");
  return make_error(ErrorCode::position_ahead,
                    "This id does not belong to this stream. Send the last id that you received from it.",
                    "last_event_id");
}

std::shared_ptr<LogBlock> LogBuffer::find(Offset offset) {
  const std::lock_guard lock(mutex_);
  const auto after = std::upper_bound(blocks_.begin(), blocks_.end(), offset,
                                      [](Offset at, const auto& block) { return at < block->first(); });
  if (after != blocks_.begin()) return *std::prev(after);
  const auto loaded = loaded_.upper_bound(offset);
  if (loaded == loaded_.begin()) return nullptr;
  auto block = std::prev(loaded)->second.lock();
  if (!block) {
    loaded_.erase(std::prev(loaded));
    return nullptr;
  }
  return offset < block->first() + block->published().count ? block : nullptr;
}

void LogBuffer::load(Offset offset, Loaded done) {
  {
    const std::lock_guard lock(mutex_);
    for (PendingLoad& pending : loading_)
      if (pending.offset == offset) {
        pending.waiting.push_back(std::move(done));
        return;
      }
    PendingLoad& pending = loading_.emplace_back();
    pending.offset = offset;
    pending.waiting.push_back(std::move(done));
  }
  archive_.read_events(
      head_.id, offset, kMaxBlock,
      [self = shared_from_this(), offset](Result<std::vector<ArchivedRange>> ranges) {
        Result<std::shared_ptr<LogBlock>> wanted =
            make_error(ErrorCode::expired, "The events of this stream are no longer kept.");
        std::vector<Loaded> waiting;
        {
          const std::lock_guard lock(self->mutex_);
          if (!ranges) {
            wanted = ranges.error();
          } else {
            for (const ArchivedRange& range : *ranges) {
              auto block = std::make_shared<LogBlock>(range.epoch, range.first, range.base_time, range.count,
                                                      *range.bytes, self->counted_at(range.first));
              self->loaded_[range.first] = block;
              self->cache_.keep(block);
              if (offset >= range.first && offset < range.first + range.count) wanted = std::move(block);
            }
          }
          const auto pending = std::find_if(self->loading_.begin(), self->loading_.end(),
                                            [&](const auto& p) { return p.offset == offset; });
          waiting = std::move(pending->waiting);
          self->loading_.erase(pending);
        }
        for (Loaded& callback : waiting) callback(wanted);
      });
}

// Counts the events before a block.
struct LogBuffer::Counting {
  std::shared_ptr<LogBuffer> log;
  std::shared_ptr<LogBlock> block;
  CountedPlace place;  // reached so far
  Loaded done;
};

void LogBuffer::load_counted(Offset offset, Loaded done) {
  load(offset,
       [self = shared_from_this(), done = std::move(done)](Result<std::shared_ptr<LogBlock>> block) mutable {
         if (!block) return done(std::move(block));
         const Offset first = (*block)->first();
         CountedPlace place =
             self->last_counted([first](const CountedPlace& known) { return known.first <= first; });
         count_up_to(std::make_shared<Counting>(
             Counting{std::move(self), std::move(*block), std::move(place), std::move(done)}));
       });
}

// The store reports on any thread, possibly from inside the call.
void LogBuffer::count_up_to(std::shared_ptr<Counting> counting) {
  LogBlock& block = *counting->block;
  if (counting->place.first == block.first()) {
    block.set_counts_before(counting->place.before);
    counting->log->add_counted(block.first() + block.published().count, block.counts_after());
    return counting->done(std::move(counting->block));
  }
  LogBuffer& log = *counting->log;
  const Offset from = counting->place.first;
  log.archive_.read_events(
      log.head_.id, from, kMaxBlock,
      [counting = std::move(counting)](Result<std::vector<ArchivedRange>> ranges) mutable {
        if (!ranges) return counting->done(ranges.error());
        CountedPlace& place = counting->place;
        const Offset before = place.first;
        for (const ArchivedRange& range : *ranges) {
          EventReader reader({range.first, range.base_time, *range.bytes});
          for (Event event; place.first < counting->block->first() && reader.next(event);) {
            if (event.offset != place.first) continue;
            place.before.add(event.type, event.payload);
            ++place.first;
          }
          if (place.first == range.first + range.count) counting->log->add_counted(place.first, place.before);
        }
        if (place.first == before)
          return counting->done(
              make_error(ErrorCode::expired, "The events of this stream are no longer kept."));
        count_up_to(std::move(counting));
      });
}

LogBuffer::CountedPlace LogBuffer::last_counted(
    const std::function<bool(const CountedPlace&)>& is_before) const {
  const std::lock_guard lock(mutex_);
  const auto after = std::partition_point(counted_.begin(), counted_.end(), is_before);
  assert(after != counted_.begin());
  return *std::prev(after);
}

void LogBuffer::add_counted(Offset first, const EventCounts& before) {
  const std::lock_guard lock(mutex_);
  const auto at =
      std::lower_bound(counted_.begin(), counted_.end(), first,
                       [](const CountedPlace& place, Offset wanted) { return place.first < wanted; });
  if (at == counted_.end() || at->first != first) counted_.insert(at, {first, before});
}

std::optional<EventCounts> LogBuffer::counted_at(Offset first) const {
  const auto at =
      std::lower_bound(counted_.begin(), counted_.end(), first,
                       [](const CountedPlace& place, Offset wanted) { return place.first < wanted; });
  return at != counted_.end() && at->first == first ? std::optional(at->before) : std::nullopt;
}

void LogBuffer::reader_joined(std::size_t loop_index) {
  assert(loop_index < 64);
  readers_.fetch_add(1);
  reader_loops_.fetch_or(std::uint64_t(1) << loop_index);
}

void LogBuffer::open_block(WallTime now, std::size_t needed) {
  const std::size_t capacity = clamp_capacity(std::max(next_capacity_, needed));
  next_capacity_ = std::min(next_capacity_ * 2, kMaxBlock);
  if (!is_channel(head_.id)) add_counted(appended_ + 1, counts_);
  const std::lock_guard lock(mutex_);
  tail_ = std::make_shared<LogBlock>(epochs_.back().epoch, appended_ + 1, now, capacity, counts_);
  blocks_.push_back(tail_);
}

Offset LogBuffer::append(EventType type, WallTime now, std::string_view payload) {
  assert(!ended_ && "nothing follows a terminal event");
  if (!tail_) open_block(now, encoded_event_size(payload.size()));
  LogBlock::Extent before = tail_->written();
  if (!tail_->append(type, now, payload)) {
    open_block(now, encoded_event_size(payload.size()));
    before = {};
    const bool fits = tail_->append(type, now, payload);
    assert(fits);
    (void)fits;
  }
  if (uncommitted_.empty() || uncommitted_.back().block != tail_) uncommitted_.push_back({tail_, before});
  const std::size_t added = tail_->written().bytes - before.bytes;
  uncommitted_bytes_ += added;
  held_ += added;
  counts_.add(type, payload);
  ended_ = is_terminal(type);
  return ++appended_;
}

void LogBuffer::collect_uncommitted(std::vector<LogAppend>& out) {
  assert(collected_.empty());
  for (Mark& mark : uncommitted_) {
    const LogBlock::Extent upto = mark.block->written();
    out.push_back({head_.id, mark.block->epoch(), upto.count - mark.extent.count,
                   mark.block->range(mark.extent, upto)});
    collected_.push_back({std::move(mark.block), upto});
  }
  uncommitted_.clear();
}

void LogBuffer::publish_collected() {
  Offset last = 0;
  for (const Mark& mark : collected_) {
    uncommitted_bytes_ -= mark.extent.bytes - mark.block->published().bytes;
    mark.block->publish(mark.extent);
    last = mark.block->first() + mark.extent.count - 1;
  }
  collected_.clear();
  if (last == 0) return;
  if (last >= after_ends_) after_ends_ = 0;
  if (ended_ && last == appended_) terminal_.store(last, std::memory_order_release);
  // Sequentially consistent, to match reader_joined(): either the reader sees this event, or the writer sees
  // the reader.
  last_.store(last, std::memory_order_seq_cst);
}

void LogBuffer::uncollect() {
  Marks again;
  for (Mark& mark : collected_) {
    const LogBlock::Extent from = mark.block->published();
    again.push_back({std::move(mark.block), from});
  }
  collected_.clear();
  for (Mark& mark : uncommitted_)
    if (again.empty() || again.back().block != mark.block) again.push_back(std::move(mark));
  uncommitted_ = std::move(again);
}

std::vector<ArchivedRange> LogBuffer::take_for_archive(std::size_t window) {
  // Everything fits into the window. This is called after every turn, so the common case returns early.
  if (window != 0 && held_ <= window) return {};
  return take(window, [](const LogBlock& block) { return block.published(); });
}

std::vector<ArchivedRange> LogBuffer::take_rest_for_archive() {
  assert(ended_ && uncommitted_.empty());
  return take(0, [](const LogBlock& block) { return block.written(); });
}

std::vector<ArchivedRange> LogBuffer::take(std::size_t window, LogBlock::Extent (*upto)(const LogBlock&)) {
  std::vector<ArchivedRange> taken;
  const std::lock_guard lock(mutex_);
  std::size_t newer = 0;
  for (const auto& block : blocks_) newer += upto(*block).bytes;
  for (const auto& block : blocks_) {
    const LogBlock::Extent extent = upto(*block);
    newer -= extent.bytes;
    const Offset end = block->first() + extent.count - 1;
    if (end <= archive_taken_ || extent.count == 0) continue;
    if (window != 0 && (newer < window || block == tail_)) break;
    taken.push_back({head_.id, block->epoch(), block->first(), extent.count, block->base_time(),
                     std::make_shared<const std::string>(block->range({}, extent).bytes)});
    archive_taken_ = end;
  }
  return taken;
}

void LogBuffer::return_from_archive(Offset through) {
  const std::lock_guard lock(mutex_);
  archive_taken_ = std::min(archive_taken_, through);
}

void LogBuffer::archived(Offset through, std::size_t window) {
  const std::lock_guard lock(mutex_);
  std::size_t kept = 0;
  for (const auto& block : blocks_) kept += block->published().bytes;
  while (!blocks_.empty()) {
    const auto& block = blocks_.front();
    const LogBlock::Extent published = block->published();
    const bool stored =
        block->first() + published.count - 1 <= through && published.count == block->written().count;
    if (!stored || block == tail_ || kept - published.bytes < window) break;
    kept -= published.bytes;
    held_ -= published.bytes;
    blocks_.erase(blocks_.begin());
  }
}

void LogBuffer::rest() {
  const std::lock_guard lock(mutex_);
  const auto is_stored = [this](const std::shared_ptr<LogBlock>& block) {
    const LogBlock::Extent extent = block->published();
    return extent.count == block->written().count && block->first() + extent.count - 1 <= archive_taken_;
  };
  if (!std::all_of(blocks_.begin(), blocks_.end(), is_stored)) return;
  blocks_.clear();
  tail_.reset();
  held_ = 0;
  next_capacity_ = kFirstBlock;
}

void LogBuffer::restore_terminal(Offset offset, bool opened) {
  ended_ = true;
  opened_.store(opened);
  terminal_.store(offset, std::memory_order_release);
}

}  // namespace belay
