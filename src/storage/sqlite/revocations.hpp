// Revocations in SQLite. These functions run inside the caller's transaction, on the caller's thread.
#pragma once

#include "core/ports/revocation_store.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

Result<> put_revocation(Database& database, const Revocation& revocation, const AuditEntry& entry);
Result<bool> remove_revocation(Database& database, const RevocationKey& key, const AuditEntry& entry);
// One statement.
Result<RevocationPage> read_revocations(Database& database, const std::optional<RevocationKey>& after,
                                        WallTime now, std::size_t max);

}  // namespace belay::storage
