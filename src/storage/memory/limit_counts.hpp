// What is counted for each limit of each user: slots, sliding windows, and quotas by calendar month.
//
// The number of keys is bounded. An idle key is forgotten: it holds no slot, all its counts have left their
// windows, and its months are over. The count of a month is kept while an open run may refund it.
//
// Owned by MemoryCounters and protected by its mutex. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "core/ports/counters.hpp"
#include "storage/memory/config.hpp"
#include "storage/memory/month.hpp"
#include "storage/memory/sliding_window.hpp"

namespace belay::storage {

class LimitCounts {
 private:
  struct MonthCount {
    Month month{};
    std::uint64_t used = 0;
    std::uint64_t open = 0;  // how many of them belong to runs that have not ended
  };
  struct Counts {
    std::uint64_t slots = 0;
    std::vector<SlidingWindow> windows;  // one for each window length; most keys have at most one
    std::vector<MonthCount> months;
  };
  using Keys = std::unordered_map<std::string, Counts>;
  using Key = Keys::value_type;  // stays in its place: a key that is held is not idle

 public:
  // What a run returns when it ends: a slot, or its part of a quota in the month of its reservation.
  struct Hold {
    Key* key = nullptr;
    std::optional<Month> month;  // of a quota
  };
  using Holds = boost::container::small_vector<Hold, 2>;

  explicit LimitCounts(const MemoryCountersConfig& config) : config_(config) {}

  // Takes all limits or none. The limit that the result names is moved out of `limits`. The result is
  // `granted`, `limited` or `full`. `holds` changes only if it is granted.
  ReserveResult take(std::vector<Limit>& limits, Holds& holds, WallTime now);
  enum class Quotas { keep, refund };
  void release(const Holds& holds, Quotas quotas, WallTime now);
  LimitStatus used(Limit limit, WallTime now);

  // At start; not bounded by `max_keys`.
  void restore_slot(const std::string& key, Holds& holds);
  // `holds`: of the run that counts, if it is open; else null.
  void restore_count(const Limit& limit, Holds* holds, WallTime when, WallTime now);

  // Checks a few keys and forgets those that are idle.
  void sweep_some(WallTime now);
  std::size_t size() const { return keys_.size(); }

 private:
  // Null: there is no space for another key.
  Key* find_or_make(const std::string& key, WallTime now);
  bool take_one(const Limit& limit, Counts& counts, WallTime now, LimitStatus& status);
  // Undoes the last take_one() of this limit. `now` must be the same.
  static void undo(const Limit& limit, Counts& counts, WallTime now);
  static SlidingWindow& window_of(Counts& counts, Milliseconds length);
  static MonthCount* find_month(Counts& counts, Month month);
  static MonthCount& month_in(Counts& counts, Month month);
  bool is_over(Month month, WallTime now) const { return end_of(month) + config_.clock_skew <= now; }
  void forget_months(Counts& counts, WallTime now) const;
  bool is_idle(Counts& counts, WallTime now) const;
  void sweep_all(WallTime now);

  const MemoryCountersConfig config_;
  Keys keys_;
  std::size_t next_bucket_ = 0;  // where sweep_some() continues
  WallTime next_full_sweep_{0};
};

}  // namespace belay::storage
