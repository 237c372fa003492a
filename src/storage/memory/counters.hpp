// The counters behind the limits, in this process's memory: concurrency slots and exact sliding windows.
//
// A window stores the time of each of its counts, at most as many as its limit allows. So no time span of the
// window's length ever contains more than the limit. (Fixed buckets would let up to twice the limit through
// at the border of two buckets.) A count takes 8 bytes. An idle key is forgotten: it holds no slot, and all
// its counts have left their windows.
//
// A thread may have read the clock a little earlier than another. A reservation therefore takes effect at the
// latest time that its window has seen.
//
// Thread-safe, behind one mutex: a reservation takes well under a microsecond. Nothing is stored on disk;
// restore() fills the counters at start from the ledger and the open runs.
#pragma once

#include <mutex>
#include <unordered_map>

#include <boost/circular_buffer.hpp>

#include "core/ports/counters.hpp"
#include "storage/memory/config.hpp"

namespace belay::storage {

class MemoryCounters final : public Counters {
 public:
  explicit MemoryCounters(const MemoryCountersConfig& config) : config_(config) {}

  // When there is no space for a new key, its check is refused as if the limit were used up, with a retry
  // after one second.
  Reservation reserve_all(std::span<const LimitCheck> checks, WallTime now) override;
  void release(std::span<const std::string> keys) override;
  // Not bounded by `max_keys`: everything in the ledger is counted.
  void restore(const LimitCheck& check, WallTime when) override;
  // Slots held, plus counts that are stored. The stored counts may include some that have left their window:
  // those are removed at the key's next reservation.
  std::uint64_t in_use(const std::string& key) const override;

  std::size_t keys() const;

 private:
  // The times of the counts, oldest first.
  struct Window {
    Milliseconds length{0};
    boost::circular_buffer<std::int64_t> times;
  };
  struct Counts {
    std::uint64_t slots = 0;
    std::vector<Window> windows;  // one for each window length; most keys have one
  };
  using Keys = std::unordered_map<std::string, Counts>;

  // Null: there is no space for another key.
  Counts* find_or_make(const std::string& key, WallTime now);
  bool take(const LimitCheck& check, WallTime now, Reservation& reservation);
  void release_window(const LimitCheck& check);
  static Window& window_of(Counts& counts, Milliseconds length);
  static void add(Window& window, std::uint64_t max, std::int64_t time);
  void forget_old(Window& window, WallTime now) const;
  bool is_idle(Counts& counts, WallTime now) const;
  void sweep_some(WallTime now);
  void sweep_all(WallTime now);

  const MemoryCountersConfig config_;
  mutable std::mutex mutex_;
  Keys keys_;
  std::size_t next_bucket_ = 0;  // where sweep_some() continues
  WallTime next_full_sweep_{0};
};

}  // namespace belay::storage
