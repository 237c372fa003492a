// Time-outs for many objects that rarely time out. There is one wheel per loop, instead of a kernel timer per
// object.
//
// Arming and cancelling a timer costs a few instructions. A Timer is a list node (two pointers) inside its
// owner. The resolution is 10 ms, and a timer never fires early. Everything happens on the wheel's loop. A
// Timer cancels itself when it is destroyed, even inside its own callback.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include "base/clock.hpp"

namespace belay {

class TimerWheel;

class Timer {
 public:
  // The callback runs on the wheel's loop, once for each arm().
  Timer(TimerWheel& wheel, std::function<void()> fire) : wheel_(wheel), fire_(std::move(fire)) {}
  ~Timer() { cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Replaces an earlier arm().
  void arm(Milliseconds after);
  void cancel();
  bool armed() const { return next_ != nullptr; }

 private:
  friend class TimerWheel;
  TimerWheel& wheel_;
  std::function<void()> fire_;
  Timer* next_ = nullptr;
  Timer* previous_ = nullptr;
  std::int64_t due_tick_ = 0;
};

class TimerWheel {
 public:
  static constexpr Milliseconds kTick{10};

  explicit TimerWheel(const Clock& clock);
  // Fires all timers that are due.
  void advance();
  // When advance() must be called next, or nothing when no timer is armed. The result may be too early (the
  // slot of a timer that is more than one round away), but never too late.
  std::optional<SteadyTime> next_due() const;
  std::size_t armed() const { return armed_; }

 private:
  friend class Timer;
  static constexpr std::size_t kSlots = 4096;  // one round takes 41 s

  struct Slot {
    Timer* head = nullptr;
  };

  static constexpr std::size_t kWords = kSlots / 64;
  static_assert(kWords == 64, "one summary word has a bit for each word");

  std::int64_t tick_at(SteadyTime time) const;
  static std::size_t slot_of(std::int64_t tick) { return static_cast<std::size_t>(tick) % kSlots; }
  // The first tick in [from, from + kSlots) whose slot is not empty. At least one is not empty.
  std::int64_t next_occupied(std::int64_t from) const;
  void link(Timer& timer);
  void unlink(Timer& timer);

  const Clock& clock_;
  SteadyTime start_;
  std::int64_t done_tick_ = 0;  // all ticks up to here have been fired
  std::size_t armed_ = 0;
  std::array<Slot, kSlots> slots_;
  // A bit for each slot that is not empty, and a bit for each word of those that is not zero: the next timer is
  // found without a search.
  std::array<std::uint64_t, kWords> occupied_{};
  std::uint64_t occupied_words_ = 0;
};

}  // namespace belay
