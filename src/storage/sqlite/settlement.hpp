// Finished runs in SQLite: their records, the ledger, and the one transaction in which a run is settled.
// These functions run inside the caller's transaction, on its thread.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/units.hpp"
#include "core/store.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/conversations.hpp"

namespace belay::storage {

// Stores events of runs that are not settled yet (sqlite/event_archive.hpp). Of a settled run they are all
// here, or have been swept, and are left out.
Result<> archive_events(Connection& connection, std::span<const ArchivedRange> ranges);

// False, and nothing changed, when the run has been settled before. Fails with `conflict` when its events up
// to `record.last` are not all here and in `rest`. `prompt` is null where the store has it for certain.
Result<bool> settle_run(Connection& connection, const RunRecord& record, std::span<const ArchivedRange> rest,
                        const UserMessage* prompt, const AnswerForm& form);

// An unknown run is left unknown.
Result<> set_opened(Connection& connection, const RunId& run);
// Runs that have events here and no record, the oldest first. Reads an index through: for the start, not for
// requests.
Result<std::vector<RunId>> read_unsettled(Connection& connection);

Result<std::optional<RunRecord>> read_run(Connection& connection, const RunId& run);
// The newest, should several runs bear the key.
Result<std::optional<RunRecord>> read_run_by_key(Connection& connection, std::string_view user,
                                                 std::string_view surface, std::string_view idempotency_key);
// In the order of their creation.
Result<std::vector<LedgerRow>> read_ledger(Connection& connection, WallTime since);
Result<UsageTotals> add_up_usage(Connection& connection, const ConversationKey& conversation, WallTime since);

}  // namespace belay::storage
