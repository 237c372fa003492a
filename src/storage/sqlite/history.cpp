#include "storage/sqlite/history.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace belay::storage {
namespace {

// The columns of a message. The content is the last one: it is read only when it is needed.
#define BELAY_MESSAGE_COLUMNS                                                                           \
  "m.run_id, m.role, m.state, m.model, m.input_tokens, m.output_tokens, m.cached_tokens, "              \
  "m.reasoning_tokens, m.tokens_estimated, m.created, m.kind, m.tokens, m.cost, m.source, m.reaction, " \
  "m.project, m.task, m.finish, m.run_time, m.turn, c.name, m.content"

constexpr int kRunTime = 18;
constexpr int kTurn = 19;
constexpr int kConversation = 20;
constexpr int kContent = 21;

std::optional<StoredMessage> message_at(const Query& query) {
  const auto run = RunId::parse(query.bytes_at(0));
  if (!run) return std::nullopt;
  StoredMessage message;
  message.run = *run;
  message.role = static_cast<Role>(query.number_at(1));
  message.state = query.text_at(2);
  message.model = query.text_at(3);
  message.usage = {{query.count_at(4)},
                   {query.count_at(5)},
                   {query.count_at(6)},
                   {query.count_at(7)},
                   query.number_at(8) != 0};
  message.created = query.time_at(9);
  message.kind = static_cast<MessageKind>(query.number_at(10));
  message.tokens = {query.count_at(11)};
  message.cost = {query.count_at(12)};
  message.source = static_cast<AnswerSource>(query.number_at(13));
  message.reaction = static_cast<Reaction>(query.number_at(14));
  message.project = query.text_at(15);
  message.task = query.text_at(16);
  if (const auto finish = query.number_at(17); finish != 0)
    message.finish = static_cast<FinishReason>(finish);
  message.conversation = query.text_at(kConversation);
  message.content = query.text_at(kContent);
  return message;
}

MessagePlace place_at(const Query& query) {
  return {query.time_at(kRunTime), query.count_at(kTurn), static_cast<Role>(query.number_at(1))};
}

Error broken() {
  return make_error(ErrorCode::internal, "A stored message can not be read: its run's id is broken.");
}

constexpr const char* kOfConversation =
    "SELECT " BELAY_MESSAGE_COLUMNS
    " FROM conversations c CROSS JOIN messages m ON m.conversation = c.id "
    "WHERE c.user = ?1 AND c.surface = ?2 AND c.name = ?3 "
    "AND (m.run_time, m.turn, m.role) < (?4, ?5, ?6) "
    "ORDER BY m.run_time DESC, m.turn DESC, m.role DESC";
// Messages with a label. The query does not visit rows of another user. It also checks the owner of the
// conversation again, so that a label that outlived its message cannot show somebody else's message.
#define BELAY_MESSAGES_LABELLED(label)                                                  \
  "SELECT " BELAY_MESSAGE_COLUMNS                                                       \
  " FROM labelled_messages l CROSS JOIN messages m ON m.id = l.message "                \
  "CROSS JOIN conversations c ON c.id = m.conversation "                                \
  "WHERE l.user = ?1 AND l.surface = ?2 AND l.label = " label                           \
  " AND l.name = ?3 "                                                                   \
  "AND (l.run_time, l.turn, l.role) < (?4, ?5, ?6) AND c.user = ?1 AND c.surface = ?2 " \
  "ORDER BY l.run_time DESC, l.turn DESC, l.role DESC"
constexpr const char* kOfProject = BELAY_MESSAGES_LABELLED("1");
constexpr const char* kOfTask = BELAY_MESSAGES_LABELLED("2");
#undef BELAY_MESSAGES_LABELLED

constexpr const char* kOnwards = "SELECT " BELAY_MESSAGE_COLUMNS
                                 " FROM conversations c CROSS JOIN messages m ON m.conversation = c.id "
                                 "WHERE c.user = ?1 AND c.surface = ?2 AND c.name = ?3 "
                                 "AND (m.run_time, m.turn, m.role) > (?4, ?5, ?6) "
                                 "ORDER BY m.run_time, m.turn, m.role";

#undef BELAY_MESSAGE_COLUMNS

constexpr MessagePlace kBeforeAll{{std::numeric_limits<std::int64_t>::min()}, 0, Role::user};
constexpr MessagePlace kAfterAll{{std::numeric_limits<std::int64_t>::max()}, 0, Role::user};

// Walks through messages from a place on, in the direction of the statement.
class Walk {
 public:
  Walk(Database& database, const char* sql, std::string_view user, std::string_view surface,
       std::string_view name, const MessagePlace& from)
      : query_(database, sql) {
    query_.text(user).text(surface).text(name).time(from.run_time).number(from.sequence);
    query_.number(static_cast<int>(from.role));
  }
  Result<bool> next() { return query_.row(); }
  const Query& row() const { return query_; }

 private:
  Query query_;
};

}  // namespace

Result<std::vector<StoredMessage>> read_history(Database& database, const ConversationKey& conversation,
                                                std::size_t max) {
  MessageFilter filter{conversation.user, conversation.surface, conversation.id, {}, {}};
  if (max == 0 || conversation.id.empty()) return std::vector<StoredMessage>();
  auto page = read_page(database, filter, {}, {max, {std::numeric_limits<std::uint64_t>::max()}});
  if (!page) return page.error();
  return std::move(page->messages);
}

Result<MessagePage> read_page(Database& database, const MessageFilter& filter,
                              const std::optional<MessagePlace>& before, const PageSize& size) {
  const char* sql = kOfConversation;
  std::string_view name = filter.conversation;
  if (!filter.project.empty()) {
    sql = kOfProject;
    name = filter.project;
  } else if (!filter.task.empty()) {
    sql = kOfTask;
    name = filter.task;
  }
  MessagePage page;
  std::uint64_t bytes = 0;
  MessagePlace oldest;
  Walk messages(database, sql, filter.user, filter.surface, name, before.value_or(kAfterAll));
  for (;;) {
    const auto more = messages.next();
    if (!more) return more.error();
    if (!*more) break;
    const bool full = page.messages.size() >= size.messages || bytes >= size.bytes.value;
    if (full && !page.messages.empty()) {
      page.older = oldest;
      break;
    }
    auto message = message_at(messages.row());
    if (!message) return broken();
    bytes += message->content.size();
    oldest = place_at(messages.row());
    page.messages.push_back(std::move(*message));
  }
  std::reverse(page.messages.begin(), page.messages.end());
  return page;
}

Result<NextPage> read_next_page(Database& database, const ConversationKey& conversation,
                                const std::optional<MessagePlace>& after, const PageSize& size) {
  NextPage page;
  std::uint64_t bytes = 0;
  MessagePlace last;
  Walk messages(database, kOnwards, conversation.user, conversation.surface, conversation.id,
                after.value_or(kBeforeAll));
  for (;;) {
    const auto more = messages.next();
    if (!more) return more.error();
    if (!*more) return page;
    if (!page.messages.empty() && (page.messages.size() >= size.messages || bytes >= size.bytes.value)) {
      page.last = last;
      return page;
    }
    auto message = message_at(messages.row());
    if (!message) return broken();
    bytes += message->content.size();
    last = place_at(messages.row());
    page.messages.push_back(std::move(*message));
  }
}

Result<std::vector<StoredMessage>> read_for_prompt(Database& database, const ConversationKey& conversation,
                                                   const PromptBudget& budget) {
  std::vector<StoredMessage> found;
  std::uint64_t spent = 0;
  Walk messages(database, kOfConversation, conversation.user, conversation.surface, conversation.id,
                kAfterAll);
  while (found.size() < budget.messages) {
    const auto more = messages.next();
    if (!more) return more.error();
    if (!*more) break;
    const Query& row = messages.row();
    if (static_cast<MessageKind>(row.number_at(10)) != MessageKind::chat) continue;
    spent += row.count_at(11) + budget.overhead_per_message.value;
    if (spent > budget.tokens.value) break;
    auto message = message_at(row);
    if (!message) return broken();
    if (!message->content.empty()) found.push_back(std::move(*message));
  }
  std::reverse(found.begin(), found.end());
  return found;
}

}  // namespace belay::storage
