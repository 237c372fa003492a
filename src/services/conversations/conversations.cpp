#include "services/conversations/conversations.hpp"

#include "base/await.hpp"
#include "services/runs/run_service.hpp"

namespace belay::services {
namespace {

constexpr PageSize kReadPage{200, 1_MiB};

}  // namespace

Awaitable<Result<Conversation>> Conversations::find(Loop& loop, Deadline deadline,
                                                    ConversationKey conversation) {
  auto found = co_await call<&ConversationStore::find_conversation>(loop, deadline, parts_.conversations,
                                                                    std::move(conversation));
  if (!found) co_return found.error();
  if (!*found)
    co_return make_error(ErrorCode::not_found, "There is no such conversation.",
                         std::string(kAboutConversation));
  co_return std::move(**found);
}

Awaitable<Result<MessagePage>> Conversations::messages(Loop& loop, Deadline deadline, MessageFilter filter,
                                                       std::optional<MessagePlace> before, std::size_t max) {
  PageSize size;
  size.messages = max;
  auto page =
      co_await call<&ConversationStore::page>(loop, deadline, parts_.conversations, filter, before, size);
  if (!page || !page->messages.empty() || filter.conversation.empty()) co_return page;
  // The conversation is empty, or it does not exist for this user.
  ConversationKey conversation{filter.user, filter.surface, filter.conversation};
  const auto found = co_await find(loop, deadline, std::move(conversation));
  if (!found) co_return found.error();
  co_return page;
}

Awaitable<Result<std::uint64_t>> Conversations::count(Loop& loop, Deadline deadline,
                                                      ConversationKey conversation) {
  co_return co_await call<&ConversationStore::count_messages>(loop, deadline, parts_.conversations,
                                                              std::move(conversation));
}

Awaitable<Result<ConversationPage>> Conversations::list(Loop& loop, Deadline deadline,
                                                        ConversationFilter filter,
                                                        std::optional<ConversationPlace> after,
                                                        std::size_t max) {
  co_return co_await call<&ConversationStore::conversations>(loop, deadline, parts_.conversations,
                                                             std::move(filter), after, max);
}

Awaitable<Result<std::vector<SearchHit>>> Conversations::search(Loop& loop, Deadline deadline,
                                                                SearchQuery query) {
  co_return co_await call<&ConversationStore::search>(loop, deadline, parts_.conversations, std::move(query));
}

Awaitable<Result<Conversation>> Conversations::change(Loop& loop, Deadline deadline,
                                                      ConversationKey conversation,
                                                      ConversationChange change) {
  const auto before = co_await find(loop, deadline, conversation);
  if (!before) co_return before.error();
  const WallTime now = parts_.clock.wall();
  const auto changed = co_await call<&ConversationStore::change_conversation>(
      loop, deadline, parts_.conversations, conversation, change, now);
  if (!changed) co_return changed.error();
  co_return co_await find(loop, deadline, std::move(conversation));
}

Awaitable<Result<>> Conversations::choose_branch(Loop& loop, Deadline deadline, ConversationKey conversation,
                                                 MessageId message) {
  const auto found = co_await find(loop, deadline, conversation);
  if (!found) co_return found.error();
  co_return co_await call<&ConversationStore::choose_branch>(loop, deadline, parts_.conversations,
                                                             std::move(conversation), message);
}

Awaitable<Result<std::optional<StoredMessage>>> Conversations::find_message(Loop& loop, Deadline deadline,
                                                                            std::string user,
                                                                            std::string surface,
                                                                            MessageId message) {
  co_return co_await call<&ConversationStore::find_message>(loop, deadline, parts_.conversations,
                                                            std::move(user), std::move(surface), message);
}

Awaitable<Result<std::vector<RunId>>> Conversations::newest_runs(Loop& loop, Deadline deadline,
                                                                 ConversationKey conversation,
                                                                 std::size_t max) {
  co_return co_await call<&ConversationStore::newest_runs>(loop, deadline, parts_.conversations,
                                                           std::move(conversation), max);
}

Awaitable<Result<>> Conversations::react(Loop& loop, Deadline deadline, std::string user, std::string surface,
                                         MessageId message, Reaction reaction) {
  co_return co_await call<&ConversationStore::react>(loop, deadline, parts_.conversations, std::move(user),
                                                     std::move(surface), message, reaction);
}

Conversations::NextMessages Conversations::read_all(ConversationKey conversation, Branches branches) {
  struct Reading {
    std::optional<MessagePlace> after;
    bool over = false;
  };
  return [&store = parts_.conversations, reading = std::make_shared<Reading>(), branches,
          key = std::move(conversation)](UniqueFunction<void(Result<std::vector<StoredMessage>>)> done) {
    if (reading->over) return done(std::vector<StoredMessage>());
    auto read = [reading, done = std::move(done)](Result<NextPage> page) mutable {
      if (!page) return done(page.error());
      reading->after = page->last;
      reading->over = !page->last;
      done(std::move(page->messages));
    };
    store.read_forward(key, branches, reading->after, kReadPage, std::move(read));
  };
}

Awaitable<Limiter::Outcome> Conversations::reserve_export(Loop& loop, Deadline deadline,
                                                          const Caller& caller) {
  if (const auto open = parts_.accepts_runs(); !open && open.error().code == ErrorCode::draining)
    co_return Limiter::Outcome{open.error()};
  Limiter::Action action{"exports", "export", caller, deadline};
  co_return co_await limiter_.reserve(loop, std::move(action));
}

}  // namespace belay::services
