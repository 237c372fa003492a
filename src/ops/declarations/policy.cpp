#include "ops/declarations/declarations.hpp"

namespace belay::ops {

using namespace std::chrono_literals;

void declare_tiers(Settings& settings, policy::TiersConfig& config) {
  settings.section("tiers",
                   "Tiers decide what users may do. A user's tier comes from the token, else from the store, "
                   "else it is the lowest.");
  settings.string_list("order", config.order, 16,
                       "The tiers from the lowest to the highest. Letter case does not matter.");
  settings.string_map("aliases", config.aliases, 64, "Other names for these tiers.");
}

void declare_limits(Settings& settings, policy::Config& config, storage::MemoryCountersConfig& counters) {
  settings.section("limits",
                   "How limits are counted. Each limit itself is in the section of what it limits.");
  settings.duration("busy_retry_after", config.busy_retry_after, {1s, 10min},
                    "The value of Retry-After when the server cannot know when capacity becomes free.");
  settings
      .integer("max_keys", counters.max_keys, {1, 100'000'000, "keys"},
               "Limits of users that are counted in memory at once. Beyond it idle ones are forgotten first, "
               "then new ones are refused.")
      .renamed_from("most_keys");
  settings.duration("full_sweep_every", counters.full_sweep_every, {10ms, 1h},
                    "At that number, all keys are searched for idle ones at most this often.");
  settings.integer("sweep_keys", counters.sweep_keys, {1, 1000, "keys"},
                   "Keys that each request checks in passing, to forget idle ones.");
  settings.duration("clock_skew", counters.clock_skew, {0ms, 1h},
                    "The clock may be set back by this much without losing counts of a window. A larger step "
                    "counts as setting the clock to a new time.");
}

}  // namespace belay::ops
