#include "storage/sqlite/audit.hpp"

#include <algorithm>
#include <limits>

namespace belay::storage {
namespace {

#define BELAY_AUDIT "SELECT id, time, who, action, target, details FROM audit_log WHERE id < ?1 "
constexpr const char* kAll = BELAY_AUDIT "ORDER BY id DESC LIMIT ?2";
constexpr const char* kOfTarget = BELAY_AUDIT "AND target = ?3 ORDER BY id DESC LIMIT ?2";
constexpr const char* kOfAction = BELAY_AUDIT "AND action = ?3 ORDER BY id DESC LIMIT ?2";
constexpr const char* kOfBoth = BELAY_AUDIT "AND target = ?3 AND action = ?4 ORDER BY id DESC LIMIT ?2";
#undef BELAY_AUDIT

const char* statement_for(const AuditQuery& query) {
  if (query.target.empty()) return query.action.empty() ? kAll : kOfAction;
  return query.action.empty() ? kOfTarget : kOfBoth;
}

}  // namespace

Result<> insert_audit(Database& database, const AuditEntry& entry) {
  return Query(database, "INSERT INTO audit_log (time, who, action, target, details) VALUES (?, ?, ?, ?, ?)")
      .time(entry.when)
      .text(entry.who)
      .text(entry.action)
      .text(entry.target)
      .text(entry.details)
      .execute();
}

Result<AuditPage> read_audit(Database& database, const AuditQuery& wanted) {
  const std::size_t max = std::max<std::size_t>(wanted.max, 1);
  constexpr auto kNewest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  Query query(database, statement_for(wanted));
  query.number(std::min(wanted.before.value_or(kNewest), kNewest))
      .number(static_cast<std::uint64_t>(max) + 1);
  if (!wanted.target.empty()) query.text(wanted.target);
  if (!wanted.action.empty()) query.text(wanted.action);
  AuditPage page;
  std::uint64_t oldest = 0;
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return page;
    if (page.entries.size() == max) {
      page.older = oldest;
      return page;
    }
    oldest = query.count_at(0);
    page.entries.push_back(
        {query.time_at(1), query.text_at(2), query.text_at(3), query.text_at(4), query.text_at(5)});
  }
}

}  // namespace belay::storage
