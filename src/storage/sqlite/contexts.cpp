#include "storage/sqlite/contexts.hpp"

#include "storage/sqlite/store_calls.hpp"

namespace belay::storage {
namespace {

// 0: there is no document.
Result<std::uint64_t> revision_of(Database& database, std::string_view user) {
  Query query(database, "SELECT id FROM contexts WHERE user = ?");
  const auto found = query.text(user).row();
  if (!found) return found.error();
  return *found ? query.count_at(0) : std::uint64_t{0};
}

}  // namespace

Result<std::optional<StoredContext>> read_context(Database& database, std::string_view user) {
  Query query(database, "SELECT id, changed, document FROM contexts WHERE user = ?");
  const auto found = query.text(user).row();
  if (!found) return found.error();
  if (!*found) return std::optional<StoredContext>();
  return std::optional(StoredContext{query.text_at(2), query.count_at(0), query.time_at(1)});
}

Result<std::uint64_t> write_context(Database& database, std::string_view user, std::string_view document,
                                    WallTime now, const ContextCondition& condition) {
  if (condition.revision) {
    const auto current = revision_of(database, user);
    if (!current) return current;
    if (*current != *condition.revision)
      return make_error(ErrorCode::conflict, "The context has changed in the meantime. Try again.");
  }
  if (const auto removed = delete_context(database, user); !removed) return removed.error();
  const auto done = Query(database, "INSERT INTO contexts (user, changed, document) VALUES (?, ?, ?)")
                        .text(user)
                        .time(now)
                        .text(document)
                        .execute();
  if (!done) return done.error();
  return static_cast<std::uint64_t>(database.last_insert_id());
}

Result<bool> delete_context(Database& database, std::string_view user) {
  const auto done = Query(database, "DELETE FROM contexts WHERE user = ?").text(user).execute();
  if (!done) return done.error();
  return database.changes() != 0;
}

Result<> erase_context_until(Database& database, std::string_view user, WallTime through) {
  return Query(database, "DELETE FROM contexts WHERE user = ? AND changed <= ?")
      .text(user)
      .time(through)
      .execute();
}

void SqliteStore::find_context(std::string user, Done<std::optional<StoredContext>> done) {
  auto work = [user = std::move(user)](Database& database) { return read_context(database, user); };
  read_aside(std::move(done), std::move(work));
}

void SqliteStore::put_context(std::string user, std::string document, WallTime now,
                              ContextCondition condition, Done<std::uint64_t> done) {
  const std::size_t bytes = document.size();
  auto work = [user = std::move(user), document = std::move(document), now, condition](Database& database) {
    return write_context(database, user, document, now, condition);
  };
  write_for_client(std::move(done), std::move(work), bytes);
}

void SqliteStore::erase_context(std::string user, Done<bool> done) {
  auto work = [user = std::move(user)](Database& database) { return delete_context(database, user); };
  write_for_client(std::move(done), std::move(work));
}

}  // namespace belay::storage
