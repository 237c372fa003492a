// Finished runs in SQLite: their records, the ledger, and the single transaction that settles a run. These
// functions run inside the caller's transaction, on the caller's thread.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/units.hpp"
#include "core/ports/store.hpp"
#include "storage/sqlite/conversations.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

// Stores events of runs that are not settled yet (sqlite/event_archive.hpp). Events of a settled run are
// ignored: they are already stored, or were swept.
Result<> archive_events(Database& database, std::span<const ArchivedRange> ranges);

// Returns false, and changes nothing, when the run was settled before. Fails with `conflict` unless the
// stored events and `rest` together include all events up to `record.last`. `prompt` is null when the store
// certainly has it.
Result<bool> settle_run(Database& database, const RunRecord& record, std::span<const ArchivedRange> rest,
                        const UserMessage* prompt, const AnswerForm& form);

// Does nothing for an unknown run.
Result<> set_opened(Database& database, const RunId& run);
// Runs that have stored events and no record, the oldest first. Scans a whole index: for the start of the
// server, not for requests.
Result<std::vector<RunId>> read_unsettled(Database& database);

Result<std::optional<RunRecord>> read_run(Database& database, const RunId& run);
// The newest run, if several runs have the key.
Result<std::optional<RunRecord>> read_run_by_key(Database& database, std::string_view user,
                                                 std::string_view surface, std::string_view idempotency_key);

}  // namespace belay::storage
