// Reads messages from SQLite: pages of a history, and the messages for a prompt. These functions run inside
// the caller's transaction, on the caller's thread.
//
// All of them walk an index from a place in the conversation and stop when they have enough. So their cost
// does not grow with the conversation.
#pragma once

#include <vector>

#include "core/ports/conversation_store.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

// The newest `max` messages, oldest first.
Result<std::vector<StoredMessage>> read_history(Database& database, const ConversationKey& conversation,
                                                std::size_t max);
Result<MessagePage> read_page(Database& database, const MessageFilter& filter,
                              const std::optional<MessagePlace>& before, const PageSize& size);
Result<NextPage> read_next_page(Database& database, const ConversationKey& conversation,
                                const std::optional<MessagePlace>& after, const PageSize& size);
Result<std::vector<StoredMessage>> read_for_prompt(Database& database, const ConversationKey& conversation,
                                                   const PromptBudget& budget);

}  // namespace belay::storage
