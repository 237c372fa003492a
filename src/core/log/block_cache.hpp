// A cache of the blocks that were most recently read from the store, limited in bytes. Readers that follow
// each other through an old log share one read. A block is kept together with its renditions. For small
// events these are many times larger than the events, and the cache counts them. Thread-safe.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <mutex>

#include "base/units.hpp"
#include "core/log/log_block.hpp"

namespace belay {

class BlockCache {
 public:
  explicit BlockCache(ByteCount max) : max_(max) {}

  void keep(std::shared_ptr<LogBlock> block) {
    const std::lock_guard lock(mutex_);
    bytes_ += cost_of(*block);
    blocks_.push_back(std::move(block));
    while (bytes_ > max_.value && blocks_.size() > 1) {
      bytes_ -= cost_of(*blocks_.front());
      blocks_.pop_front();
    }
  }

  void drop(const LogBlock& block) {
    const std::lock_guard lock(mutex_);
    const auto found =
        std::find_if(blocks_.begin(), blocks_.end(), [&](const auto& kept) { return kept.get() == &block; });
    if (found == blocks_.end()) return;
    bytes_ -= cost_of(block);
    blocks_.erase(found);
  }

 private:
  // For each rendered event: its framing, and its entry in the rendition's index.
  static constexpr std::size_t kAroundEvent = 96;
  // The block was read from the store, so all of it is published and its cost never changes.
  static std::size_t cost_of(const LogBlock& block) {
    return sizeof(LogBlock) + sizeof(Rendition) + 2 * block.capacity() +
           block.published().count * kAroundEvent;
  }

  const ByteCount max_;
  std::mutex mutex_;
  std::deque<std::shared_ptr<LogBlock>> blocks_;
  std::size_t bytes_ = 0;
};

}  // namespace belay
