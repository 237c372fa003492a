// The port to the counters behind limits: concurrent runs, and requests in a time window. In memory now,
// later in Redis.
//
// Policy decides which limits apply (policy/limits.hpp). reserve_all() takes all of them or none, in one
// atomic step, before the provider is called. A concurrency slot is held until release(). A count in a window
// is not returned. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace belay {

struct LimitCheck {
  enum class Kind { concurrent, window };
  std::string name;  // name of the setting, for the error: "assistant.rate.chat"
  std::string key;   // what is counted: "assistant/rate/chat/USER"
  Kind kind = Kind::concurrent;
  std::uint64_t max = 0;
  Milliseconds window{0};  // for a window: at most `max` in any span of this length
};

struct Reservation {
  bool granted = false;
  // When refused: the first limit, in the given order, that refused. When granted: the tightest window.
  std::optional<std::size_t> limit;  // index into the checks
  std::uint64_t remaining = 0;
  Milliseconds retry_after{0};  // window: when a slot becomes free; concurrent: 0, unknown
  // Refused although no limit was reached: the counters have no capacity for more keys now.
  bool counters_full = false;
};

class Counters {
 public:
  virtual ~Counters() = default;
  virtual Reservation reserve_all(std::span<const LimitCheck> checks, WallTime now) = 0;
  // Returns the concurrency slots. Unknown keys are ignored.
  virtual void release(std::span<const std::string> keys) = 0;
  // Used at start, for the ledger and the open runs: counts without checking the limit.
  virtual void restore(const LimitCheck& check, WallTime when) = 0;
  virtual std::uint64_t in_use(const std::string& key) const = 0;
};

}  // namespace belay
