// Cached answers in SQLite. These functions run inside the caller's transaction, on the caller's thread.
#pragma once

#include "core/ports/answer_cache.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

Result<std::optional<CachedAnswer>> read_answer(Database& database, std::string_view key, WallTime now);
Result<> write_answer(Database& database, std::string_view key, const CachedAnswer& answer);
// Deletes at most `max` rows of each kind.
Result<std::uint64_t> sweep_answers(Database& database, WallTime now, ByteCount max_bytes, std::size_t max);

}  // namespace belay::storage
