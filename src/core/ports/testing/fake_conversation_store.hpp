// A ConversationStore in memory for tests. It shows and changes the conversations of a FakeStore, and passes
// the contract. Calls are answered inside the call, unless they wait because of hold(). They can fail and throw
// (testing/fake_calls.hpp). Thread-safe.
#pragma once

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/ports/conversation_store.hpp"
#include "core/ports/testing/fake_calls.hpp"
#include "core/ports/testing/fake_store.hpp"

namespace belay::testing {

class FakeConversationStore final : public FakeCalls, public ConversationStore {
 public:
  // Its calls and those of `store` wait in one order, as with a real store that implements both ports.
  explicit FakeConversationStore(FakeStore& store) : FakeCalls(store.queue_), store_(store) {}

  void page(MessageFilter filter, std::optional<MessagePlace> before, PageSize size,
            Done<MessagePage> done) override {
    call(store_.mutex_, std::move(done),
         [this, filter = std::move(filter), before, size]() -> Result<MessagePage> {
           MessagePage page;
           std::uint64_t bytes = 0;
           const Place end = before ? place_of(*before) : FakeStore::kAfterAll;
           Place oldest;
           for (auto it = store_.messages_.lower_bound(end); it != store_.messages_.begin();) {
             const auto& [place, row] = *--it;
             if (!matches(row, filter)) continue;
             if (is_full(page.messages, bytes, size)) {
               page.older = place_at(oldest);
               break;
             }
             oldest = place;
             bytes += row.message.content.size();
             page.messages.push_back(row.message);
           }
           std::reverse(page.messages.begin(), page.messages.end());
           return page;
         });
  }
  void read_forward(ConversationKey key, std::optional<MessagePlace> after, PageSize size,
                    Done<NextPage> done) override {
    call(store_.mutex_, std::move(done), [this, key = std::move(key), after, size]() -> Result<NextPage> {
      NextPage page;
      std::uint64_t bytes = 0;
      Place last;
      auto it = after ? store_.messages_.upper_bound(place_of(*after)) : store_.messages_.begin();
      for (; it != store_.messages_.end(); ++it) {
        const auto& [place, row] = *it;
        if (row.conversation != FakeStore::key_of(key)) continue;
        if (is_full(page.messages, bytes, size)) {
          page.last = place_at(last);
          break;
        }
        last = place;
        bytes += row.message.content.size();
        page.messages.push_back(row.message);
      }
      return page;
    });
  }
  void newest_for_prompt(ConversationKey key, PromptBudget budget,
                         Done<std::vector<StoredMessage>> done) override {
    call(store_.mutex_, std::move(done),
         [this, key = std::move(key), budget]() -> Result<std::vector<StoredMessage>> {
           std::vector<StoredMessage> found;
           std::uint64_t spent = 0;
           for (auto it = store_.messages_.rbegin(); it != store_.messages_.rend(); ++it) {
             const auto& [conversation, message] = it->second;
             if (conversation != FakeStore::key_of(key) || message.kind != MessageKind::chat) continue;
             spent += message.tokens.value + budget.overhead_per_message.value;
             if (spent > budget.tokens.value || found.size() >= budget.messages) break;
             if (!message.content.empty()) found.push_back(message);
           }
           std::reverse(found.begin(), found.end());
           return found;
         });
  }

  void find_conversation(ConversationKey key, Done<std::optional<Conversation>> done) override {
    call(store_.mutex_, std::move(done),
         [this, key = std::move(key)]() -> Result<std::optional<Conversation>> {
           const auto found = store_.conversations_.find(FakeStore::key_of(key));
           return found == store_.conversations_.end() ? std::nullopt
                                                       : std::optional(found->second.conversation);
         });
  }
  void conversations(std::string user, std::string surface, std::optional<ConversationPlace> after,
                     std::size_t max, Done<ConversationPage> done) override {
    call(store_.mutex_, std::move(done),
         [this, user = std::move(user), surface = std::move(surface), after,
          max]() -> Result<ConversationPage> {
           std::vector<const FakeStore::ConversationRow*> rows;
           for (const auto& [key, row] : store_.conversations_)
             if (std::get<0>(key) == user && std::get<1>(key) == surface &&
                 (!after || change_of(row) < std::pair(after->updated, after->row)))
               rows.push_back(&row);
           std::sort(rows.begin(), rows.end(),
                     [](const auto* a, const auto* b) { return change_of(*a) > change_of(*b); });
           ConversationPage page;
           ConversationPlace last;
           for (const FakeStore::ConversationRow* row : rows) {
             if (page.conversations.size() == max) {
               page.next = last;
               break;
             }
             last = {row->conversation.updated, row->row};
             page.conversations.push_back(row->conversation);
           }
           return page;
         });
  }
  void change_conversation(ConversationKey key, ConversationChange change, WallTime now,
                           Done<> done) override {
    call(store_.mutex_, std::move(done),
         [this, key = std::move(key), change = std::move(change), now]() -> Result<> {
           Conversation& conversation = store_.touch(key, now);
           if (change.model) conversation.model = *change.model;
           if (change.persona) conversation.persona = *change.persona;
           return {};
         });
  }
  void clear_conversation(ConversationKey key, Done<std::uint64_t> done) override {
    call(store_.mutex_, std::move(done), [this, key = std::move(key)]() -> Result<std::uint64_t> {
      return std::erase_if(store_.messages_, [&](const auto& entry) {
        return entry.second.conversation == FakeStore::key_of(key);
      });
    });
  }

  void react(std::string user, std::string surface, MessageId message, Reaction reaction,
             Done<> done) override {
    call(store_.mutex_, std::move(done),
         [this, user = std::move(user), surface = std::move(surface), message, reaction]() -> Result<> {
           FakeStore::MessageRow* const row = store_.find_message(message.run, message.role);
           if (!row || std::get<0>(row->conversation) != user || std::get<1>(row->conversation) != surface)
             return make_error(ErrorCode::not_found, "There is no such message. Check its id.", "id");
           if (message.role != Role::assistant)
             return make_error(ErrorCode::unprocessable,
                               "Only answers can be liked or disliked: this message is the user's own.",
                               "id");
           row->message.reaction = reaction;
           return {};
         });
  }

 private:
  using Place = FakeStore::Place;

  static Place place_of(const MessagePlace& place) { return {place.run_time, place.sequence, place.role}; }
  static MessagePlace place_at(const Place& place) {
    return {std::get<0>(place), std::get<1>(place), std::get<2>(place)};
  }
  static std::pair<WallTime, std::uint64_t> change_of(const FakeStore::ConversationRow& row) {
    return {row.conversation.updated, row.row};
  }
  static bool is_full(const std::vector<StoredMessage>& messages, std::uint64_t bytes, const PageSize& size) {
    return !messages.empty() && (messages.size() >= size.messages || bytes >= size.bytes.value);
  }
  static bool matches(const FakeStore::MessageRow& row, const MessageFilter& filter) {
    const auto& [user, surface, conversation] = row.conversation;
    if (user != filter.user || surface != filter.surface) return false;
    if (!filter.project.empty()) return row.message.project == filter.project;
    if (!filter.task.empty()) return row.message.task == filter.task;
    return conversation == filter.conversation;
  }

  FakeStore& store_;
};

}  // namespace belay::testing
