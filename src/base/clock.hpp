// Time as a dependency. Code that needs the time holds a Clock&, so that tests advance a clock instead of
// sleeping.
#pragma once

#include <chrono>
#include <cstdint>

namespace belay {

using Milliseconds = std::chrono::milliseconds;
using SteadyTime = std::chrono::steady_clock::time_point;

// Milliseconds since 1970-01-01T00:00:00Z. This is the form that is stored and logged.
struct WallTime {
  std::int64_t ms = 0;
  friend auto operator<=>(const WallTime&, const WallTime&) = default;
  friend WallTime operator+(WallTime t, Milliseconds d) { return {t.ms + d.count()}; }
  friend WallTime operator-(WallTime t, Milliseconds d) { return {t.ms - d.count()}; }
  friend Milliseconds operator-(WallTime a, WallTime b) { return Milliseconds(a.ms - b.ms); }
};

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall() const = 0;
  virtual SteadyTime steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  WallTime wall() const override {
    return {std::chrono::duration_cast<Milliseconds>(std::chrono::system_clock::now().time_since_epoch())
                .count()};
  }
  SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
};

// For tests: the time changes only when advance() is called. Not thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime start = {1'795'000'000'000}) : wall_(start) {}
  WallTime wall() const override { return wall_; }
  SteadyTime steady() const override { return steady_; }
  void advance(Milliseconds by) {
    wall_ = wall_ + by;
    steady_ += by;
  }

 private:
  WallTime wall_;
  SteadyTime steady_{std::chrono::hours(1)};
};

}  // namespace belay
