#include "storage/sqlite/revocations.hpp"

#include <algorithm>

#include "storage/sqlite/audit.hpp"

namespace belay::storage {

Result<> put_revocation(Database& database, const Revocation& revocation, const AuditEntry& entry) {
  // In small steps: each new one removes a few of those that have expired.
  const auto removed =
      Query(database,
            "DELETE FROM revocations WHERE (kind, name) IN (SELECT kind, name FROM revocations "
            "WHERE expires <= ? ORDER BY expires LIMIT 16)")
          .time(revocation.since)
          .execute();
  if (!removed) return removed;
  const auto put =
      Query(database,
            "INSERT INTO revocations (kind, name, since, expires, reason, revoked_by) VALUES (?, ?, ?, "
            "?, ?, ?) ON CONFLICT (kind, name) DO UPDATE SET since = excluded.since, expires = "
            "excluded.expires, reason = excluded.reason, revoked_by = excluded.revoked_by")
          .number(static_cast<int>(revocation.key.kind))
          .text(revocation.key.name)
          .time(revocation.since)
          .time(revocation.expires)
          .text(revocation.reason)
          .text(revocation.revoked_by)
          .execute();
  if (!put) return put;
  return insert_audit(database, entry);
}

Result<bool> remove_revocation(Database& database, const RevocationKey& key, const AuditEntry& entry) {
  const auto removed = Query(database, "DELETE FROM revocations WHERE kind = ? AND name = ? AND expires > ?")
                           .number(static_cast<int>(key.kind))
                           .text(key.name)
                           .time(entry.when)
                           .execute();
  if (!removed) return removed.error();
  if (database.changes() == 0) return false;
  if (const auto written = insert_audit(database, entry); !written) return written.error();
  return true;
}

Result<RevocationPage> read_revocations(Database& database, const std::optional<RevocationKey>& after,
                                        WallTime now, std::size_t max) {
  const RevocationKey from = after.value_or(RevocationKey{});
  max = std::max<std::size_t>(max, 1);
  Query query(
      database,
      "SELECT kind, name, since, expires, reason, revoked_by FROM revocations WHERE (kind, name) > (?, ?) "
      "AND expires > ? ORDER BY kind, name LIMIT ?");
  query.number(static_cast<int>(from.kind))
      .text(from.name)
      .time(now)
      .number(static_cast<std::uint64_t>(max) + 1);
  RevocationPage page;
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return page;
    if (page.revocations.size() == max) {
      page.next = page.revocations.back().key;
      return page;
    }
    page.revocations.push_back({{static_cast<RevocationKey::Kind>(query.number_at(0)), query.text_at(1)},
                                query.time_at(2),
                                query.time_at(3),
                                query.text_at(4),
                                query.text_at(5)});
  }
}

}  // namespace belay::storage
