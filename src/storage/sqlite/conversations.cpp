#include "storage/sqlite/conversations.hpp"

#include <algorithm>
#include <limits>

#include "storage/sqlite/event_archive.hpp"

namespace belay::storage {
namespace {

struct NewMessage {
  const RunId& run;
  Role role;
  std::string_view state;
  std::string_view model;
  Usage usage;
  WallTime created;
  std::string_view content;        // the whole of it …
  std::uint64_t content_size = 0;  // … or empty, and this many bytes are to be written afterwards
};

Result<std::int64_t> conversation_row(Connection& connection, const ConversationKey& key, WallTime when) {
  Query query(connection,
              "INSERT INTO conversations (user, surface, name, created, updated) VALUES (?1, ?2, ?3, ?4, ?4) "
              "ON CONFLICT (user, surface, name) DO UPDATE SET updated = max(updated, excluded.updated) "
              "RETURNING id");
  const auto found = query.text(key.user).text(key.surface).text(key.id).time(when).row();
  if (!found) return found.error();
  return query.number_at(0);
}

// The message's row; 0 when the run has that message already.
Result<std::int64_t> insert_message(Connection& connection, const ConversationKey& key,
                                    const NewMessage& message) {
  const auto conversation = conversation_row(connection, key, message.created);
  if (!conversation) return conversation.error();
  Query query(connection,
              "INSERT INTO messages (conversation, run_id, run_time, turn, role, state, model, input_tokens, "
              "output_tokens, "
              "cached_tokens, reasoning_tokens, tokens_estimated, created, content) VALUES (?1, ?2, ?3, "
              "coalesce((SELECT turn FROM messages WHERE run_id = ?2), (SELECT coalesce(max(id), 0) + 1 FROM "
              "messages)), "
              "?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT (run_id, role) DO NOTHING");
  query.number(*conversation)
      .run(message.run)
      .time(message.run.time)
      .number(static_cast<int>(message.role))
      .text(message.state)
      .text(message.model)
      .number(message.usage.input.value)
      .number(message.usage.output.value)
      .number(message.usage.cached.value)
      .number(message.usage.reasoning.value)
      .number(message.usage.estimated ? 1 : 0)
      .time(message.created);
  if (message.content_size == 0)
    query.blob(message.content);
  else
    query.blob_of_zeros(message.content_size);
  if (auto inserted = query.execute(); !inserted) return inserted.error();
  return connection.changes() == 0 ? 0 : connection.last_insert_id();
}

}  // namespace

Result<> put_prompt(Connection& connection, const ConversationKey& conversation, const RunId& run,
                    std::string_view prompt, WallTime created) {
  if (conversation.id.empty())
    return make_error(ErrorCode::invalid_request, "A prompt is stored in a conversation: name one.",
                      "conversation_id");
  const auto row =
      insert_message(connection, conversation, {run, Role::user, "complete", {}, {}, created, prompt});
  if (!row) return row.error();
  return {};
}

Result<> put_answer(Connection& connection, const RunRecord& run, ByteCount whole) {
  std::string text;
  std::uint64_t size = 0;
  const auto measure = [&](std::string_view piece) -> Result<> {
    size += piece.size();
    if (size <= whole.value)
      text.append(piece);
    else
      text = std::string();
    return {};
  };
  if (auto read = visit_deltas(connection, run.id, run.text_from, measure); !read) return read;

  const bool in_pieces = size > whole.value;
  const std::string_view state = run.state == RunState::completed ? "complete" : to_string(run.state);
  const ConversationKey key{run.user, run.surface, run.conversation};
  const auto row = insert_message(
      connection, key,
      {run.id, Role::assistant, state, run.model, run.usage, run.finished, text, in_pieces ? size : 0});
  if (!row) return row.error();
  if (!in_pieces || *row == 0) return {};

  auto blob = BlobWriter::open(connection, "messages", "content", *row);
  if (!blob) return blob.error();
  return visit_deltas(connection, run.id, run.text_from,
                      [&](std::string_view piece) { return blob->append(piece); });
}

Result<std::vector<StoredMessage>> read_history(Connection& connection, const ConversationKey& conversation,
                                                std::size_t most) {
  std::vector<StoredMessage> messages;
  Query query(
      connection,
      "SELECT run_id, role, state, model, input_tokens, output_tokens, cached_tokens, reasoning_tokens, "
      "tokens_estimated, created, content FROM messages WHERE conversation = "
      "(SELECT id FROM conversations WHERE user = ? AND surface = ? AND name = ?) "
      "ORDER BY run_time DESC, turn DESC, role DESC LIMIT ?");
  const auto limit = std::min<std::uint64_t>(most, std::numeric_limits<std::int64_t>::max());
  query.text(conversation.user).text(conversation.surface).text(conversation.id).number(limit);
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) break;
    const auto run = RunId::parse(query.bytes_at(0));
    if (!run)
      return make_error(ErrorCode::internal, "A stored message can not be read: its run's id is broken.");
    StoredMessage& message = messages.emplace_back();
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
    message.content = query.text_at(10);
  }
  std::reverse(messages.begin(), messages.end());
  return messages;
}

}  // namespace belay::storage
