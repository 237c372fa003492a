// Conversations and their messages in SQLite. These functions run inside the caller's transaction, on its
// thread.
//
// A conversation belongs to (user, surface, id) and begins with its first message. Its order is that of its
// runs; of each, the user's message stands before the assistant's. How they are read: sqlite/history.hpp.
#pragma once

#include <string_view>

#include "base/units.hpp"
#include "core/conversation_store.hpp"
#include "storage/sqlite/connection.hpp"

namespace belay::storage {

Result<> put_prompt(Connection& connection, const UserMessage& message);

// How a run's answer is written down.
struct AnswerForm {
  ByteCount whole{256 << 10};  // a longer one is copied range by range
  TokenEstimate estimate = nullptr;
};
// The assistant's message of a run whose events are all here: the text of its deltas from `run.text_from` on.
Result<> put_answer(Connection& connection, const RunRecord& run, const AnswerForm& form);

Result<std::optional<Conversation>> read_conversation(Connection& connection, const ConversationKey& key);
Result<ConversationPage> read_conversations(Connection& connection, std::string_view user,
                                            std::string_view surface,
                                            const std::optional<ConversationPlace>& after, std::size_t most);
Result<> change_conversation(Connection& connection, const ConversationKey& key,
                             const ConversationChange& change, WallTime now);
Result<std::uint64_t> clear_conversation(Connection& connection, const ConversationKey& key);
Result<> set_reaction(Connection& connection, std::string_view user, std::string_view surface,
                      const MessageId& message, Reaction reaction);

}  // namespace belay::storage
