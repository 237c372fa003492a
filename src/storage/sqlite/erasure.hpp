// Removes what users no longer want to be kept (core/ports/erasure_store.hpp), in steps. These functions run inside the
// caller's transaction. The connection must have `secure_delete` on, so that the file no longer holds what was
// deleted.
#pragma once

#include <vector>

#include "core/ports/erasure_store.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

Result<ErasureStore::Id> insert_erasure(Database& database, const Erasure& erasure);
Result<std::vector<ErasureStore::Pending>> read_erasures(Database& database);
// Empty: it is finished already.
Result<std::optional<Erasure>> read_erasure(Database& database, ErasureStore::Id id);
Result<> delete_erasure(Database& database, ErasureStore::Id id);

// Removes about `max` runs at most, and adds what went to `report`. True: there is more.
Result<bool> erase_step(Database& database, const Erasure& erasure, std::size_t max, ErasureReport& report);
// Removes the conversations that have not changed since `before`. True: there is more.
Result<bool> erase_unchanged_since(Database& database, WallTime before, std::size_t max);

// Removes a run with its messages, and keeps a record without contents, so that the run can not come back.
Result<> erase_run(Database& database, const RunId& run, ErasureReport& report);

}  // namespace belay::storage
