// How long things are kept, and how the rest is deleted in small steps.
//
// There are three limits: the age of a finished run's events, the bytes of all events (the oldest are deleted
// first), and the age of a run's record. A run whose events were deleted is marked expired: clients are
// informed that it existed, until its record is deleted too. Messages are kept, unless a fourth limit is set: the time
// since their conversation changed.
//
// A step is bounded, so that a sweep over many runs never delays the operations between its steps for long.
// It runs inside the caller's transaction.
#pragma once

#include <cstdint>

#include "core/ports/store.hpp"
#include "storage/sqlite/config.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

struct SweepStep {
  std::uint64_t runs = 0;  // runs whose events were deleted
  bool more = false;       // another step is needed
};

Result<SweepStep> sweep_step(Database& database, WallTime now, const Retention& retention,
                             const SqliteConfig& config);

}  // namespace belay::storage
