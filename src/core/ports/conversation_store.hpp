// The port to what users read and change in their conversations: history, lists, reactions. It is
// implemented together with Store (core/ports/store.hpp), whose rules on threads, order and bounds also apply
// here. In particular, a query made after a settlement shows that settlement.
//
// Every call names the user on whose behalf it is made. Data of another user, or of another surface, is
// treated as if it did not exist: the result is an empty page or `not_found`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/ports/store.hpp"
#include "core/types/conversation.hpp"

namespace belay {

class ConversationStore {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~ConversationStore() = default;

  // The newest messages before `before`, or the newest of all if `before` is empty.
  virtual void page(MessageFilter filter, std::optional<MessagePlace> before, PageSize size,
                    Done<MessagePage> done) = 0;
  // Reads a whole conversation page by page from its beginning. A message that arrives during the reading may
  // be included or not, but never twice.
  virtual void read_forward(ConversationKey conversation, std::optional<MessagePlace> after, PageSize size,
                            Done<NextPage> done) = 0;
  // The newest turns of a conversation for a prompt, oldest first. Returns as many messages as fit the
  // budget, and reads no more than that. Commands and empty answers are left out.
  virtual void newest_for_prompt(ConversationKey conversation, PromptBudget budget,
                                 Done<std::vector<StoredMessage>> done) = 0;

  virtual void find_conversation(ConversationKey conversation, Done<std::optional<Conversation>> done) = 0;
  virtual void conversations(std::string user, std::string surface, std::optional<ConversationPlace> after,
                             std::size_t max, Done<ConversationPage> done) = 0;
  // Creates the conversation if it does not exist yet.
  virtual void change_conversation(ConversationKey conversation, ConversationChange change, WallTime now,
                                   Done<> done) = 0;
  // Deletes the messages, but keeps the conversation's title, model and persona. The result is the number of
  // deleted messages.
  virtual void clear_conversation(ConversationKey conversation, Done<std::uint64_t> done) = 0;

  // Fails with `not_found`, or with `unprocessable` if the message is not an answer.
  virtual void react(std::string user, std::string surface, MessageId message, Reaction reaction,
                     Done<> done) = 0;
};

}  // namespace belay
