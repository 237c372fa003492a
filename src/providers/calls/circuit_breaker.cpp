#include "providers/calls/circuit_breaker.hpp"

#include <algorithm>

namespace belay::providers {

CircuitBreaker::Answer CircuitBreaker::ask(SteadyTime now) {
  const std::lock_guard lock(mutex_);
  if (!open_until_) return {Permit(*this, false), Milliseconds(0)};
  const bool is_half_open = now >= *open_until_;
  if (!is_half_open || probes_ >= config_.breaker_probes) {
    const SteadyTime until = is_half_open ? now + config_.breaker_open_time : *open_until_;
    return {std::nullopt, std::chrono::ceil<Milliseconds>(until - now)};
  }
  ++probes_;
  return {Permit(*this, true), Milliseconds(0)};
}

void CircuitBreaker::over(bool was_probe, Permit::Outcome outcome, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  if (was_probe && probes_ > 0) --probes_;
  if (outcome == Permit::Outcome::none) return;
  if (outcome == Permit::Outcome::success) {
    failures_ = 0;
    // Only probes close the breaker. An attempt from before it opened says nothing about the current state.
    if (was_probe) open_until_.reset();
    return;
  }
  if (config_.breaker_failures == 0) return;
  failures_ = std::min(failures_ + 1, config_.breaker_failures);
  const bool opens = open_until_ ? was_probe : failures_ >= config_.breaker_failures;
  if (!opens) return;
  open_until_ = now + config_.breaker_open_time;
  ++times_opened_;
}

bool CircuitBreaker::is_open() const {
  const std::lock_guard lock(mutex_);
  return open_until_.has_value();
}

std::uint64_t CircuitBreaker::times_opened() const {
  const std::lock_guard lock(mutex_);
  return times_opened_;
}

}  // namespace belay::providers
