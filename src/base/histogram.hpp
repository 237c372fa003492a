// Counts durations in buckets, in the form that Prometheus uses. One observation costs one or two relaxed
// atomic operations.
//
// Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace belay {

// The buckets cover both a local network hop and an answer that takes many minutes.
class Histogram {
 public:
  // 2 is the limit of the alerts on latency. Without a bucket there, answers after 1.2 s would look like more
  // than 2 s, because Prometheus assumes that the durations in a bucket are spread evenly.
  static constexpr std::array<double, 20> kBounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                  0.1,    0.25,  0.5,    1,     2,    2.5,   5,
                                                  10,     30,    60,     180,   600,  1800};

  void observe(std::chrono::nanoseconds duration);

  struct Snapshot {
    std::array<std::uint64_t, kBounds.size()> cumulative{};  // observations up to each bound
    std::uint64_t count = 0;
    double sum_seconds = 0;
  };
  Snapshot snapshot() const;

 private:
  // The last bucket counts what exceeds every bound.
  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> buckets_{};
  std::atomic<std::uint64_t> sum_nanoseconds_{0};
};

}  // namespace belay
