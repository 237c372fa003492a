// The reasons why the server is degraded. Each reason has one log line when it begins and one when it ends, a
// gauge, and an entry in the answer of /readyz.
//
// The reasons are a closed list, so each has its gauge from the start. A node without its data directory or
// without a working store cannot serve anyone: /readyz then answers 503. With all other reasons the node
// stays ready, because it can still serve readers.
//
// Thread-safe. Owned by app/, which checks the parts and reports (app/storage_watch.hpp).
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
  storage_full,         // the disk is full: no new runs
  journal_full,         // the journal is at its limit because the store is too slow: no new runs
  journal_failing,      // the journal cannot be written, and not because of a full disk
  journal_stalled,      // a write to the journal takes too long
  store_failing,        // the store cannot be written, and not because of a full disk
  store_stalled,        // a transaction takes too long
  data_directory_gone,  // deleted or replaced while the server runs
  sign_in_keys,         // keys for checking tokens could not be fetched
};
std::string_view to_string(DegradedReason reason);

class Degraded {
 public:
  static constexpr std::array kReasons{DegradedReason::storage_full,        DegradedReason::journal_full,
                                       DegradedReason::journal_failing,     DegradedReason::journal_stalled,
                                       DegradedReason::store_failing,       DegradedReason::store_stalled,
                                       DegradedReason::data_directory_gone, DegradedReason::sign_in_keys};

  Degraded(Log& log, Metrics& metrics, Health& health, const Clock& clock);

  // Reports the current state: an error if the server is degraded for this reason, else nothing. Only changes
  // are logged.
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
