// The settings of what is counted in memory.
#pragma once

#include <cstddef>

#include "base/clock.hpp"

namespace belay::storage {

struct MemoryCountersConfig {
  // Keys (a limit of a user) that are counted at once. Beyond it, idle ones are looked for, and then new ones
  // refused. 1 … 100,000,000.
  std::size_t most_keys = 1'000'000;
  // At that bound, all keys are looked through at most this often. 10 ms … 1 h.
  Milliseconds full_sweep_every{1'000};
  // Keys that are looked at in passing by each reservation, to forget the idle ones. 1 … 1,000.
  std::size_t sweep_keys = 4;
  // The clock may go back by so much, as it does when threads read it one after the other, without any window
  // losing a count. Beyond it the clock was set: what was counted "in the future" is then taken to have been
  // counted now. 0 … 1 h.
  Milliseconds clock_skew{2'000};
};

}  // namespace belay::storage
