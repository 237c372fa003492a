// What is kept for how long, and deleting the rest in small steps.
//
// Three limits: the age of a finished run's events, the bytes of all of them (the oldest go first), and the
// age of its record. A run whose events went is marked expired: it existed, and a client is told so until the
// record goes too. Messages stay.
//
// A step is bounded, so that a sweep over many runs never holds up the operations between its steps. It runs
// inside the caller's transaction.
#pragma once

#include <cstdint>

#include "core/store.hpp"
#include "storage/sqlite/config.hpp"
#include "storage/sqlite/connection.hpp"

namespace belay::storage {

struct SweepStep {
  std::uint64_t runs = 0;  // whose events were deleted
  bool more = false;       // another step is needed
};

Result<SweepStep> sweep_step(Connection& connection, WallTime now, const Retention& retention,
                             const SqliteConfig& config);

}  // namespace belay::storage
