// The contexts of climbers in SQLite. These functions run inside the caller's transaction, on the caller's thread.
#pragma once

#include "core/ports/context_store.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

// One statement.
Result<std::optional<StoredContext>> read_context(Database& database, std::string_view user);
// The result is the new revision. Fails with `conflict` if the condition is not true.
Result<std::uint64_t> write_context(Database& database, std::string_view user, std::string_view document,
                                    WallTime now, const ContextCondition& condition);
Result<bool> delete_context(Database& database, std::string_view user);
// What was changed up to `through`.
Result<> erase_context_until(Database& database, std::string_view user, WallTime through);

}  // namespace belay::storage
