#include "app/maintenance.hpp"

namespace belay::app {
namespace {

constexpr Milliseconds kInterval{1000};

// The store may answer after Maintenance is gone, while it closes: nothing of it is used here.
void sweep_ended_sessions(SessionStore& sessions, const Clock& clock, Observability& observability,
                          std::size_t per_step) {
  sessions.sweep_sessions(clock.wall(),
                          [&sessions, &clock, &observability, per_step](Result<std::uint64_t> swept) {
                            if (!swept) return observability.engine.storage_error("store", swept.error());
                            // As many as one step takes: there may be more.
                            if (*swept == per_step)
                              return sweep_ended_sessions(sessions, clock, observability, per_step);
                            if (*swept != 0) observability.log.info("sessions_swept", {{"sessions", *swept}});
                          });
}

Retention retention_of(const RetentionConfig& config) {
  Retention retention;
  retention.events = config.events;
  retention.max_event_bytes = config.max_event_bytes.value;
  retention.records = config.records;
  return retention;
}

}  // namespace

Maintenance::Maintenance(Parts parts)
    : parts_(std::move(parts)),
      next_session_sweep_(parts_.loop.clock().steady() + parts_.session_sweep),
      timer_(parts_.loop.timers(), [this] { run(); }) {
  timer_.arm(kInterval);
}

void Maintenance::run() {
  Observability& observability = parts_.observability;
  const SteadyTime now = parts_.loop.clock().steady();
  std::optional<Error> missing_keys;
  if (parts_.misses_sign_in_keys())
    missing_keys = make_error(ErrorCode::unavailable, "Not all keys that tokens are checked with are here.");
  observability.degraded.report(ops::DegradedReason::sign_in_keys, missing_keys);
  if (const auto discarded = parts_.discard_recovered_journal(); !discarded)
    observability.engine.storage_error("journal", discarded.error());
  if (now >= next_sweep_) {
    next_sweep_ = now + parts_.retention.sweep_interval;
    parts_.finish_erasures();
    parts_.sweep_uploads();
    parts_.sweep(retention_of(parts_.retention));
    parts_.log_usage(observability.log);
  }
  if (now >= next_session_sweep_) {
    next_session_sweep_ = now + parts_.session_sweep;
    sweep_ended_sessions(parts_.sessions, parts_.loop.clock(), observability, parts_.sessions_per_step);
  }
  timer_.arm(kInterval);
}

}  // namespace belay::app
