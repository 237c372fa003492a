#include "storage/sqlite/history.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "core/types/codec.hpp"
#include "storage/sqlite/turns.hpp"

namespace belay::storage {
namespace {

// The columns of a message. The content is the last one: it is read only when it is needed.
#define BELAY_MESSAGE_COLUMNS                                                                           \
  "m.run_id, m.role, m.state, m.model, m.input_tokens, m.output_tokens, m.cached_tokens, "              \
  "m.reasoning_tokens, m.tokens_estimated, m.created, m.kind, m.tokens, m.cost, m.source, m.reaction, " \
  "m.project, m.task, m.finish, m.run_time, m.turn, c.name, p.tool_calls, p.reasoning, m.content"
#define BELAY_PARTS " LEFT JOIN message_parts p ON p.message = m.id "
// The messages on the chosen branch.
#define BELAY_SHOWN                                 \
  " CROSS JOIN turns t ON t.run_id = m.run_id AND " \
  "CASE m.role WHEN 1 THEN t.shows_question ELSE t.shows_answer END = 1"

constexpr int kRunTime = 18;
constexpr int kTurn = 19;
constexpr int kConversation = 20;
constexpr int kToolCalls = 21;
constexpr int kReasoning = 22;
constexpr int kContent = 23;

bool parse_tool_calls(std::string_view bytes, std::vector<ToolCall>& out) {
  FieldReader reader(bytes);
  while (reader.next()) {
    auto call = decode_tool_call(reader.bytes());
    if (!call) return false;
    out.push_back(std::move(call->call));
  }
  return reader.ok();
}

// Everything but the content. Empty: a stored value is broken.
std::optional<StoredMessage> facts_at(const Query& query) {
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
  message.reasoning = query.text_at(kReasoning);
  if (!parse_tool_calls(query.bytes_at(kToolCalls), message.tool_calls)) return std::nullopt;
  return message;
}

std::optional<StoredMessage> message_at(const Query& query) {
  auto message = facts_at(query);
  if (message) message->content = query.text_at(kContent);
  return message;
}

MessagePlace place_at(const Query& query) {
  return {query.time_at(kRunTime), query.count_at(kTurn), static_cast<Role>(query.number_at(1))};
}

Error broken() {
  return make_error(ErrorCode::internal, "A stored message can not be read: it is broken.");
}

#define BELAY_MESSAGES_BEFORE(which)                                                        \
  "SELECT " BELAY_MESSAGE_COLUMNS                                                           \
  " FROM conversations c CROSS JOIN messages m ON m.conversation = c.id " which BELAY_PARTS \
  "WHERE c.user = ?1 AND c.surface = ?2 AND c.name = ?3 "                                   \
  "AND (m.run_time, m.turn, m.role) < (?4, ?5, ?6) "                                        \
  "ORDER BY m.run_time DESC, m.turn DESC, m.role DESC"
#define BELAY_MESSAGES_AFTER(which)                                                         \
  "SELECT " BELAY_MESSAGE_COLUMNS                                                           \
  " FROM conversations c CROSS JOIN messages m ON m.conversation = c.id " which BELAY_PARTS \
  "WHERE c.user = ?1 AND c.surface = ?2 AND c.name = ?3 "                                   \
  "AND (m.run_time, m.turn, m.role) > (?4, ?5, ?6) "                                        \
  "ORDER BY m.run_time, m.turn, m.role"
constexpr const char* kOfConversation = BELAY_MESSAGES_BEFORE(BELAY_SHOWN);
constexpr const char* kOfAllBranches = BELAY_MESSAGES_BEFORE("");
constexpr const char* kOnwards = BELAY_MESSAGES_AFTER(BELAY_SHOWN);
constexpr const char* kOnwardsOnAllBranches = BELAY_MESSAGES_AFTER("");
#undef BELAY_MESSAGES_BEFORE
#undef BELAY_MESSAGES_AFTER

constexpr const char* kMessage =
    "SELECT " BELAY_MESSAGE_COLUMNS
    " FROM messages m CROSS JOIN conversations c ON m.conversation = c.id " BELAY_PARTS
    "WHERE m.run_id = ?1 AND m.role = ?2 AND c.user = ?3 AND c.surface = ?4";

// Messages with a label. The query does not visit rows of another user. It also checks the owner of the
// conversation again, so that a label that outlived its message cannot show somebody else's message.
#define BELAY_MESSAGES_LABELLED(label)                                                  \
  "SELECT " BELAY_MESSAGE_COLUMNS                                                       \
  " FROM labelled_messages l CROSS JOIN messages m ON m.id = l.message "                \
  "CROSS JOIN conversations c ON c.id = m.conversation " BELAY_SHOWN BELAY_PARTS        \
  "WHERE l.user = ?1 AND l.surface = ?2 AND l.label = " label                           \
  " AND l.name = ?3 "                                                                   \
  "AND (l.run_time, l.turn, l.role) < (?4, ?5, ?6) AND c.user = ?1 AND c.surface = ?2 " \
  "ORDER BY l.run_time DESC, l.turn DESC, l.role DESC"
constexpr const char* kOfProject = BELAY_MESSAGES_LABELLED("1");
constexpr const char* kOfTask = BELAY_MESSAGES_LABELLED("2");
#undef BELAY_MESSAGES_LABELLED

constexpr const char* kCount =
    "SELECT count(*) FROM conversations c CROSS JOIN messages m ON m.conversation = c.id " BELAY_SHOWN
    " WHERE c.user = ?1 AND c.surface = ?2 AND c.name = ?3";

#undef BELAY_MESSAGE_COLUMNS
#undef BELAY_PARTS
#undef BELAY_SHOWN

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
  if (sql != kOfConversation) return page;
  const auto row = conversation_row(database, {filter.user, filter.surface, filter.conversation});
  if (!row) return row.error();
  if (auto related = add_relations(database, *row, page.messages); !related) return related.error();
  return page;
}

Result<NextPage> read_next_page(Database& database, const ConversationKey& conversation, Branches branches,
                                const std::optional<MessagePlace>& after, const PageSize& size) {
  NextPage page;
  std::uint64_t bytes = 0;
  MessagePlace last;
  const bool all = branches == Branches::all;
  Walk messages(database, all ? kOnwardsOnAllBranches : kOnwards, conversation.user, conversation.surface,
                conversation.id, after.value_or(kBeforeAll));
  for (;;) {
    const auto more = messages.next();
    if (!more) return more.error();
    if (!*more) break;
    if (!page.messages.empty() && (page.messages.size() >= size.messages || bytes >= size.bytes.value)) {
      page.last = last;
      break;
    }
    auto message = message_at(messages.row());
    if (!message) return broken();
    bytes += message->content.size();
    last = place_at(messages.row());
    page.messages.push_back(std::move(*message));
  }
  if (!all) return page;
  const auto row = conversation_row(database, conversation);
  if (!row) return row.error();
  if (auto related = add_parents(database, *row, page.messages); !related) return related.error();
  return page;
}

Result<std::uint64_t> count_shown(Database& database, const ConversationKey& conversation) {
  Query query(database, kCount);
  const auto found = query.text(conversation.user).text(conversation.surface).text(conversation.id).row();
  if (!found) return found.error();
  return query.count_at(0);
}

Result<std::optional<StoredMessage>> read_message(Database& database, std::string_view user,
                                                  std::string_view surface, const MessageId& id,
                                                  Content content) {
  Query query(database, kMessage);
  const auto found = query.run(id.run).number(static_cast<int>(id.role)).text(user).text(surface).row();
  if (!found) return found.error();
  if (!*found) return std::optional<StoredMessage>();
  auto message = content == Content::read ? message_at(query) : facts_at(query);
  if (!message) return broken();
  return message;
}

namespace {

// Where the messages of a prompt end, and which messages may be in it.
struct PromptStart {
  std::optional<MessageSet> path;  // empty: the chosen branch
  std::optional<RunId> question;   // to be answered again
};

Result<PromptStart> prompt_start(Database& database, const ConversationKey& conversation,
                                 const Branch& branch) {
  PromptStart out;
  if (branch.kind == Branch::Kind::none) return out;
  const auto row = conversation_row(database, conversation);
  if (!row) return row.error();
  const auto start = start_of(database, *row, branch);
  if (!start) return start.error();
  out.question = start->question;
  out.path.emplace();
  if (!start->after) return out;
  auto path = path_to(database, *row, *start->after);
  if (!path) return path.error();
  out.path = std::move(*path);
  return out;
}

}  // namespace

Result<PromptHistory> read_for_prompt(Database& database, const ConversationKey& conversation,
                                      const Branch& branch, const PromptBudget& budget) {
  PromptHistory history;
  const auto start = prompt_start(database, conversation, branch);
  if (!start) return start.error();
  if (start->question) {
    auto question = read_message(database, conversation.user, conversation.surface,
                                 {*start->question, Role::user}, Content::read);
    if (!question) return question.error();
    history.question = std::move(*question);
  }
  std::vector<StoredMessage>& found = history.older;
  std::uint64_t spent = 0;
  Walk messages(database, start->path ? kOfAllBranches : kOfConversation, conversation.user,
                conversation.surface, conversation.id, kAfterAll);
  while (found.size() < budget.messages) {
    const auto more = messages.next();
    if (!more) return more.error();
    if (!*more) break;
    const Query& row = messages.row();
    if (static_cast<MessageKind>(row.number_at(10)) != MessageKind::chat) continue;
    if (start->path) {
      const auto run = RunId::parse(row.bytes_at(0));
      if (!run) return broken();
      if (!start->path->contains({*run, static_cast<Role>(row.number_at(1))})) continue;
    }
    spent += row.count_at(11) + budget.overhead_per_message.value;
    if (spent > budget.tokens.value) break;
    auto message = message_at(row);
    if (!message) return broken();
    if (!message->content.empty() || !message->tool_calls.empty()) found.push_back(std::move(*message));
  }
  std::reverse(found.begin(), found.end());
  return history;
}

}  // namespace belay::storage
