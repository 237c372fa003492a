#include "storage/sqlite/event_archive.hpp"

#include <limits>
#include <optional>

#include <fmt/format.h>

namespace belay::storage {
namespace {

constexpr Offset kLastOffset = std::numeric_limits<std::int64_t>::max();  // SQLite's integers are signed

Result<> put_range(Database& database, const ArchivedRange& range) {
  const auto through = archived_through(database, range.run);
  if (!through) return through.error();
  if (range.count != 0 && range.first + range.count - 1 <= *through) return {};
  const Offset from = std::max(range.first, *through + 1);
  const auto begin = place_of_event(range, from);
  if (!begin)
    return make_error(ErrorCode::internal, "A range of events can not be stored: its bytes are broken.");
  if (from != *through + 1)
    return make_error(
        ErrorCode::conflict,
        fmt::format("Events {} to {} of the run are missing: store them first.", *through + 1, from - 1));
  const auto count = static_cast<std::int64_t>(range.first + range.count - from);
  return Query(database,
               "INSERT INTO run_events (run_id, first, count, epoch, base_time, bytes) VALUES (?, ?, ?, ?, "
               "?, ?)")
      .run(range.run)
      .number(from)
      .number(count)
      .number(static_cast<std::int64_t>(range.epoch))
      .time(range.base_time)
      .blob(std::string_view(*range.bytes).substr(*begin))
      .execute();
}

}  // namespace

std::optional<std::size_t> place_of_event(const ArchivedRange& range, Offset from) {
  if (range.count == 0 || range.first == 0 || range.first > kLastOffset - range.count || !range.bytes)
    return std::nullopt;
  std::size_t at = 0, end = 0;
  std::uint32_t seen = 0;
  EventReader reader({range.first, range.base_time, *range.bytes});
  for (Event event; reader.next(event); ++seen) {
    if (event.offset == from) at = end;
    end = static_cast<std::size_t>(event.payload.data() + event.payload.size() - range.bytes->data());
  }
  if (!reader.ok() || seen != range.count) return std::nullopt;
  return at;
}

Result<Offset> archived_through(Database& database, const RunId& run) {
  Query query(database,
              "SELECT first + count - 1 FROM run_events WHERE run_id = ? ORDER BY first DESC LIMIT 1");
  const auto found = query.run(run).row();
  if (!found) return found.error();
  return *found ? query.count_at(0) : Offset{0};
}

Result<> put_ranges(Database& database, std::span<const ArchivedRange> ranges) {
  for (const ArchivedRange& range : ranges)
    if (auto put = put_range(database, range); !put) return put;
  return {};
}

Result<std::vector<ArchivedRange>> read_ranges(Database& database, const RunId& run, Offset from,
                                               std::size_t max_bytes) {
  std::vector<ArchivedRange> ranges;
  if (from > kLastOffset) return ranges;
  Query query(
      database,
      "SELECT first, count, epoch, base_time, bytes FROM run_events WHERE run_id = ?1 AND first >= "
      "(SELECT coalesce(max(first), 0) FROM run_events WHERE run_id = ?1 AND first <= ?2) ORDER BY first");
  query.run(run).number(std::max<Offset>(from, 1));
  for (std::size_t bytes = 0; bytes < max_bytes || ranges.empty();) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) break;
    const Offset first = query.count_at(0);
    const auto count = static_cast<std::uint32_t>(query.number_at(1));
    if (first + count <= from) continue;
    ranges.push_back({run, static_cast<Epoch>(query.number_at(2)), first, count, query.time_at(3),
                      std::make_shared<const std::string>(query.bytes_at(4))});
    bytes += ranges.back().bytes->size();
  }
  return ranges;
}

Result<> visit_events(Database& database, const RunId& run, Offset from, const EventVisitor& visit) {
  if (from > kLastOffset) return {};
  Query query(database,
              "SELECT first, bytes FROM run_events WHERE run_id = ? AND first + count > ? ORDER BY first");
  query.run(run).number(from);
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return {};
    EventReader reader({query.count_at(0), {}, query.bytes_at(1)});
    for (Event event; reader.next(event);) {
      if (event.offset < from) continue;
      if (auto visited = visit(event); !visited) return visited;
    }
    if (!reader.ok())
      return make_error(ErrorCode::internal,
                        "Stored events of the run can not be read: their bytes are broken.");
  }
}

Result<std::uint64_t> event_bytes(Database& database, const RunId& run) {
  Query query(database, "SELECT coalesce(sum(length(bytes)), 0) FROM run_events WHERE run_id = ?");
  const auto found = query.run(run).row();
  if (!found) return found.error();
  return query.count_at(0);
}

Result<> delete_events(Database& database, const RunId& run) {
  return Query(database, "DELETE FROM run_events WHERE run_id = ?").run(run).execute();
}

}  // namespace belay::storage
