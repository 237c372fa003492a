// The events of runs in SQLite: one row for each range of events, as it came from the log.
//
// Invariant: a run's ranges start at offset 1 and have no gap and no overlap. A range that would leave a gap
// is refused. So an event that is stored means that all events before it are stored too. These functions run
// inside the caller's transaction, on the caller's thread.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/ports/store.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

// The place in the range's bytes where the event at `from` begins; nothing when the bytes are not `count`
// complete events. Times are relative to the range's base time, so the rest of a range is a range with the
// same base time.
std::optional<std::size_t> place_of_event(const ArchivedRange& range, Offset from);

// The last offset that is stored; 0: none.
Result<Offset> archived_through(Database& database, const RunId& run);

// Stores the events that are not stored yet; the part of a range that is already stored is skipped. Fails
// with `conflict` for a range that would leave a gap, and with `internal` if a range's bytes do not contain
// exactly `count` events.
Result<> put_ranges(Database& database, std::span<const ArchivedRange> ranges);

// One statement: see Store::read_events.
Result<std::vector<ArchivedRange>> read_ranges(Database& database, const RunId& run, Offset from,
                                               std::size_t max_bytes);

// Calls `visit` with each event from `from` on, in order. Only one range is in memory at a time. Stops at the first
// error.
using EventVisitor = std::function<Result<>(const Event& event)>;
Result<> visit_events(Database& database, const RunId& run, Offset from, const EventVisitor& visit);

// The size of a run's events.
Result<std::uint64_t> event_bytes(Database& database, const RunId& run);

Result<> delete_events(Database& database, const RunId& run);

}  // namespace belay::storage
