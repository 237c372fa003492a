// The ledger in SQLite: reading it. A settlement writes it (sqlite/settlement.hpp). These functions run inside the
// caller's transaction, on the caller's thread.
#pragma once

#include <vector>

#include "core/ports/ledger_store.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

// In the order in which the rows were created.
Result<std::vector<LedgerRow>> read_ledger(Database& database, WallTime since);
Result<UsageTotals> sum_usage(Database& database, const ConversationKey& conversation, WallTime since);
// One statement. Reads every row of the time range.
Result<UsagePage> read_usage_sums(Database& database, const UsageQuery& query);

}  // namespace belay::storage
