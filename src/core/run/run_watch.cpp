// Whether anybody reads a run: one that nobody opens expires, and one that nobody reads any more is cancelled.
#include <algorithm>

#include "core/run/run.hpp"

namespace belay {
namespace {

constexpr Milliseconds kWatchInterval{1000};
constexpr Milliseconds kMinWatchInterval{100};

}  // namespace

// Checks whether no reader has opened the run or all readers have left, and whether the store accepts events
// again.
void Run::watch() {
  const EngineConfig& config = context_.config;
  const SteadyTime now = context_.loop.clock().steady();
  if (never_opened()) return expire();
  const std::size_t readers = feed_ ? feed_->readers() : log_->readers();
  if (readers != 0 || !log_->opened())
    unwatched_since_.reset();
  else if (!unwatched_since_)
    unwatched_since_ = now;
  const auto grace = unwatched_grace();
  if (grace && unwatched_since_ && now - *unwatched_since_ >= *grace)
    return cancel(
        make_error(ErrorCode::cancelled, "Nobody was watching any more, so the answer was stopped."), [] {});
  if (spill_failed_) spill(config.log_window.value);
  arm_watch();
}

bool Run::never_opened() const {
  return !log_->opened() && time_until_expiry() <= Milliseconds(0);
}

void Run::expire() {
  expired_ = true;
  cancel(make_error(ErrorCode::expired, "Nobody opened this stream in time, so the answer was stopped."),
         [] {});
}

// How long it goes on without readers; nothing: it goes on.
std::optional<Milliseconds> Run::unwatched_grace() const {
  switch (request_.unwatched.then) {
    case Unwatched::Then::continues:
      return std::nullopt;
    case Unwatched::Then::is_cancelled:
      return request_.unwatched.after;
    case Unwatched::Then::as_configured:
      break;
  }
  const Milliseconds configured = context_.config.unwatched_grace;
  return configured.count() == 0 ? std::nullopt : std::optional(configured);
}

Milliseconds Run::time_until_expiry() const {
  return context_.config.unopened_expiry - (context_.loop.clock().wall() - request_.created);
}

// Most runs are opened and then need no further checks.
void Run::arm_watch() {
  std::optional<Milliseconds> next;
  if (!log_->opened()) next = time_until_expiry();
  if (spill_failed_) next = std::min(next.value_or(kWatchInterval), kWatchInterval);
  if (const auto grace = unwatched_grace()) {
    const Milliseconds interval = std::clamp(*grace, kMinWatchInterval, kWatchInterval);
    next = std::min(next.value_or(interval), interval);
  }
  if (next) watch_.arm(std::max(*next, Milliseconds(1)));
}

}  // namespace belay
