// Searching in SQLite (requirement C16). See sqlite/search_index.hpp.
//
// Reads are bounded: the newest blocks of a collection, then so many rows, then so many candidates, then so many bytes
// of text. So a search takes no longer than a few milliseconds, however many messages a user has.
#pragma once

#include <vector>

#include "core/types/search.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

// The conversations that fit best, best first; each once. Runs in a read transaction of its own.
Result<std::vector<SearchHit>> search_conversations(Database& database, const SearchQuery& query);

}  // namespace belay::storage
