#include "storage/sqlite/retention.hpp"

#include <algorithm>
#include <vector>

#include "storage/sqlite/event_archive.hpp"

namespace belay::storage {
namespace {

struct Finished {
  RunId run;
  WallTime finished;
  std::uint64_t bytes = 0;
};

// The runs that finished first of those that have events.
Result<std::vector<Finished>> oldest_runs(Connection& connection, std::size_t most) {
  std::vector<Finished> runs;
  Query query(
      connection,
      "SELECT run_id, finished, event_bytes FROM runs WHERE event_bytes > 0 ORDER BY finished LIMIT ?");
  query.number(static_cast<std::uint64_t>(most));
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return runs;
    const auto run = RunId::parse(query.bytes_at(0));
    if (!run)
      return make_error(ErrorCode::internal, "The stored record of a run can not be read: its id is broken.");
    runs.push_back({*run, query.time_at(1), query.count_at(2)});
  }
}

Result<> expire(Connection& connection, const Finished& run) {
  if (auto done = delete_events(connection, run.run); !done) return done;
  if (auto done = Query(connection, "UPDATE runs SET expired = 1, event_bytes = 0 WHERE run_id = ?")
                      .run(run.run)
                      .execute();
      !done)
    return done;
  return Query(connection, "UPDATE totals SET event_bytes = event_bytes - ? WHERE id = 1")
      .number(run.bytes)
      .execute();
}

// Deletes what `sql` selects, at most `rows`; whether there may be more.
Result<bool> delete_some(Connection& connection, const char* sql, WallTime before, std::size_t rows) {
  const auto done = Query(connection, sql).time(before).number(static_cast<std::uint64_t>(rows)).execute();
  if (!done) return done.error();
  return connection.changes() >= static_cast<std::int64_t>(rows);
}

Result<SweepStep> sweep_events(Connection& connection, WallTime before, std::uint64_t most_bytes,
                               const SqliteConfig& config) {
  SweepStep step;
  auto total = connection.number("SELECT event_bytes FROM totals WHERE id = 1");
  if (!total) return total.error();
  const auto runs = oldest_runs(connection, config.sweep_rows);
  if (!runs) return runs.error();
  std::uint64_t swept = 0;
  for (const Finished& run : *runs) {
    const std::uint64_t kept = static_cast<std::uint64_t>(*total) - swept;
    if (run.finished >= before && kept <= most_bytes) return step;
    if (swept >= config.sweep_bytes.value) {
      step.more = true;
      return step;
    }
    if (const auto done = expire(connection, run); !done) return done.error();
    swept += run.bytes;
    ++step.runs;
  }
  step.more = runs->size() == config.sweep_rows;
  return step;
}

}  // namespace

Result<SweepStep> sweep_step(Connection& connection, WallTime now, const Retention& retention,
                             const SqliteConfig& config) {
  // Events never outlive the record that leads to them.
  const WallTime events_before = now - std::min(retention.events, retention.records);
  auto step = sweep_events(connection, events_before, retention.most_event_bytes, config);
  if (!step) return step;

  const auto records =
      delete_some(connection,
                  "DELETE FROM runs WHERE id IN "
                  "(SELECT id FROM runs WHERE finished < ? AND event_bytes = 0 ORDER BY finished LIMIT ?)",
                  now - retention.records, config.sweep_rows);
  if (!records) return records.error();
  const auto ledger = delete_some(
      connection,
      "DELETE FROM ledger WHERE id IN (SELECT id FROM ledger WHERE created < ? ORDER BY created LIMIT ?)",
      now - config.ledger_kept, config.sweep_rows);
  if (!ledger) return ledger.error();
  step->more = step->more || *records || *ledger;
  return step;
}

}  // namespace belay::storage
