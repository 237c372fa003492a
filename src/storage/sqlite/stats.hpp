// The counters of the embedded store, for metrics. Any thread may read them.
#pragma once

#include <atomic>
#include <cstdint>

namespace belay::storage {

struct SqliteStats {
  std::atomic<std::uint64_t> settlements{0};  // runs settled; repeated calls are not counted
  std::atomic<std::uint64_t> operations{0};   // finished operations, including failed ones
  std::atomic<std::uint64_t> failures{0};     // failed operations
  std::atomic<std::uint64_t> refused{0};      // operations not accepted, because the queue was full
  std::atomic<std::uint64_t> given_up{0};     // requests answered early, because a thread was stuck
  std::atomic<std::uint64_t> groups{0};       // transactions committed
  std::atomic<std::uint64_t> syncs{0};        // syncs of committed data, with synchronous = normal
  // Transactions that failed as a whole; their operations were then run one by one.
  std::atomic<std::uint64_t> broken_groups{0};
  std::atomic<std::uint64_t> swept_runs{0};   // runs whose events were deleted
  std::atomic<std::uint64_t> queue_depth{0};  // operations that are waiting now
};

}  // namespace belay::storage
