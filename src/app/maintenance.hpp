// What the server does once a second, on the first loop: it reports missing sign-in keys, removes the journal
// that recovery has read, and deletes what retention no longer keeps.
#pragma once

#include <functional>

#include "app/config.hpp"
#include "app/observability.hpp"
#include "base/loop.hpp"
#include "base/timer_wheel.hpp"
#include "core/ports/session_store.hpp"
#include "core/ports/store.hpp"

namespace belay::app {

class Maintenance {
 public:
  // All of these outlive it, and the loop and the observability outlive the store as well. The functions are
  // called on the loop.
  struct Parts {
    Loop& loop;
    Observability& observability;
    SessionStore& sessions;
    std::function<bool()> misses_sign_in_keys;
    std::function<Result<>()> discard_recovered_journal;
    std::function<void(const Retention&)> sweep;
    std::function<void()> finish_erasures;  // that were requested and are not done
    std::function<void()> sweep_uploads;
    std::function<void(ops::Log&)> log_usage;
    RetentionConfig retention;
    Milliseconds session_sweep;     // how often ended sessions are deleted
    std::size_t sessions_per_step;  // the most that one call of the store deletes
  };
  // Call it on the loop, or before the loop runs.
  explicit Maintenance(Parts parts);

 private:
  void run();

  const Parts parts_;
  SteadyTime next_sweep_{};
  SteadyTime next_session_sweep_;
  Timer timer_;
};

}  // namespace belay::app
