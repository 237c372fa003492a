#include "ops/declarations/declarations.hpp"

namespace belay::ops {

using namespace std::chrono_literals;

void declare_tiers(Settings& settings, policy::TiersConfig& config) {
  settings.section("tiers",
                   "What a user may do hangs on the tier: from the token, else the store, else the lowest.");
  settings.texts("order", config.order, 16,
                 "The tiers from the lowest to the highest. Letter case does not matter.");
  settings.pairs("aliases", config.aliases, 64, "Other names for them.");
}

void declare_limits(Settings& settings, policy::Config& config, storage::MemoryCountersConfig& counters) {
  settings.section("limits", "How limits are counted. The limits themselves stand with what they limit.");
  settings.duration("busy_retry_after", config.busy_retry_after, {1s, 10min},
                    "What Retry-After says when nobody knows at what moment a place comes free.");
  settings.integer("most_keys", counters.most_keys, {1, 100'000'000, "keys"},
                   "Limits of users that are counted in memory at once. Beyond it idle ones are forgotten, "
                   "then new ones refused.");
  settings.duration("full_sweep_every", counters.full_sweep_every, {10ms, 1h},
                    "At that bound, all keys are looked through at most this often.");
  settings.integer("sweep_keys", counters.sweep_keys, {1, 1000, "keys"},
                   "Keys that each request looks at in passing, to forget the idle ones.");
  settings.duration("clock_skew", counters.clock_skew, {0ms, 1h},
                    "The clock may go back by so much without any window losing a count. Beyond it the clock "
                    "was set anew.");
}

}  // namespace belay::ops
