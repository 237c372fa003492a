#include <vector>

#include "base/search/query.hpp"
#include "core/types/records.hpp"
#include "storage/sqlite/search_index.hpp"

namespace belay::storage {
namespace {

// Bounds of one step.
constexpr int kOlderRows = 64;
constexpr std::size_t kOlderBytes = 128 << 10;

// How far the messages and titles from before the index are indexed.
struct Older {
  std::int64_t message = 0;  // the last one that is indexed …
  std::int64_t last_message = 0;
  std::int64_t conversation = 0;
  std::int64_t last_conversation = 0;

  bool done() const { return message >= last_message && conversation >= last_conversation; }
};

Result<Older> read_older(Database& database) {
  Query query(database, "SELECT message, last_message, conversation, last_conversation FROM search_progress");
  const auto found = query.row();
  if (!found) return found.error();
  if (!*found) return Older();
  return Older{query.number_at(0), query.number_at(1), query.number_at(2), query.number_at(3)};
}

Result<> write_older(Database& database, const Older& older) {
  return Query(database, "UPDATE search_progress SET message = ?, conversation = ?")
      .number(older.message)
      .number(older.conversation)
      .execute();
}

struct Row {
  std::int64_t id = 0;
  std::int64_t conversation = 0;
  bool is_chat = false;
};

// The rows after a place; at its end nothing.
Result<std::vector<Row>> next_rows(Database& database, const char* sql, std::int64_t after,
                                   std::int64_t last) {
  std::vector<Row> rows;
  Query query(database, sql);
  query.number(after).number(last).number(kOlderRows);
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return rows;
    rows.push_back({query.number_at(0), query.number_at(1),
                    static_cast<MessageKind>(query.number_at(2)) == MessageKind::chat});
  }
}

Result<> index_older_messages(Database& database, Older& older) {
  const auto rows = next_rows(
      database, "SELECT id, conversation, kind FROM messages WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
      older.message, older.last_message);
  if (!rows) return rows.error();
  std::size_t bytes = 0;
  for (const Row& row : *rows) {
    if (bytes >= kOlderBytes) return {};
    older.message = row.id;
    if (!row.is_chat) continue;
    const auto text = database.read_blob("messages", "content", row.id, search::kMaxTextBytes);
    if (!text) return text.error();
    bytes += text->size();
    if (auto done = index_message(database, row.conversation, row.id, *text); !done) return done;
  }
  if (rows->size() < kOlderRows) older.message = older.last_message;
  return {};
}

Result<> index_older_titles(Database& database, Older& older) {
  const auto rows =
      next_rows(database, "SELECT id, id, 1 FROM conversations WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
                older.conversation, older.last_conversation);
  if (!rows) return rows.error();
  for (const Row& row : *rows) {
    older.conversation = row.id;
    if (auto done = index_title(database, row.id); !done) return done;
  }
  if (rows->size() < kOlderRows) older.conversation = older.last_conversation;
  return {};
}

}  // namespace

Result<bool> has_older_messages(Database& database) {
  const auto older = read_older(database);
  if (!older) return older.error();
  return !older->done();
}

Result<bool> index_older(Database& database) {
  auto older = read_older(database);
  if (!older) return older.error();
  if (older->done()) return false;
  const Result<> done = older->message < older->last_message ? index_older_messages(database, *older)
                                                             : index_older_titles(database, *older);
  if (!done) return done.error();
  if (auto written = write_older(database, *older); !written) return written.error();
  return !older->done();
}

}  // namespace belay::storage
