// What limits count, in this process's memory: concurrency slots, and windows that slide exactly.
//
// A window remembers when each of its counts was taken, at most as many as its limit allows, so that no span
// of its length ever holds more; buckets would let twice as many through at their border. That is 8 bytes a
// count; a key that is idle (no slot held, every count out of its window) is forgotten.
//
// A reservation takes effect at the latest time that its window has seen, should its thread have read the
// clock a little earlier.
//
// Thread-safe, behind one mutex: a reservation takes well under a microsecond. Nothing is kept on disk;
// restore() fills it at start from the ledger and the open runs.
#pragma once

#include <mutex>
#include <unordered_map>

#include <boost/circular_buffer.hpp>

#include "core/counters.hpp"
#include "storage/memory/config.hpp"

namespace belay::storage {

class MemoryCounters final : public Counters {
 public:
  explicit MemoryCounters(const MemoryCountersConfig& config) : config_(config) {}

  // When a new key finds no room, its check refuses as if the limit were used up, with a second to come back.
  Reservation reserve_all(std::span<const LimitCheck> checks, WallTime now) override;
  void release(std::span<const std::string> keys) override;
  // Not held to `most_keys`: what the ledger holds is counted.
  void restore(const LimitCheck& check, WallTime when) override;
  // Slots held and counts remembered; of the latter, those that have left their window may still be among
  // them until the key is next reserved.
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
    std::vector<Window> windows;  // of one key; one for each length, mostly one at all
  };
  using Keys = std::unordered_map<std::string, Counts>;

  // Null: no room for another key.
  Counts* find_or_make(const std::string& key, WallTime now);
  bool take(const LimitCheck& check, WallTime now, Reservation& reservation);
  void give_back(const LimitCheck& check);
  static Window& window_of(Counts& counts, Milliseconds length);
  static void add(Window& window, std::uint64_t most, std::int64_t time);
  void forget_old(Window& window, WallTime now) const;
  bool is_idle(Counts& counts, WallTime now) const;
  void sweep_some(WallTime now);
  void sweep_all(WallTime now);

  const MemoryCountersConfig config_;
  mutable std::mutex mutex_;
  Keys keys_;
  std::size_t next_bucket_ = 0;  // where sweep_some() goes on
  WallTime next_full_sweep_{0};
};

}  // namespace belay::storage
