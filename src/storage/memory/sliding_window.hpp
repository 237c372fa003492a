// An exact sliding window: the time of each count, at most as many as the limit allows.
//
// No time span of the window's length ever contains more than the limit. (Fixed buckets would let up to twice
// the limit through at the border of two buckets.) A count takes 8 bytes. Not thread-safe.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>

#include <boost/circular_buffer.hpp>

#include "base/clock.hpp"

namespace belay::storage {

class SlidingWindow {
 public:
  explicit SlidingWindow(Milliseconds length) : length_(length) { assert(length > Milliseconds::zero()); }

  Milliseconds length() const { return length_; }
  // Exact after forget_old().
  std::uint64_t used() const { return times_.size(); }

  // Removes the counts that have left the window. If the clock was set back by more than `skew`, the counts "in
  // the future" are treated as counted now.
  void forget_old(WallTime now, Milliseconds skew) {
    if (!times_.empty() && times_.back() > now.ms + skew.count())
      for (std::int64_t& time : times_) time = std::min(time, now.ms);
    while (!times_.empty() && times_.front() + length_.count() <= now.ms) times_.pop_front();
  }

  // Only while used() < max. Times never decrease along the ring: if the clock went back a little, the count
  // gets a slightly later time.
  void add(WallTime now, std::uint64_t max) {
    push(times_.empty() ? now.ms : std::max(now.ms, times_.back()), max);
  }
  // Removes what the last add() added.
  void undo() { times_.pop_back(); }

  // In any order. Only the newest `max` counts decide whether there is a free place.
  void restore(WallTime when, std::uint64_t max) {
    if (max == 0) return;
    if (times_.size() >= max) {
      if (when.ms <= times_.front()) return;
      times_.pop_front();
    }
    push(when.ms, max);
    for (std::size_t i = times_.size() - 1; i > 0 && times_[i - 1] > times_[i]; --i)
      std::swap(times_[i - 1], times_[i]);
  }

  // While used() >= max: the time until enough counts have left, so that fewer than `max` remain. A limit of
  // zero never has a free place.
  Milliseconds until_free(WallTime now, std::uint64_t max) const {
    const WallTime leaves = max == 0 ? now : WallTime{times_[times_.size() - max]};
    return leaves + length_ - now;
  }
  // The time until the oldest count leaves; 0 if there is none.
  Milliseconds until_next(WallTime now) const {
    return times_.empty() ? Milliseconds(0) : WallTime{times_.front()} + length_ - now;
  }

 private:
  static constexpr std::uint64_t kFirstCapacity = 4;

  void push(std::int64_t time, std::uint64_t max) {
    if (times_.full())
      times_.set_capacity(std::min<std::uint64_t>(max, std::max(kFirstCapacity, 2 * times_.capacity())));
    assert(!times_.full());
    times_.push_back(time);
  }

  Milliseconds length_;
  boost::circular_buffer<std::int64_t> times_;  // oldest first
};

}  // namespace belay::storage
