#include "providers/retry.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include <curl/curl.h>

namespace belay::providers {
namespace {

// A wait of more than a day is an error or an attack on our timers.
constexpr double kMaxMilliseconds = 86'400'000;

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value) || value < 0)
    return std::nullopt;
  return value;
}

Milliseconds bounded(double milliseconds) {
  return Milliseconds(static_cast<std::int64_t>(std::ceil(std::min(milliseconds, kMaxMilliseconds))));
}

}  // namespace

std::optional<Milliseconds> retry_delay(const RetryConfig& config, unsigned retries_so_far,
                                        const FailedAttempt& failed, double jitter) {
  if (retries_so_far >= config.max_retries) return std::nullopt;
  if (!failed.should_retry.value_or(failed.may_retry)) return std::nullopt;
  if (const auto asked = failed.error.retry_after) {
    if (*asked > config.max_retry_after) return std::nullopt;
    return asked;
  }
  const double doubled =
      static_cast<double>(config.first_backoff.count()) * std::exp2(std::min(retries_so_far, 30u));
  const double max = static_cast<double>(std::max(config.max_backoff, config.first_backoff).count());
  return Milliseconds(static_cast<std::int64_t>(std::min(doubled, max) * (1 - jitter / 4)));
}

std::optional<Milliseconds> parse_retry_after(std::string_view retry_after_ms, std::string_view retry_after,
                                              WallTime now) {
  if (const auto milliseconds = parse_number(retry_after_ms)) return bounded(*milliseconds);
  if (const auto seconds = parse_number(retry_after)) return bounded(*seconds * 1000);
  // Or a date (RFC 9110, 10.2.3). curl_getdate() reads the three forms that HTTP allows.
  if (retry_after.empty() || retry_after.size() > 64 || retry_after.find(':') == std::string_view::npos)
    return std::nullopt;
  const auto seconds = curl_getdate(std::string(retry_after).c_str(), nullptr);
  if (seconds < 0) return std::nullopt;
  const double wait = static_cast<double>(seconds) * 1000 - static_cast<double>(now.ms);
  return bounded(std::max(wait, 0.0));
}

}  // namespace belay::providers
