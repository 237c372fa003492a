// Cached answers in SQLite. These functions run inside the caller's transaction, on its thread.
#pragma once

#include "core/response_cache.hpp"
#include "storage/sqlite/connection.hpp"

namespace belay::storage {

Result<std::optional<CachedAnswer>> read_answer(Connection& connection, std::string_view key, WallTime now);
Result<> write_answer(Connection& connection, std::string_view key, const CachedAnswer& answer);
// Deletes at most `most` rows of each kind.
Result<std::uint64_t> sweep_answers(Connection& connection, WallTime now, ByteCount most_bytes,
                                    std::size_t most);

}  // namespace belay::storage
