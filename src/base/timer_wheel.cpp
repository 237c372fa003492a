#include "base/timer_wheel.hpp"

#include <algorithm>
#include <bit>

#include "base/fetch.hpp"

namespace belay {
namespace {
// Marks the end of a slot's list, so that an armed timer's next_ is never null.
Timer* const kEnd = reinterpret_cast<Timer*>(alignof(Timer));
}  // namespace

void Timer::arm(Milliseconds after) {
  cancel();
  const SteadyTime due = wheel_.clock_.steady() + std::max(after, Milliseconds(0));
  due_tick_ = std::max(wheel_.tick_at(due) + 1, wheel_.done_tick_ + 1);
  wheel_.link(*this);
}

void Timer::cancel() {
  if (armed()) wheel_.unlink(*this);
}

TimerWheel::TimerWheel(const Clock& clock) : clock_(clock), start_(clock.steady()) {}

std::int64_t TimerWheel::tick_at(SteadyTime time) const {
  return (time - start_) / kTick;
}

void TimerWheel::link(Timer& timer) {
  const std::size_t at = slot_of(timer.due_tick_);
  Slot& slot = slots_[at];
  occupied_[at / 64] |= std::uint64_t{1} << at % 64;
  occupied_words_ |= std::uint64_t{1} << at / 64;
  timer.previous_ = nullptr;
  timer.next_ = slot.head ? slot.head : kEnd;
  if (slot.head) slot.head->previous_ = &timer;
  slot.head = &timer;
  ++armed_;
}

void TimerWheel::unlink(Timer& timer) {
  Timer* const next = timer.next_ == kEnd ? nullptr : timer.next_;
  if (next) next->previous_ = timer.previous_;
  if (timer.previous_) {
    timer.previous_->next_ = timer.next_;
  } else {
    const std::size_t at = slot_of(timer.due_tick_);
    slots_[at].head = next;
    if (!next) occupied_[at / 64] &= ~(std::uint64_t{1} << at % 64);
    if (occupied_[at / 64] == 0) occupied_words_ &= ~(std::uint64_t{1} << at / 64);
  }
  timer.next_ = timer.previous_ = nullptr;
  --armed_;
}

void TimerWheel::advance() {
  const std::int64_t now = tick_at(clock_.steady());
  if (armed_ == 0) {
    done_tick_ = std::max(done_tick_, now);
    return;
  }
  // One round visits every slot, so a longer gap needs no more than one round.
  const std::int64_t first = std::max(done_tick_ + 1, now - static_cast<std::int64_t>(kSlots) + 1);
  for (std::int64_t tick = first; armed_ != 0 && (tick = next_occupied(tick)) <= now; ++tick) {
    done_tick_ = tick;
    Slot& slot = slots_[slot_of(tick)];
    // A callback may arm and cancel any timer, also timers in this slot. So the walk starts over after each
    // callback.
    for (Timer* timer = slot.head; timer && timer != kEnd;) {
      if (timer->due_tick_ > now) {
        timer = timer->next_;
        continue;
      }
      // Thousands of timers may be due, and their owners have probably left the processor's caches.
      prefetch_memory(timer->next_, sizeof(Timer));
      unlink(*timer);
      const auto fire = timer->fire_;  // the callback may destroy its timer
      fire();
      timer = slot.head;
    }
  }
  done_tick_ = std::max(done_tick_, now);
}

std::optional<SteadyTime> TimerWheel::next_due() const {
  if (armed_ == 0) return std::nullopt;
  return start_ + next_occupied(done_tick_ + 1) * kTick;
}

std::int64_t TimerWheel::next_occupied(std::int64_t from) const {
  const std::size_t first = slot_of(from);
  std::size_t found;
  if (const std::uint64_t later = occupied_[first / 64] >> first % 64; later != 0) {
    found = first + static_cast<std::size_t>(std::countr_zero(later));
  } else {
    // The words after this one, and around to this one.
    const std::size_t next_word = (first / 64 + 1) % kWords;
    const std::uint64_t words = std::rotr(occupied_words_, static_cast<int>(next_word));
    const std::size_t word = (next_word + static_cast<std::size_t>(std::countr_zero(words))) % kWords;
    found = word * 64 + static_cast<std::size_t>(std::countr_zero(occupied_[word]));
  }
  return from + static_cast<std::int64_t>((found + kSlots - first) % kSlots);
}

}  // namespace belay
