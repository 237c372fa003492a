// Reads messages from SQLite: pages of a history, and the messages for a prompt. These functions run inside
// the caller's transaction, on the caller's thread.
//
// All of them walk an index from a place in the conversation and stop when they have enough. So their cost
// does not grow with the conversation, except where it says so.
#pragma once

#include <vector>

#include "core/ports/conversation_store.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

Result<MessagePage> read_page(Database& database, const MessageFilter& filter,
                              const std::optional<MessagePlace>& before, const PageSize& size);
Result<NextPage> read_next_page(Database& database, const ConversationKey& conversation, Branches branches,
                                const std::optional<MessagePlace>& after, const PageSize& size);
Result<PromptHistory> read_for_prompt(Database& database, const ConversationKey& conversation,
                                      const Branch& branch, const PromptBudget& budget);

// Those of the chosen branch. Its cost grows with the conversation.
Result<std::uint64_t> count_shown(Database& database, const ConversationKey& conversation);

enum class Content { read, left_out };
// Empty: the user has no such message on the surface.
Result<std::optional<StoredMessage>> read_message(Database& database, std::string_view user,
                                                  std::string_view surface, const MessageId& id,
                                                  Content content);

}  // namespace belay::storage
