// The tree of a conversation in SQLite (requirement C13). These functions run inside the caller's transaction.
//
// A turn is the place of one run. Its answer follows a question: its own, or for a regenerated answer that of another
// run. A turn follows the answer of its parent. The chosen branch leads from the first turn to the conversation's tip;
// turns say whether their messages are on it.
#pragma once

#include <optional>
#include <unordered_set>
#include <vector>

#include "core/types/conversation.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

struct Turn {
  RunId run;
  std::optional<RunId> parent;
  std::optional<RunId> question;  // empty: it continues its parent's answer
};

// Zero: there is no such conversation.
Result<std::int64_t> conversation_row(Database& database, const ConversationKey& key);

Result<std::optional<Turn>> read_turn(Database& database, std::int64_t conversation, const RunId& run);
// Adds a turn and chooses its branch. No effect if the run has one. A branch whose run is no longer there is ignored.
Result<> add_turn(Database& database, std::int64_t conversation, const RunId& run, const Branch& branch,
                  std::string_view share_key);
// Fails with `not_found`.
Result<> choose_branch(Database& database, const ConversationKey& key, const MessageId& message);

struct MessageIdHash {
  std::size_t operator()(const MessageId& id) const {
    return RunIdHash()(id.run) ^ static_cast<std::size_t>(id.role);
  }
};
using MessageSet = std::unordered_set<MessageId, MessageIdHash>;
// The messages from the first turn to the answer of this run. A run that has none yet is in it all the same.
Result<MessageSet> path_to(Database& database, std::int64_t conversation, const RunId& run);

// Where a new run with this branch would stand.
struct BranchStart {
  std::optional<RunId> after;     // the run whose answer it follows
  std::optional<RunId> question;  // to be answered again
};
// Fails with `not_found`.
Result<BranchStart> start_of(Database& database, std::int64_t conversation, const Branch& branch);

// Sets `parent` and `siblings` of these messages of the conversation.
Result<> add_relations(Database& database, std::int64_t conversation, std::vector<StoredMessage>& messages);
// Sets `parent` only.
Result<> add_parents(Database& database, std::int64_t conversation, std::vector<StoredMessage>& messages);

Result<std::vector<RunId>> newest_runs(Database& database, const ConversationKey& key, std::size_t max);

}  // namespace belay::storage
