// Conversations and their messages in SQLite. These functions run inside the caller's transaction, on its
// thread.
//
// A conversation belongs to (user, surface, id) and begins with its first message. Its order is that of its
// runs; of each, the user's message stands before the assistant's.
#pragma once

#include <vector>

#include "base/units.hpp"
#include "core/store.hpp"
#include "storage/sqlite/connection.hpp"

namespace belay::storage {

Result<> put_prompt(Connection& connection, const ConversationKey& conversation, const RunId& run,
                    std::string_view prompt, WallTime created);

// The assistant's message of a run whose events are all here: the text of its deltas from `run.text_from` on.
// One beyond `whole` bytes is copied range by range.
Result<> put_answer(Connection& connection, const RunRecord& run, ByteCount whole);

Result<std::vector<StoredMessage>> read_history(Connection& connection, const ConversationKey& conversation,
                                                std::size_t most);

}  // namespace belay::storage
