#include "base/histogram.hpp"

#include <algorithm>

namespace belay {

void Histogram::observe(std::chrono::nanoseconds duration) {
  if (duration.count() < 0) duration = std::chrono::nanoseconds(0);
  const double seconds = std::chrono::duration<double>(duration).count();
  const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);
  buckets_[static_cast<std::size_t>(bound - kBounds.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_nanoseconds_.fetch_add(static_cast<std::uint64_t>(duration.count()), std::memory_order_relaxed);
}

Histogram::Snapshot Histogram::snapshot() const {
  Snapshot snapshot;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    snapshot.count += buckets_[i].load(std::memory_order_relaxed);
    if (i < snapshot.cumulative.size()) snapshot.cumulative[i] = snapshot.count;
  }
  snapshot.sum_seconds = static_cast<double>(sum_nanoseconds_.load(std::memory_order_relaxed)) / 1e9;
  return snapshot;
}

}  // namespace belay
