// Whether and when a failed attempt is made again: pure, so that a table can test it.
//
// Only for attempts of which no byte of an answer has been seen. The order of authority is the one of
// OpenAI's and Anthropic's own clients: `x-should-retry`, then the kind of failure; `retry-after-ms`, then
// `retry-after` (seconds or a date), then exponential back-off with jitter.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "providers/config.hpp"

namespace belay::providers {

// What is known of an attempt that failed before its first byte.
struct FailedAttempt {
  Error error;             // what goes up if it is the last; its retry_after is what the provider asked for
  bool may_retry = false;  // whether this kind of failure passes by itself
  std::optional<bool> should_retry;  // `x-should-retry`
};

// The wait before the next attempt, or nothing: give up. `retries_so_far` counts from 0; `jitter` is uniform
// in [0, 1).
std::optional<Milliseconds> retry_delay(const RetryConfig& config, unsigned retries_so_far,
                                        const FailedAttempt& failed, double jitter);

// What a response's headers ask for; empty strings are absent headers, values that make no sense are ignored.
std::optional<Milliseconds> parse_retry_after(std::string_view retry_after_ms, std::string_view retry_after,
                                              WallTime now);

}  // namespace belay::providers
