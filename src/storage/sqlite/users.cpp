#include "storage/sqlite/users.hpp"

#include <algorithm>

#include "core/types/caller.hpp"
#include "storage/sqlite/audit.hpp"
#include "storage/sqlite/profiles.hpp"

namespace belay::storage {
namespace {

UserRecord user_at(const Query& query) {
  return {query.text_at(0), query.text_at(1), query.text_at(2), query.time_at(3), query.time_at(4)};
}

Query& text_or_null(Query& query, const std::optional<std::string>& value) {
  return value ? query.text(*value) : query.null();
}

}  // namespace

Result<std::string> read_tier(Database& database, std::string_view user) {
  Query query(database, "SELECT tier FROM users WHERE name = ?");
  const auto found = query.text(user).row();
  if (!found) return found.error();
  return *found ? query.text_at(0) : std::string();
}

Result<std::optional<UserRecord>> read_user(Database& database, std::string_view name) {
  Query query(database, "SELECT name, tier, phase, first_seen, last_seen FROM users WHERE name = ?");
  const auto found = query.text(name).row();
  if (!found) return found.error();
  return *found ? std::optional(user_at(query)) : std::nullopt;
}

// A name is UTF-8, which has no byte 0xFF: all names with a prefix come before it.
Result<UserPage> read_users(Database& database, const UserQuery& wanted) {
  const std::string end = wanted.prefix + '\xFF';
  const std::size_t max = std::max<std::size_t>(wanted.max, 1);
  Query query(database,
              "SELECT name, tier, phase, first_seen, last_seen FROM users "
              "WHERE name > ? AND name >= ? AND name < ? ORDER BY name LIMIT ?");
  query.text(wanted.after).text(wanted.prefix).text(end).number(static_cast<std::uint64_t>(max) + 1);
  UserPage page;
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return page;
    if (page.users.size() == max) {
      page.next = page.users.back().name;
      return page;
    }
    page.users.push_back(user_at(query));
  }
}

Result<UserRecord> change_user(Database& database, const UserChange& change, WallTime now,
                               const AuditEntry* entry) {
  const auto before = read_user(database, change.name);
  if (!before) return before.error();
  const std::string phase = *before ? (*before)->phase : std::string();
  if (change.phase && *change.phase != phase) {
    const PhaseChange changed{now, entry ? entry->who : std::string(), phase, *change.phase};
    if (const auto done = insert_phase_change(database, change.name, changed); !done) return done.error();
  }
  {
    Query query(database,
                "INSERT INTO users (name, changed, tier, phase) VALUES (?1, ?2, coalesce(?3, ''), "
                "coalesce(?4, '')) ON CONFLICT (name) DO UPDATE SET changed = ?2, tier = coalesce(?3, tier), "
                "phase = coalesce(?4, phase)");
    query.text(change.name).time(now);
    text_or_null(query, change.tier);
    text_or_null(query, change.phase);
    if (const auto done = query.execute(); !done) return done.error();
  }
  if (entry)
    if (const auto written = insert_audit(database, *entry); !written) return written.error();
  auto changed = read_user(database, change.name);
  if (!changed) return changed.error();
  return std::move(**changed);
}

Result<bool> erase_user(Database& database, std::string_view name) {
  const auto done = Query(database, "DELETE FROM users WHERE name = ?").text(name).execute();
  if (!done) return done.error();
  return database.changes() != 0;
}

Result<> see_user(Database& database, std::string_view name, WallTime when) {
  if (is_anonymous(name)) return {};
  return Query(database,
               "INSERT INTO users (name, tier, changed, phase, first_seen, last_seen) "
               "VALUES (?1, '', 0, '', ?2, ?2) ON CONFLICT (name) DO UPDATE SET "
               "first_seen = CASE WHEN first_seen = 0 THEN ?2 ELSE min(first_seen, ?2) END, "
               "last_seen = max(last_seen, ?2)")
      .text(name)
      .time(when)
      .execute();
}

}  // namespace belay::storage
