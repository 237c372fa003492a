#include "storage/sqlite/conversations.hpp"

#include <algorithm>
#include <limits>

#include "base/search/query.hpp"
#include "core/types/codec.hpp"
#include "core/types/title.hpp"
#include "storage/sqlite/event_archive.hpp"
#include "storage/sqlite/search_index.hpp"
#include "storage/sqlite/turns.hpp"

namespace belay::storage {
namespace {

struct NewMessage {
  RunId run;
  Role role = Role::user;
  MessageKind kind = MessageKind::chat;
  std::string_view state;
  std::string_view model;
  Usage usage;
  TokenCount tokens;
  NanoDollars cost;
  AnswerSource source = AnswerSource::generated;
  std::optional<FinishReason> finish;
  std::string_view project;
  std::string_view task;
  WallTime created;
  std::string_view content;        // the whole content …
  std::uint64_t content_size = 0;  // … or empty, and this many bytes will be written afterwards
};

constexpr std::size_t kCountAtOnce = 64 << 10;  // bytes

// The row of a conversation that is being changed. It is made if there is none.
Result<std::int64_t> changed_row(Database& database, const ConversationKey& key, WallTime when) {
  Query query(database,
              "INSERT INTO conversations (user, surface, name, created, updated) VALUES (?1, ?2, ?3, ?4, ?4) "
              "ON CONFLICT (user, surface, name) DO UPDATE SET updated = max(updated, excluded.updated) "
              "RETURNING id");
  const auto found = query.text(key.user).text(key.surface).text(key.id).time(when).row();
  if (!found) return found.error();
  return query.number_at(0);
}

// Returns the message's row; 0 when the run already has that message.
Result<std::int64_t> insert_message(Database& database, std::int64_t conversation,
                                    const NewMessage& message) {
  Query query(database,
              "INSERT INTO messages (conversation, run_id, run_time, turn, role, kind, state, model, "
              "input_tokens, output_tokens, cached_tokens, reasoning_tokens, tokens_estimated, tokens, cost, "
              "source, reaction, project, task, created, finish, content) VALUES (?1, ?2, ?3, "
              "coalesce((SELECT turn FROM messages WHERE run_id = ?2), (SELECT coalesce(max(id), 0) + 1 FROM "
              "messages)), "
              "?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, 0, ?16, ?17, ?18, ?19, ?20) "
              "ON CONFLICT (run_id, role) DO NOTHING");
  query.number(conversation)
      .run(message.run)
      .time(message.run.time)
      .number(static_cast<int>(message.role))
      .number(static_cast<int>(message.kind))
      .text(message.state)
      .text(message.model)
      .number(message.usage.input.value)
      .number(message.usage.output.value)
      .number(message.usage.cached.value)
      .number(message.usage.reasoning.value)
      .number(message.usage.estimated ? 1 : 0)
      .number(message.tokens.value)
      .number(message.cost.value)
      .number(static_cast<int>(message.source))
      .text(message.project)
      .text(message.task)
      .time(message.created)
      .number(message.finish ? static_cast<int>(*message.finish) : 0);
  if (message.content_size == 0)
    query.blob(message.content);
  else
    query.blob_of_zeros(message.content_size);
  if (auto inserted = query.execute(); !inserted) return inserted.error();
  return database.changes() == 0 ? 0 : database.last_insert_id();
}

// Sets the conversation's title and labels from this message, where they are still empty.
Result<> name_conversation(Database& database, std::int64_t conversation, const UserMessage& message) {
  const std::string title =
      message.kind == MessageKind::chat ? title_of_question(message.text) : std::string();
  if (auto done = Query(database,
                        "UPDATE conversations SET project = CASE project WHEN '' THEN ?2 ELSE project END, "
                        "task = CASE task WHEN '' THEN ?3 ELSE task END "
                        "WHERE id = ?1 AND (project = '' OR task = '')")
                      .number(conversation)
                      .text(message.project)
                      .text(message.task)
                      .execute();
      !done)
    return done;
  if (auto done = Query(database, "UPDATE conversations SET title = ? WHERE id = ? AND title = ''")
                      .text(title)
                      .number(conversation)
                      .execute();
      !done)
    return done;
  return database.changes() == 0 || title.empty() ? Result<>() : index_title(database, conversation);
}

constexpr const char* kConversationColumns =
    "SELECT id, name, title, model, persona, project, task, created, updated, titled_by, archived, pinned "
    "FROM conversations ";

Conversation conversation_at(const Query& query) {
  return {query.text_at(1),         query.text_at(2),        query.text_at(3),
          query.text_at(4),         query.text_at(5),        query.text_at(6),
          query.time_at(7),         query.time_at(8),        static_cast<TitleSource>(query.number_at(9)),
          query.number_at(10) != 0, query.number_at(11) != 0};
}

// A run that was removed must not come back.
Result<bool> is_erased(Database& database, const RunId& run) {
  return Query(database, "SELECT 1 FROM runs WHERE run_id = ? AND erased = 1").run(run).row();
}

// What an answer has beside its text, gathered from the events of its run.
struct Parts {
  std::string tool_calls;
  std::string reasoning;

  bool empty() const { return tool_calls.empty() && reasoning.empty(); }
  Result<> add(const Event& event) {
    if (event.type == EventType::reasoning_delta) reasoning.append(event.payload);
    if (event.type != EventType::tool_call) return {};
    const auto call = decode_tool_call(event.payload);
    if (!call) return call.error();
    if (call->problem.empty()) FieldWriter(tool_calls).item(1, event.payload);
    return {};
  }
};

Result<> insert_parts(Database& database, std::int64_t message, const Parts& parts) {
  if (parts.empty()) return {};
  return Query(database, "INSERT INTO message_parts (message, tool_calls, reasoning) VALUES (?, ?, ?)")
      .number(message)
      .blob(parts.tool_calls)
      .blob(parts.reasoning)
      .execute();
}

template <class T>
Result<> set_value(Database& database, const char* sql, std::int64_t conversation, const T& value) {
  Query query(database, sql);
  if constexpr (std::is_same_v<T, std::string>)
    query.text(value);
  else
    query.number(static_cast<std::int64_t>(value));
  return query.number(conversation).execute();
}

// A title by a model never replaces one by the user. An empty title is made from the next question again.
Result<> set_title(Database& database, std::int64_t conversation, const std::string& title, TitleSource by) {
  if (auto done = Query(database,
                        "UPDATE conversations SET title = ?1, titled_by = ?2 WHERE id = ?3 AND (?4 = 1 OR "
                        "titled_by <> 1)")
                      .text(title)
                      .number(title.empty() ? 0 : static_cast<int>(by))
                      .number(conversation)
                      .number(static_cast<int>(by))
                      .execute();
      !done)
    return done;
  return index_title(database, conversation);
}

}  // namespace

Result<> put_prompt(Database& database, const UserMessage& message) {
  if (message.conversation.id.empty())
    return make_error(ErrorCode::invalid_request, "A prompt is stored in a conversation: name one.",
                      "conversation_id");
  const auto erased = is_erased(database, message.run);
  if (!erased) return erased.error();
  if (*erased) return {};
  const auto conversation = changed_row(database, message.conversation, message.created);
  if (!conversation) return conversation.error();
  if (auto added = add_turn(database, *conversation, message.run, message.branch, message.share_key); !added)
    return added;
  if (!message.branch.has_question()) return {};
  NewMessage stored;
  stored.run = message.run;
  stored.kind = message.kind;
  stored.state = "complete";
  stored.tokens = message.tokens;
  stored.project = message.project;
  stored.task = message.task;
  stored.created = message.created;
  stored.content = message.text;
  const auto row = insert_message(database, *conversation, stored);
  if (!row) return row.error();
  if (*row == 0) return {};
  if (message.kind == MessageKind::chat)
    if (auto done = index_message(database, *conversation, *row, message.text); !done) return done;
  return name_conversation(database, *conversation, message);
}

Result<> put_answer(Database& database, const RunRecord& run, const AnswerForm& form) {
  std::string text;  // the whole answer; of a long one, the part whose tokens are not counted yet
  std::uint64_t size = 0, tokens = 0;
  const auto count = [&] {
    tokens += form.estimate ? form.estimate(text).value : (text.size() + 1) / 2;
    text.clear();
  };
  std::string searched;  // its beginning
  Parts parts;
  const auto measure = [&](const Event& event) -> Result<> {
    if (event.type != EventType::delta) return parts.add(event);
    size += event.payload.size();
    text.append(event.payload);
    if (searched.size() < search::kMaxTextBytes)
      searched.append(event.payload.substr(0, search::kMaxTextBytes - searched.size()));
    if (size > form.whole.value && text.size() >= kCountAtOnce) count();
    return {};
  };
  if (auto read = visit_events(database, run.id, run.text_from, measure); !read) return read;
  const bool in_pieces = size > form.whole.value;
  const std::string whole = in_pieces ? std::string() : text;
  count();

  NewMessage stored;
  stored.run = run.id;
  stored.role = Role::assistant;
  stored.kind = run.kind;
  stored.state = run.state == RunState::completed ? "complete" : to_string(run.state);
  stored.model = run.model;
  stored.usage = run.usage;
  stored.tokens = {tokens};
  stored.cost = run.cost;
  stored.source = run.source;
  stored.finish = run.finish;
  stored.project = run.project;
  stored.task = run.task;
  stored.created = run.finished;
  stored.content = whole;
  stored.content_size = in_pieces ? size : 0;
  const auto conversation = changed_row(database, {run.user, run.surface, run.conversation}, stored.created);
  if (!conversation) return conversation.error();
  if (auto added = add_turn(database, *conversation, run.id, {}, {}); !added) return added;
  const auto row = insert_message(database, *conversation, stored);
  if (!row) return row.error();
  if (*row == 0) return {};
  if (auto done = insert_parts(database, *row, parts); !done) return done;
  if (run.kind == MessageKind::chat)
    if (auto done = index_message(database, *conversation, *row, searched); !done) return done;
  if (!in_pieces) return {};

  auto blob = BlobWriter::open(database, "messages", "content", *row);
  if (!blob) return blob.error();
  return visit_events(database, run.id, run.text_from, [&](const Event& event) -> Result<> {
    if (event.type != EventType::delta) return {};
    return blob->append(event.payload);
  });
}

Result<std::optional<Conversation>> read_conversation(Database& database, const ConversationKey& key) {
  static const std::string sql =
      std::string(kConversationColumns) + "WHERE user = ? AND surface = ? AND name = ?";
  Query query(database, sql.c_str());
  const auto found = query.text(key.user).text(key.surface).text(key.id).row();
  if (!found) return found.error();
  if (!*found) return std::optional<Conversation>();
  return std::optional(conversation_at(query));
}

Result<ConversationPage> read_conversations(Database& database, const ConversationFilter& filter,
                                            const std::optional<ConversationPlace>& after, std::size_t max) {
  static const std::string sql = std::string(kConversationColumns) +
                                 "WHERE user = ? AND surface = ? AND archived = ? AND (updated, id) < (?, ?) "
                                 "ORDER BY updated DESC, id DESC";
  constexpr std::uint64_t kLast = std::numeric_limits<std::int64_t>::max();
  const ConversationPlace from = after.value_or(ConversationPlace{{static_cast<std::int64_t>(kLast)}, 0});
  ConversationPage page;
  ConversationPlace last;
  Query query(database, sql.c_str());
  query.text(filter.user)
      .text(filter.surface)
      .number(filter.archived ? 1 : 0)
      .time(from.updated)
      .number(from.row);
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return page;
    if (page.conversations.size() == max) {
      page.next = last;
      return page;
    }
    page.conversations.push_back(conversation_at(query));
    last = {query.time_at(8), query.count_at(0)};
  }
}

Result<> change_conversation(Database& database, const ConversationKey& key, const ConversationChange& change,
                             WallTime now) {
  // Only a choice for the next questions is a change in the order of lists.
  auto row =
      change.model || change.persona ? changed_row(database, key, now) : conversation_row(database, key);
  // A title that comes late must not make a conversation that was deleted.
  if (row && *row == 0 && change.title && change.titled_by == TitleSource::model) return {};
  if (row && *row == 0) row = changed_row(database, key, now);
  if (!row) return row.error();
  Result<> done;
  if (change.model)
    done = set_value(database, "UPDATE conversations SET model = ? WHERE id = ?", *row, *change.model);
  if (done && change.persona)
    done = set_value(database, "UPDATE conversations SET persona = ? WHERE id = ?", *row, *change.persona);
  if (done && change.title) done = set_title(database, *row, *change.title, change.titled_by);
  if (done && change.archived)
    done = set_value(database, "UPDATE conversations SET archived = ? WHERE id = ?", *row, *change.archived);
  if (done && change.pinned)
    done = set_value(database, "UPDATE conversations SET pinned = ? WHERE id = ?", *row, *change.pinned);
  return done;
}

Result<> set_reaction(Database& database, std::string_view user, std::string_view surface,
                      const MessageId& message, Reaction reaction) {
  std::int64_t row = 0;
  {
    Query query(database,
                "SELECT m.id FROM messages m JOIN conversations c ON m.conversation = c.id "
                "WHERE m.run_id = ? AND m.role = ? AND c.user = ? AND c.surface = ?");
    const auto found =
        query.run(message.run).number(static_cast<int>(message.role)).text(user).text(surface).row();
    if (!found) return found.error();
    if (!*found) return make_error(ErrorCode::not_found, "There is no such message. Check its id.", "id");
    row = query.number_at(0);
  }
  if (message.role != Role::assistant)
    return make_error(ErrorCode::unprocessable,
                      "Only answers can be liked or disliked: this message is the user's own.", "id");
  return Query(database, "UPDATE messages SET reaction = ? WHERE id = ?")
      .number(static_cast<int>(reaction))
      .number(row)
      .execute();
}

}  // namespace belay::storage
