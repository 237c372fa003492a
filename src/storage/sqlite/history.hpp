// Reading messages back from SQLite: pages of a history, and what a prompt can use of it. These functions run
// inside the caller's transaction, on its thread.
//
// All walk an index from a place in the conversation and stop where they have enough, so their cost does not
// grow with the conversation.
#pragma once

#include <vector>

#include "core/conversation_store.hpp"
#include "storage/sqlite/connection.hpp"

namespace belay::storage {

// The newest `most` messages, oldest first.
Result<std::vector<StoredMessage>> read_history(Connection& connection, const ConversationKey& conversation,
                                                std::size_t most);
Result<MessagePage> read_page(Connection& connection, const MessageFilter& filter,
                              const std::optional<MessagePlace>& before, const PageSize& size);
Result<NextPage> read_next_page(Connection& connection, const ConversationKey& conversation,
                                const std::optional<MessagePlace>& after, const PageSize& size);
Result<std::vector<StoredMessage>> read_for_prompt(Connection& connection,
                                                   const ConversationKey& conversation,
                                                   const PromptBudget& budget);

}  // namespace belay::storage
