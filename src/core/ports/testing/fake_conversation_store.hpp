// A ConversationStore in memory for tests. It shows and changes the conversations of a FakeStore, and passes
// the contract. Calls are answered inside the call, unless they wait because of hold(). They can fail and throw
// (testing/fake_calls.hpp). Thread-safe.
#pragma once

#include <algorithm>
#include <mutex>
#include <optional>
#include <span>
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
             if (!matches(row, filter) || !is_chosen(row)) continue;
             if (is_full(page.messages, bytes, size)) {
               page.older = place_at(oldest);
               break;
             }
             oldest = place;
             bytes += row.message.content.size();
             page.messages.push_back(row.message);
             if (!filter.conversation.empty())
               store_.turns_.relate(row.conversation, page.messages.back(), true);
           }
           std::reverse(page.messages.begin(), page.messages.end());
           return page;
         });
  }
  void count_messages(ConversationKey key, Done<std::uint64_t> done) override {
    call(store_.mutex_, std::move(done), [this, key = std::move(key)]() -> Result<std::uint64_t> {
      std::uint64_t count = 0;
      for (const auto& [place, row] : store_.messages_)
        if (row.conversation == FakeStore::key_of(key) && is_chosen(row)) ++count;
      return count;
    });
  }
  void read_forward(ConversationKey key, Branches branches, std::optional<MessagePlace> after, PageSize size,
                    Done<NextPage> done) override {
    call(store_.mutex_, std::move(done),
         [this, key = std::move(key), branches, after, size]() -> Result<NextPage> {
           NextPage page;
           std::uint64_t bytes = 0;
           Place last;
           auto it = after ? store_.messages_.upper_bound(place_of(*after)) : store_.messages_.begin();
           for (; it != store_.messages_.end(); ++it) {
             const auto& [place, row] = *it;
             if (row.conversation != FakeStore::key_of(key)) continue;
             if (branches == Branches::chosen && !is_chosen(row)) continue;
             if (is_full(page.messages, bytes, size)) {
               page.last = place_at(last);
               break;
             }
             last = place;
             bytes += row.message.content.size();
             page.messages.push_back(row.message);
             if (branches == Branches::all)
               store_.turns_.relate(row.conversation, page.messages.back(), false);
           }
           return page;
         });
  }
  void newest_for_prompt(ConversationKey key, Branch branch, PromptBudget budget,
                         Done<PromptHistory> done) override {
    call(store_.mutex_, std::move(done),
         [this, key = std::move(key), branch, budget]() -> Result<PromptHistory> {
           const FakeStore::Key name = FakeStore::key_of(key);
           const auto start = store_.turns_.start_of(name, branch);
           if (!start) return start.error();
           PromptHistory history;
           if (start->question) {
             FakeStore::MessageRow* const question = store_.find_message(*start->question, Role::user);
             if (question) history.question = question->message;
           }
           const auto path = store_.turns_.path_to(name, start->after);
           std::uint64_t spent = 0;
           for (auto it = store_.messages_.rbegin(); it != store_.messages_.rend(); ++it) {
             const auto& [conversation, message] = it->second;
             if (conversation != name || message.kind != MessageKind::chat) continue;
             if (!path.contains({message.run, message.role})) continue;
             spent += message.tokens.value + budget.overhead_per_message.value;
             if (spent > budget.tokens.value || history.older.size() >= budget.messages) break;
             if (!message.content.empty() || !message.tool_calls.empty()) history.older.push_back(message);
           }
           std::reverse(history.older.begin(), history.older.end());
           return history;
         });
  }
  void find_message(std::string user, std::string surface, MessageId message,
                    Done<std::optional<StoredMessage>> done) override {
    call(store_.mutex_, std::move(done),
         [this, user = std::move(user), surface = std::move(surface),
          message]() -> Result<std::optional<StoredMessage>> {
           FakeStore::MessageRow* const row = owned(user, surface, message);
           if (!row) return std::optional<StoredMessage>();
           StoredMessage found = row->message;
           found.content.clear();
           return std::optional(std::move(found));
         });
  }
  void newest_runs(ConversationKey key, std::size_t max, Done<std::vector<RunId>> done) override {
    call(store_.mutex_, std::move(done), [this, key = std::move(key), max]() -> Result<std::vector<RunId>> {
      return store_.turns_.newest(FakeStore::key_of(key), max);
    });
  }
  void choose_branch(ConversationKey key, MessageId message, Done<> done) override {
    call(store_.mutex_, std::move(done), [this, key = std::move(key), message]() -> Result<> {
      return store_.turns_.choose(FakeStore::key_of(key), message);
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
  void conversations(ConversationFilter filter, std::optional<ConversationPlace> after, std::size_t max,
                     Done<ConversationPage> done) override {
    call(store_.mutex_, std::move(done),
         [this, filter = std::move(filter), after, max]() -> Result<ConversationPage> {
           std::vector<const FakeStore::ConversationRow*> rows;
           for (const auto& [key, row] : store_.conversations_)
             if (std::get<0>(key) == filter.user && std::get<1>(key) == filter.surface &&
                 row.conversation.archived == filter.archived &&
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
  void search(SearchQuery query, Done<std::vector<SearchHit>> done) override {
    call(store_.mutex_, std::move(done),
         [this, query = std::move(query)]() -> Result<std::vector<SearchHit>> {
           std::vector<Found> best;
           for (const auto& [key, row] : store_.conversations_) {
             const auto& [user, surface, id] = key;
             const bool is_wanted = !query.archived || *query.archived == row.conversation.archived;
             if (user != query.user || surface != query.surface || !is_wanted) continue;
             if (auto found = best_in(key, row.conversation, query.words)) best.push_back(std::move(*found));
           }
           std::stable_sort(best.begin(), best.end(), [](const Found& a, const Found& b) {
             return std::pair(a.score, a.hit.conversation.updated) >
                    std::pair(b.score, b.hit.conversation.updated);
           });
           std::vector<SearchHit> hits;
           for (Found& found : best)
             if (hits.size() < query.limit) hits.push_back(std::move(found.hit));
           return hits;
         });
  }
  void change_conversation(ConversationKey key, ConversationChange change, WallTime now,
                           Done<> done) override {
    call(store_.mutex_, std::move(done),
         [this, key = std::move(key), change = std::move(change), now]() -> Result<> {
           const bool is_new = !store_.conversations_.contains(FakeStore::key_of(key));
           if (is_new && change.title && change.titled_by == TitleSource::model) return {};
           const bool counts = is_new || change.model || change.persona;
           Conversation& conversation = store_.touch(key, counts ? now : WallTime{0});
           if (change.model) conversation.model = *change.model;
           if (change.persona) conversation.persona = *change.persona;
           if (change.title &&
               (change.titled_by == TitleSource::user || conversation.titled_by != TitleSource::user)) {
             conversation.title = *change.title;
             conversation.titled_by = change.title->empty() ? TitleSource::first_question : change.titled_by;
           }
           if (change.archived) conversation.archived = *change.archived;
           if (change.pinned) conversation.pinned = *change.pinned;
           return {};
         });
  }

  void react(std::string user, std::string surface, MessageId message, Reaction reaction,
             Done<> done) override {
    call(store_.mutex_, std::move(done),
         [this, user = std::move(user), surface = std::move(surface), message, reaction]() -> Result<> {
           FakeStore::MessageRow* const row = owned(user, surface, message);
           if (!row) return make_error(ErrorCode::not_found, "There is no such message. Check its id.", "id");
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
  struct Found {
    double score = 0;
    SearchHit hit;
  };

  std::optional<Found> best_in(const FakeStore::Key& key, const Conversation& conversation,
                               std::span<const search::Word> words) const {
    std::optional<Found> best;
    const auto look = [&](const std::string& text, std::optional<MessageId> message) {
      auto match = search::match(words, text);
      if (!match) return;
      const double score = search::score(match->counts, text.size(), !message);
      if (!best || score >= best->score)
        best = Found{score, {conversation, message, std::move(match->snippet)}};
    };
    look(conversation.title, std::nullopt);
    for (const auto& [place, row] : store_.messages_)
      if (row.conversation == key && row.message.kind == MessageKind::chat)
        look(row.message.content, MessageId{row.message.run, row.message.role});
    return best;
  }
  bool is_chosen(const FakeStore::MessageRow& row) const {
    return store_.turns_.chosen(row.conversation).contains({row.message.run, row.message.role});
  }
  // Null: the user has no such message on the surface.
  FakeStore::MessageRow* owned(const std::string& user, const std::string& surface,
                               const MessageId& message) const {
    FakeStore::MessageRow* const row = store_.find_message(message.run, message.role);
    const bool is_theirs =
        row && std::get<0>(row->conversation) == user && std::get<1>(row->conversation) == surface;
    return is_theirs ? row : nullptr;
  }
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
