// Users in SQLite: tier, phase, and when they were seen. These functions run inside the caller's transaction, on the
// caller's thread.
#pragma once

#include "core/ports/user_store.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

Result<std::string> read_tier(Database& database, std::string_view user);
Result<std::optional<UserRecord>> read_user(Database& database, std::string_view name);
// One statement.
Result<UserPage> read_users(Database& database, const UserQuery& query);
Result<UserRecord> change_user(Database& database, const UserChange& change, WallTime now,
                               const AuditEntry* entry);
Result<bool> erase_user(Database& database, std::string_view name);
// The user has had an answer. Does nothing for a caller who was not signed in.
Result<> see_user(Database& database, std::string_view name, WallTime when);

}  // namespace belay::storage
