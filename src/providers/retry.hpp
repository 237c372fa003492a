// Decides whether and when a failed attempt is retried. Pure, so that a table can test it.
//
// Only for attempts that have delivered nothing of an answer. The order of precedence is the one of OpenAI's
// and Anthropic's own clients: first `x-should-retry`, then the kind of failure. For the delay: first
// `retry-after-ms`, then `retry-after` (seconds or a date), then exponential back-off with jitter.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "providers/config.hpp"

namespace belay::providers {

// An attempt that failed before it delivered anything.
struct FailedAttempt {
  Error error;             // reported if this is the last attempt; retry_after is the provider's wish
  bool may_retry = false;  // whether a retry may help against this kind of failure
  std::optional<bool> should_retry;  // the header `x-should-retry`
};

// Returns the wait before the next attempt, or nothing: no further attempt. `retries_so_far` counts from 0.
// `jitter` is uniform in [0, 1).
std::optional<Milliseconds> retry_delay(const RetryConfig& config, unsigned retries_so_far,
                                        const FailedAttempt& failed, double jitter);

// Returns the wait that a response's headers ask for. Empty strings are absent headers. Invalid values are
// ignored.
std::optional<Milliseconds> parse_retry_after(std::string_view retry_after_ms, std::string_view retry_after,
                                              WallTime now);

}  // namespace belay::providers
