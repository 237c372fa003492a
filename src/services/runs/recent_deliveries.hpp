// The answers that a client has to their end.
//
// That all bytes of an answer were accepted by a socket does not say that the client has them: its connection may have been
// cut with the end on its way. Such a client comes back. So an answer that was sent counts as seen only when nobody has
// come back for it for kDoubt.
//
// Only the newest answers are known, in memory: of an older one, and of one of an earlier process, it is not known whether a
// client has it. Thread-safe.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/run_id.hpp"

namespace belay::services {

class RecentDeliveries {
 public:
  static constexpr std::size_t kMax = 65'536;
  static constexpr Milliseconds kDoubt = std::chrono::minutes(10);

  explicit RecentDeliveries(const Clock& clock) : clock_(clock) {}

  // All of it was sent to a client.
  void sent(const RunId& run) {
    const std::lock_guard lock(mutex_);
    Known& known = find(run);
    if (!known.is_seen) known.sent = clock_.steady();
  }
  // A client has shown that it has it.
  void seen(const RunId& run) {
    const std::lock_guard lock(mutex_);
    find(run).is_seen = true;
  }
  bool was_seen(const RunId& run) const {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(run);
    if (known == known_.end()) return false;
    return known->second.is_seen || clock_.steady() - known->second.sent >= kDoubt;
  }

 private:
  struct Known {
    SteadyTime sent{};
    bool is_seen = false;
  };
  Known& find(const RunId& run) {
    const auto [known, is_new] = known_.try_emplace(run);
    if (!is_new) return known->second;
    in_order_.push_back(run);
    if (in_order_.size() > kMax) {
      known_.erase(in_order_.front());
      in_order_.pop_front();
    }
    return known->second;
  }

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::deque<RunId> in_order_;  // oldest first
  std::unordered_map<RunId, Known> known_;
};

}  // namespace belay::services
