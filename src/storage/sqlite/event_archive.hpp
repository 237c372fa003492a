// The events of runs in SQLite: one row a range, as it came from the log.
//
// Invariant: a run's ranges stand without a gap and without overlap from offset 1. A range that would leave a
// gap is refused, so that "stored" always means "and everything before it". These functions run inside the
// caller's transaction, on its thread.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "core/store.hpp"
#include "storage/sqlite/connection.hpp"

namespace belay::storage {

// The last offset that is here; 0: none.
Result<Offset> archived_through(Connection& connection, const RunId& run);

// Stores what is not here yet; the part of a range that is here already is left out. Fails with `conflict`
// for a range that would leave a gap, and with `internal` for one whose bytes are not `count` events.
Result<> put_ranges(Connection& connection, std::span<const ArchivedRange> ranges);

// One statement: see Store::read_events.
Result<std::vector<ArchivedRange>> read_ranges(Connection& connection, const RunId& run, Offset from,
                                               std::size_t most_bytes);

// Calls `visit` with the text of each delta from `from` on, in order. One range is in memory at a time. Stops
// at the first error.
using DeltaVisitor = std::function<Result<>(std::string_view text)>;
Result<> visit_deltas(Connection& connection, const RunId& run, Offset from, const DeltaVisitor& visit);

// What a run's events take.
Result<std::uint64_t> event_bytes(Connection& connection, const RunId& run);

Result<> delete_events(Connection& connection, const RunId& run);

}  // namespace belay::storage
