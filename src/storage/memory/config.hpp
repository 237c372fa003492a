// The settings of the counters in memory.
#pragma once

#include <cstddef>

#include "base/clock.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
}

namespace belay::storage {

struct MemoryCountersConfig {
  // The maximum number of keys that are counted at the same time. A key is one limit of one user. When the
  // maximum is reached, idle keys are removed first; if none is idle, new keys are refused. The same maximum
  // holds for idempotency keys: keys of stored runs are removed first, then new keys are refused.
  std::size_t max_keys = 1'000'000;
  // The maximum number of requests that wait for another one with the same idempotency key. Further ones are
  // refused.
  std::size_t max_waiters_per_key = 1'000;
  // When max_keys is reached, all keys are scanned for idle ones at most once in this time.
  Milliseconds full_sweep_every{1'000};
  // The number of keys that each reservation also checks, in order to forget idle ones.
  std::size_t sweep_keys = 4;
  // The clock may go back by up to this much without any window losing a count. Small steps back are normal
  // when several threads read the clock one after the other. A larger step means that somebody set the clock:
  // counts "in the future" are then treated as counted now.
  Milliseconds clock_skew{2'000};
};

// Declares the settings: names, bounds and documentation.
// They continue the section "limits" of policy.
void declare(Settings& settings, MemoryCountersConfig& config);

}  // namespace belay::storage
