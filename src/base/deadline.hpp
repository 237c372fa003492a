// A moment after which a result is no longer wanted. One value is passed down, and callees only shorten it.
#pragma once

#include <algorithm>

#include "base/clock.hpp"

namespace belay {

class Deadline {
 public:
  static Deadline never() { return Deadline(SteadyTime::max()); }
  static Deadline in(Milliseconds time, const Clock& clock) { return Deadline(clock.steady() + time); }

  bool is_never() const { return at_ == SteadyTime::max(); }
  bool has_passed(const Clock& clock) const { return clock.steady() >= at_; }
  // Not below 0. Call it only for a deadline that is not never().
  Milliseconds left(const Clock& clock) const {
    const auto left = std::chrono::ceil<Milliseconds>(at_ - clock.steady());
    return std::max(left, Milliseconds(0));
  }
  // The earlier of the two.
  Deadline sooner(Deadline other) const { return Deadline(std::min(at_, other.at_)); }
  friend bool operator==(const Deadline&, const Deadline&) = default;

 private:
  explicit Deadline(SteadyTime at) : at_(at) {}
  SteadyTime at_;
};

}  // namespace belay
