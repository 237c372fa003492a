// The answers that a client has had to their end. Only the newest ones, in memory: of an older one, and of one of an
// earlier process, it is not known. Then it counts as not delivered, and a client may get it once more. Thread-safe.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <unordered_set>

#include "base/run_id.hpp"

namespace belay::services {

class RecentDeliveries {
 public:
  static constexpr std::size_t kMax = 65'536;

  void add(const RunId& run) {
    const std::lock_guard lock(mutex_);
    if (!known_.insert(run).second) return;
    in_order_.push_back(run);
    if (in_order_.size() <= kMax) return;
    known_.erase(in_order_.front());
    in_order_.pop_front();
  }
  bool has(const RunId& run) const {
    const std::lock_guard lock(mutex_);
    return known_.contains(run);
  }

 private:
  mutable std::mutex mutex_;
  std::deque<RunId> in_order_;  // oldest first
  std::unordered_set<RunId> known_;
};

}  // namespace belay::services
