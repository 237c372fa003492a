// Stops calls to an address that is down. The calls then fail at once instead of waiting for their deadlines.
//
//   closed ──breaker_failures in a row──▶ open ──breaker_open_time──▶ half open ──a probe succeeds──▶ closed
//                                          ▲                             │
//                                          └────────a probe fails────────┘
//
// A failure is an attempt that could not reach the address, or that ended before any piece of an answer
// because of a timeout, a 5xx status or a response that is not an answer. If an address rejects a request, or
// asks for fewer requests, it is reachable: that counts as success. A cancelled attempt does not count.
//
// One object per address, shared by all providers with that address. Thread-safe: attempts come from all
// loops.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/clock.hpp"
#include "providers/config.hpp"

namespace belay::providers {

class CircuitBreaker {
 public:
  explicit CircuitBreaker(const BreakerConfig& config) : config_(config) {}

  // The right to make one attempt. If it is destroyed before succeeded() or failed(), the attempt counts as
  // cancelled.
  class Permit {
   public:
    Permit(CircuitBreaker& breaker, bool is_probe) : breaker_(&breaker), is_probe_(is_probe) {}
    Permit(Permit&& other) noexcept
        : breaker_(std::exchange(other.breaker_, nullptr)), is_probe_(other.is_probe_) {}
    Permit& operator=(Permit&&) = delete;
    ~Permit() { end(Outcome::none, {}); }
    void succeeded() { end(Outcome::success, {}); }
    void failed(SteadyTime now) { end(Outcome::failure, now); }

   private:
    friend class CircuitBreaker;
    enum class Outcome { none, success, failure };
    void end(Outcome outcome, SteadyTime now) {
      if (breaker_) std::exchange(breaker_, nullptr)->over(is_probe_, outcome, now);
    }
    CircuitBreaker* breaker_;
    bool is_probe_;
  };

  struct Answer {
    std::optional<Permit> permit;
    Milliseconds wait{0};  // without a permit: time until one may be given
  };
  Answer ask(SteadyTime now);

  bool is_open() const;
  std::uint64_t times_opened() const;

 private:
  void over(bool was_probe, Permit::Outcome outcome, SteadyTime now);

  const BreakerConfig config_;
  mutable std::mutex mutex_;
  std::uint32_t failures_ = 0;  // in a row
  std::uint32_t probes_ = 0;    // in progress
  std::uint64_t times_opened_ = 0;
  std::optional<SteadyTime> open_until_;  // set: open, or half open after this time
};

}  // namespace belay::providers
