// Keeps the blocks that were last read back from the store, within a number of bytes, so that readers who
// follow each other through an old log share one read. Blocks are kept with what they look like to their
// readers, which for small events is many times their size, and are counted as such. Thread-safe.
#pragma once

#include <deque>
#include <memory>
#include <mutex>

#include "base/units.hpp"
#include "core/log_block.hpp"

namespace belay {

class BlockCache {
 public:
  explicit BlockCache(ByteCount most) : most_(most) {}

  void keep(std::shared_ptr<LogBlock> block) {
    const std::lock_guard lock(mutex_);
    bytes_ += cost_of(*block);
    blocks_.push_back(std::move(block));
    while (bytes_ > most_.value && blocks_.size() > 1) {
      bytes_ -= cost_of(*blocks_.front());
      blocks_.pop_front();
    }
  }

 private:
  // Framing of a rendered event, and its place in the rendition.
  static constexpr std::size_t kAroundEvent = 96;
  // Of a block that was read back: all of it is published, so this never changes.
  static std::size_t cost_of(const LogBlock& block) {
    return sizeof(LogBlock) + sizeof(Rendition) + 2 * block.capacity() +
           block.published().count * kAroundEvent;
  }

  const ByteCount most_;
  std::mutex mutex_;
  std::deque<std::shared_ptr<LogBlock>> blocks_;
  std::size_t bytes_ = 0;
};

}  // namespace belay
