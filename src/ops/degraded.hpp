// Why the server is not at its best: one log line when a state begins and one when it ends, a gauge, and the
// reasons that /readyz gives.
//
// The reasons are a closed list, so that each has its gauge from the start. Without its data directory or a
// working store a node is of no use to anybody: /readyz then answers 503. All other reasons leave it ready,
// since it still serves readers.
//
// Thread-safe. Owned by app/, which looks at the parts and reports (app/storage_watch.hpp).
#pragma once

#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "ops/health.hpp"
#include "ops/logging.hpp"
#include "ops/metrics.hpp"

namespace belay::ops {

enum class DegradedReason {
  storage_full,         // no room on the disk: no new runs
  journal_full,         // the journal is at its bound, since the store does not keep up: no new runs
  journal_failing,      // it cannot be written, for another reason than a full disk
  journal_stalled,      // a write of it has been under way for too long
  store_failing,        // nothing can be stored, for another reason than a full disk
  store_stalled,        // a transaction has been under way for too long
  data_directory_gone,  // deleted or replaced under the server
  sign_in_keys,         // keys that tokens are checked with could not be fetched
};
std::string_view to_string(DegradedReason reason);

class Degraded {
 public:
  static constexpr std::array kReasons{DegradedReason::storage_full,        DegradedReason::journal_full,
                                       DegradedReason::journal_failing,     DegradedReason::journal_stalled,
                                       DegradedReason::store_failing,       DegradedReason::store_stalled,
                                       DegradedReason::data_directory_gone, DegradedReason::sign_in_keys};

  Degraded(Log& log, Metrics& metrics, Health& health, const Clock& clock);

  // How it is now: why it is degraded, or that it is not. Only a change is logged.
  void report(DegradedReason reason, const std::optional<Error>& why);
  bool is(DegradedReason reason) const;

 private:
  Log& log_;
  Metrics& metrics_;
  Health& health_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<DegradedReason, SteadyTime> since_;
};

}  // namespace belay::ops
