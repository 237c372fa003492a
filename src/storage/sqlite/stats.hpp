// What the embedded store counts, for metrics. Any thread may read.
#pragma once

#include <atomic>
#include <cstdint>

namespace belay::storage {

struct SqliteStats {
  std::atomic<std::uint64_t> settlements{0};  // runs settled; repeated calls are not counted
  std::atomic<std::uint64_t> operations{0};   // finished, well or not
  std::atomic<std::uint64_t> failures{0};     // of those, failed
  std::atomic<std::uint64_t> refused{0};      // not taken: the queue was full
  std::atomic<std::uint64_t> given_up{0};  // requests that were told not to wait for a thread that is stuck
  std::atomic<std::uint64_t> groups{0};    // transactions committed
  std::atomic<std::uint64_t> syncs{0};     // of what was committed, with synchronous = normal
  std::atomic<std::uint64_t> broken_groups{
      0};  // transactions that failed as a whole; their operations were run one by one
  std::atomic<std::uint64_t> swept_runs{0};   // runs whose events were deleted
  std::atomic<std::uint64_t> queue_depth{0};  // operations that wait now
};

}  // namespace belay::storage
