// Counters, gauges and histograms. Counting costs one relaxed atomic operation.
//
// A family is a name with labels. with() looks up one series under a lock. Code that counts often keeps the
// returned reference, which is valid as long as the family. The number of series in a family is bounded.
// Further series are counted under "other", so no client can fill the memory with labels.
//
// Thread-safe. Names and labels follow Prometheus: https://prometheus.io/docs/practices/naming/
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/histogram.hpp"

namespace belay::ops {

class Counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void add(std::int64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  void subtract(std::int64_t n = 1) { value_.fetch_sub(n, std::memory_order_relaxed); }
  void set(std::int64_t n) { value_.store(n, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

struct FamilyDescription {
  std::string name;
  std::string help;
  std::vector<std::string> labels;  // label names
};

template <class Instrument>
class Family {
 public:
  static constexpr std::size_t kMaxSeries = 2000;

  explicit Family(FamilyDescription description) : description_(std::move(description)) {}
  const FamilyDescription& description() const { return description_; }

  // One value for each label.
  Instrument& with(std::initializer_list<std::string_view> values);

  // Calls f(values, instrument) for each series, sorted by label values.
  template <class F>
  void for_each(const F& f) const {
    const std::scoped_lock lock(mutex_);
    for (const auto& [values, instrument] : series_) f(split(values), instrument);
  }

 private:
  // The label values as one string, which takes less memory than a list: each ends with a zero byte.
  static std::string join(std::initializer_list<std::string_view> values);
  static std::vector<std::string> split(const std::string& joined);

  const FamilyDescription description_;
  mutable std::mutex mutex_;
  std::map<std::string, Instrument> series_;
};

}  // namespace belay::ops
