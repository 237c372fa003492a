// Sessions in SQLite. These functions run inside the caller's transaction, on the caller's thread.
#pragma once

#include "core/ports/session_store.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

Result<> insert_session(Database& database, const Session& session);
Result<std::optional<Session>> read_session(Database& database, const SessionKey& key);
Result<std::optional<Session>> read_session_of_run(Database& database, std::string_view user,
                                                   std::string_view surface, const RunId& run);
Result<Session> use_session(Database& database, const SessionUse& use);
Result<> release_use(Database& database, const SessionKey& key, const RunId& run);
Result<> change_session(Database& database, const SessionKey& key, const SessionChange& change);
Result<std::uint64_t> sweep_sessions(Database& database, WallTime now, std::size_t max);

}  // namespace belay::storage
