// Which documents of the search index have all words of a query (sqlite/search_index.hpp).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/search/query.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

// Calls `take` for documents of the collection that have all the words, the newest first, until it returns false. Of a
// run of characters, all its pairs are in the document, but not always next to each other. Ends early when it has read
// the newest blocks (about 250,000 messages), or 15,000 rows.
Result<> each_document(Database& database, std::int64_t collection, std::span<const search::Word> words,
                       const std::function<Result<bool>(std::int64_t document,
                                                        const std::vector<search::WordCount>& counts)>& take);

}  // namespace belay::storage
