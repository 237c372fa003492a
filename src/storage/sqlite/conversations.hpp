// Conversations and their messages in SQLite. These functions run inside the caller's transaction, on the
// caller's thread.
//
// A conversation belongs to (user, surface, id) and begins with its first message. Its messages are in the
// order of its runs; for each run, the user's message comes before the assistant's. For reading messages see
// sqlite/history.hpp.
#pragma once

#include <string_view>

#include "base/units.hpp"
#include "core/ports/conversation_store.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

Result<> put_prompt(Database& database, const UserMessage& message);

// How a run's answer is stored as a message.
struct AnswerForm {
  ByteCount whole{256 << 10};  // a longer answer is copied range by range
  TokenEstimate estimate = nullptr;
};
// Stores the assistant's message of a run. All events of the run must be in the store. The message is the
// text of the run's deltas from `run.text_from` on.
Result<> put_answer(Database& database, const RunRecord& run, const AnswerForm& form);

Result<std::optional<Conversation>> read_conversation(Database& database, const ConversationKey& key);
Result<ConversationPage> read_conversations(Database& database, const ConversationFilter& filter,
                                            const std::optional<ConversationPlace>& after, std::size_t max);
Result<> change_conversation(Database& database, const ConversationKey& key, const ConversationChange& change,
                             WallTime now);
Result<> set_reaction(Database& database, std::string_view user, std::string_view surface,
                      const MessageId& message, Reaction reaction);

}  // namespace belay::storage
