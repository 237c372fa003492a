// Time-outs for many things that rarely time out: one wheel a loop instead of a kernel timer each.
//
// Arming and cancelling cost a few instructions; a Timer is a link of two pointers inside its owner.
// Resolution is 10 ms, and a timer never fires early. Everything happens on the wheel's loop. A Timer cancels
// itself when it is destroyed, also from inside its own callback.
#pragma once

#include <array>
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
  // Fires what is due.
  void advance();
  // When advance() is wanted next; nothing when no timer is armed. It may name a tick at which nothing is due
  // (a far timer whose slot comes round), never one too late.
  std::optional<SteadyTime> next_due() const;
  std::size_t armed() const { return armed_; }

 private:
  friend class Timer;
  static constexpr std::size_t kSlots = 4096;  // 41 s a round

  struct Slot {
    Timer* head = nullptr;
  };

  std::int64_t tick_at(SteadyTime time) const;
  void link(Timer& timer);
  void unlink(Timer& timer);

  const Clock& clock_;
  SteadyTime start_;
  std::int64_t done_tick_ = 0;  // every tick up to here has been fired
  std::size_t armed_ = 0;
  std::array<Slot, kSlots> slots_;
};

}  // namespace belay
