// The search index in SQLite (requirement C16): which terms are in which titles and messages. These functions run
// inside the caller's transaction, on the caller's thread.
//
// A collection holds the titles, or the messages, of one user on one surface. Every table of the index is ordered by
// collection first, so a search reads nothing of other users.
//
// A document is a message or a title. It is stored with its own list of terms, by which it is removed again exactly.
// New documents of a collection are fresh: a search reads their lists. When there are enough of them, they become a
// block: a sorted list of their terms, each with the documents that have it. So a new message costs one row, and a block
// is written in one piece.
#pragma once

#include <cstdint>
#include <string_view>

#include "storage/sqlite/database.hpp"

namespace belay::storage {

enum class SearchKind { title = 1, message = 2 };

// The number of a document. A conversation and a message may have the same row.
constexpr std::int64_t document_of_message(std::int64_t row) {
  return row * 2;
}
constexpr std::int64_t document_of_title(std::int64_t conversation) {
  return conversation * 2 + 1;
}

// No effect if it is in the index already. `text` must be valid UTF-8; what is beyond search::kMaxTextBytes is not
// indexed.
Result<> index_message(Database& database, std::int64_t conversation, std::int64_t message,
                       std::string_view text);
// Indexes the title that the conversation has now, instead of an older one.
Result<> index_title(Database& database, std::int64_t conversation);
// No effect if it is not there.
Result<> remove_from_index(Database& database, std::int64_t document);
// Removes the name of a user of whom nothing is in the index any more.
Result<> forget_in_index(Database& database, std::string_view user);

// Whether messages from before the index exist that are not in it.
Result<bool> has_older_messages(Database& database);
// Indexes some of them, and notes how far it has come. True: there are more.
Result<bool> index_older(Database& database);

// 0: there is none.
Result<std::int64_t> find_collection(Database& database, std::string_view user, std::string_view surface,
                                     SearchKind kind);

}  // namespace belay::storage
