// Sessions and users in SQLite. These functions run inside the caller's transaction, on its thread.
#pragma once

#include "core/session_store.hpp"
#include "storage/sqlite/connection.hpp"

namespace belay::storage {

Result<> insert_session(Connection& connection, const Session& session);
Result<std::optional<Session>> read_session(Connection& connection, const SessionKey& key);
Result<std::optional<Session>> read_session_of_run(Connection& connection, std::string_view user,
                                                   std::string_view surface, const RunId& run);
Result<Session> use_session(Connection& connection, const SessionUse& use);
Result<> give_back_use(Connection& connection, const SessionKey& key, const RunId& run);
Result<> change_session(Connection& connection, const SessionKey& key, const SessionChange& change);
Result<std::uint64_t> sweep_sessions(Connection& connection, WallTime now, std::size_t most);

Result<std::string> read_tier(Connection& connection, std::string_view user);
Result<> write_tier(Connection& connection, std::string_view user, std::string_view tier, WallTime now);

}  // namespace belay::storage
