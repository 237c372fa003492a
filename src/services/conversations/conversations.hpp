// What users read and change in their conversations. Another user's conversation does not exist.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/deadline.hpp"
#include "base/thread_pool.hpp"
#include "core/types/caller.hpp"
#include "core/types/conversation.hpp"
#include "core/types/search.hpp"
#include "services/limits/limiter.hpp"
#include "services/parts.hpp"

namespace belay::services {

class Conversations {
 public:
  Conversations(const Parts& parts, Limiter& limiter) : parts_(parts), limiter_(limiter) {}

  // Errors name kAboutConversation (services/runs/run_service.hpp).
  Awaitable<Result<Conversation>> find(Loop& loop, Deadline deadline, ConversationKey conversation);
  // A page of messages. `not_found` for a conversation that does not exist; an unknown project or task is empty.
  Awaitable<Result<MessagePage>> messages(Loop& loop, Deadline deadline, MessageFilter filter,
                                          std::optional<MessagePlace> before, std::size_t max);
  // How many messages the chosen branch has; 0 for a conversation that does not exist.
  Awaitable<Result<std::uint64_t>> count(Loop& loop, Deadline deadline, ConversationKey conversation);
  Awaitable<Result<ConversationPage>> list(Loop& loop, Deadline deadline, ConversationFilter filter,
                                           std::optional<ConversationPlace> after, std::size_t max);
  // The best first (requirement C16).
  Awaitable<Result<std::vector<SearchHit>>> search(Loop& loop, Deadline deadline, SearchQuery query);
  // `not_found` for a conversation that does not exist.
  Awaitable<Result<Conversation>> change(Loop& loop, Deadline deadline, ConversationKey conversation,
                                         ConversationChange change);
  // Shows the branch that holds this message, to its newest end. Errors name kAboutMessage.
  Awaitable<Result<>> choose_branch(Loop& loop, Deadline deadline, ConversationKey conversation,
                                    MessageId message);
  // Nothing: the user has no such message on the surface.
  Awaitable<Result<std::optional<StoredMessage>>> find_message(Loop& loop, Deadline deadline,
                                                               std::string user, std::string surface,
                                                               MessageId message);
  // On any branch, newest first.
  Awaitable<Result<std::vector<RunId>>> newest_runs(Loop& loop, Deadline deadline,
                                                    ConversationKey conversation, std::size_t max);
  Awaitable<Result<>> react(Loop& loop, Deadline deadline, std::string user, std::string surface,
                            MessageId message, Reaction reaction);

  // Gives the next messages at each call, and none after the last one. Any thread, one call at a time.
  using NextMessages = std::function<void(UniqueFunction<void(Result<std::vector<StoredMessage>>)> done)>;
  NextMessages read_all(ConversationKey conversation, Branches branches);
  // A place among the exports (requirement X21), held until it is destroyed. Fails with `draining`.
  Awaitable<Limiter::Outcome> reserve_export(Loop& loop, Deadline deadline, const Caller& caller);

 private:
  const Parts parts_;
  Limiter& limiter_;
};

}  // namespace belay::services
