// The port to what limits count: concurrent runs, requests in a window. In memory here, later Redis.
//
// Policy says which limits apply (policy/limits.hpp); reserve_all() takes all of them or none, in one atomic
// step, before the provider is called. A concurrency slot is held until release(); a window's count stays.
// Thread-safe.
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
  std::string name;  // of the setting, for the error: "assistant.rate.chat"
  std::string key;   // what is counted: "assistant/rate/chat/USER"
  Kind kind = Kind::concurrent;
  std::uint64_t most = 0;
  Milliseconds window{0};  // of a window: exactly `most` in any span of this length
};

struct Reservation {
  bool granted = false;
  // Of the first limit in the order given that refused; or of the tightest window when granted.
  std::optional<std::size_t> limit;  // index into the checks
  std::uint64_t remaining = 0;
  Milliseconds retry_after{0};  // window: when a place comes free; concurrent: 0, unknown
  bool no_room = false;         // refused, but no limit was reached: nothing more can be counted now
};

class Counters {
 public:
  virtual ~Counters() = default;
  virtual Reservation reserve_all(std::span<const LimitCheck> checks, WallTime now) = 0;
  // Gives the concurrency slots back; unknown keys are ignored.
  virtual void release(std::span<const std::string> keys) = 0;
  // At start, from the ledger and the open runs: counts without checking.
  virtual void restore(const LimitCheck& check, WallTime when) = 0;
  virtual std::uint64_t in_use(const std::string& key) const = 0;
};

}  // namespace belay
