// The audit log in SQLite. These functions run inside the caller's transaction, on the caller's thread.
#pragma once

#include "core/types/audit.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

Result<> insert_audit(Database& database, const AuditEntry& entry);
// One statement.
Result<AuditPage> read_audit(Database& database, const AuditQuery& query);

}  // namespace belay::storage
