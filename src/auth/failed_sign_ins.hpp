// Limits failed sign-ins, in total and for each client address (requirement X17), so that nobody makes the
// server check signatures without end.
//
// They are counted in windows of a fixed length that are the same for all clients. When a limit is reached, no
// signature is checked until the next window. Tokens that were checked before stay valid, and so do tickets.
// An IPv6 address counts by its /64. Clients on this machine are counted in total only: they may all be behind
// one proxy that is not configured as trusted.
//
// Thread-safe. At most `max` addresses are in memory. Owned by the Authenticator.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace belay::auth {

class FailedSignIns {
 public:
  struct Limits {
    std::size_t max;
    std::size_t max_per_address;
    Milliseconds window;
  };
  FailedSignIns(const Limits& limits, const Clock& clock) : limits_(limits), clock_(clock) {}

  // Whether this client's token may be checked. Fails with `rate_limited` when its address has reached its
  // limit, and with `unavailable` when all clients together have.
  Result<> check(std::string_view address);
  void count(std::string_view address);

 private:
  void turn_window(SteadyTime now);

  const Limits limits_;
  const Clock& clock_;
  std::atomic<std::size_t> total_{0};  // 0: nothing to look up
  std::mutex mutex_;
  SteadyTime window_start_{};
  std::unordered_map<std::string, std::size_t> by_address_;
};

}  // namespace belay::auth
