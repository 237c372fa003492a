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
#include "core/types/search.hpp"

namespace belay {

class ConversationStore {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~ConversationStore() = default;

  // The newest messages before `before`, or the newest of all if `before` is empty. Of the chosen branches only; those
  // of one conversation have their siblings.
  virtual void page(MessageFilter filter, std::optional<MessagePlace> before, PageSize size,
                    Done<MessagePage> done) = 0;
  // How many messages the chosen branch of the conversation has; 0: there is none.
  virtual void count_messages(ConversationKey conversation, Done<std::uint64_t> done) = 0;
  // Reads a whole conversation page by page from its beginning. A message that arrives during the reading may
  // be included or not, but never twice. With all branches, messages have their parents.
  virtual void read_forward(ConversationKey conversation, Branches branches,
                            std::optional<MessagePlace> after, PageSize size, Done<NextPage> done) = 0;
  // The newest messages that stand before a new run with this branch. As many as fit the budget, and no more are
  // read. Commands and empty answers are left out. Fails with `not_found` if the branch's run has no such message in
  // the conversation.
  virtual void newest_for_prompt(ConversationKey conversation, Branch branch, PromptBudget budget,
                                 Done<PromptHistory> done) = 0;
  // A message without its content. Empty: the user has no such message on the surface.
  virtual void find_message(std::string user, std::string surface, MessageId message,
                            Done<std::optional<StoredMessage>> done) = 0;
  // The conversation's newest runs on any branch, newest first.
  virtual void newest_runs(ConversationKey conversation, std::size_t max, Done<std::vector<RunId>> done) = 0;
  // Chooses the branch that holds this message, to its newest end. Fails with `not_found`.
  virtual void choose_branch(ConversationKey conversation, MessageId message, Done<> done) = 0;

  virtual void find_conversation(ConversationKey conversation, Done<std::optional<Conversation>> done) = 0;
  virtual void conversations(ConversationFilter filter, std::optional<ConversationPlace> after,
                             std::size_t max, Done<ConversationPage> done) = 0;
  // The conversations whose title, or one message of which, has all words; the best first, each once with what fits
  // best. A title fits better than any message; otherwise see search::score(). Messages of all branches are found, but
  // no commands. Of many matching messages only the newest are compared. Neither the hits nor the time depend on other
  // users.
  virtual void search(SearchQuery query, Done<std::vector<SearchHit>> done) = 0;
  // Creates the conversation if it does not exist yet, unless a model has made a title for it. A title, and the marks `archived` and `pinned`, do not count as
  // a change of it in the order of lists.
  virtual void change_conversation(ConversationKey conversation, ConversationChange change, WallTime now,
                                   Done<> done) = 0;
  // Fails with `not_found`, or with `unprocessable` if the message is not an answer.
  virtual void react(std::string user, std::string surface, MessageId message, Reaction reaction,
                     Done<> done) = 0;
};

}  // namespace belay
