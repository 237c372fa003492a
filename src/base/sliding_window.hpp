// "At most N in any span of this length", exactly: a memory of when each was taken, not an estimate from
// buckets.
//
// Eight bytes for each place that is taken, so at most `limit` of them: meant for limits of some hundreds.
// Times are given in, and need not be in order: a clock that is set back makes places come free later, never
// too many of them. Not thread-safe: one owner, behind its own lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/clock.hpp"

namespace belay {

class SlidingWindow {
 public:
  struct State {
    bool allowed = false;         // one more fits
    std::uint64_t remaining = 0;  // how many more fit
    Milliseconds retry_after{0};  // until one fits; 0 when one does
    Milliseconds reset_after{0};  // until the first place comes free; 0 when none is taken
  };

  // What a request at `now` would meet; takes nothing.
  State look(std::uint64_t limit, Milliseconds window, WallTime now) const;
  // Takes a place; look() has allowed it, or it is restored from a record. Places older than the window are
  // forgotten.
  void take(Milliseconds window, WallTime when);
  // Gives back the place that was taken at `when`, if it is still known: for a reservation that failed as a
  // whole.
  void give_back(WallTime when);

  // No place taken in a window that ends at `now`: the object may be forgotten.
  bool is_idle(Milliseconds window, WallTime now) const {
    return taken_.empty() || taken_.back() + window <= now;
  }

 private:
  std::vector<WallTime> taken_;  // in order of time
};

}  // namespace belay
