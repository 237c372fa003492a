// Keeps the blocks that were last read back from the store, within a number of bytes, so that readers who
// follow each other through an old log share one read. Thread-safe.
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
    bytes_ += block->capacity();
    blocks_.push_back(std::move(block));
    while (bytes_ > most_.value && blocks_.size() > 1) {
      bytes_ -= blocks_.front()->capacity();
      blocks_.pop_front();
    }
  }

 private:
  const ByteCount most_;
  std::mutex mutex_;
  std::deque<std::shared_ptr<LogBlock>> blocks_;
  std::size_t bytes_ = 0;
};

}  // namespace belay
