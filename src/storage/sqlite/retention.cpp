#include "storage/sqlite/retention.hpp"

#include <algorithm>
#include <vector>

#include "storage/sqlite/erasure.hpp"
#include "storage/sqlite/event_archive.hpp"

namespace belay::storage {
namespace {

struct Finished {
  RunId run;
  WallTime finished;
  std::uint64_t bytes = 0;
};

// Of the runs that have events, those that finished first.
Result<std::vector<Finished>> oldest_runs(Database& database, std::size_t max) {
  std::vector<Finished> runs;
  Query query(
      database,
      "SELECT run_id, finished, event_bytes FROM runs WHERE event_bytes > 0 ORDER BY finished LIMIT ?");
  query.number(static_cast<std::uint64_t>(max));
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

Result<> expire(Database& database, const Finished& run) {
  if (auto done = delete_events(database, run.run); !done) return done;
  if (auto done = Query(database, "UPDATE runs SET expired = 1, event_bytes = 0 WHERE run_id = ?")
                      .run(run.run)
                      .execute();
      !done)
    return done;
  return Query(database, "UPDATE totals SET event_bytes = event_bytes - ? WHERE id = 1")
      .number(run.bytes)
      .execute();
}

// Deletes what `sql` selects, at most `rows`. Returns whether there may be more.
Result<bool> delete_some(Database& database, const char* sql, WallTime before, std::size_t rows) {
  const auto done = Query(database, sql).time(before).number(static_cast<std::uint64_t>(rows)).execute();
  if (!done) return done.error();
  return database.changes() >= static_cast<std::int64_t>(rows);
}

Result<SweepStep> sweep_events(Database& database, WallTime before, std::uint64_t max_bytes,
                               const SqliteConfig& config) {
  SweepStep step;
  auto total = database.number("SELECT event_bytes FROM totals WHERE id = 1");
  if (!total) return total.error();
  const auto runs = oldest_runs(database, config.sweep_rows);
  if (!runs) return runs.error();
  std::uint64_t swept = 0;
  for (const Finished& run : *runs) {
    const std::uint64_t kept = static_cast<std::uint64_t>(*total) - swept;
    if (run.finished >= before && kept <= max_bytes) return step;
    if (swept >= config.sweep_bytes.value) {
      step.more = true;
      return step;
    }
    if (const auto done = expire(database, run); !done) return done.error();
    swept += run.bytes;
    ++step.runs;
  }
  step.more = runs->size() == config.sweep_rows;
  return step;
}

}  // namespace

Result<SweepStep> sweep_step(Database& database, WallTime now, const Retention& retention,
                             const SqliteConfig& config) {
  // Events must never outlive the record that leads to them.
  const WallTime events_before = now - std::min(retention.events, retention.records);
  auto step = sweep_events(database, events_before, retention.max_event_bytes, config);
  if (!step) return step;

  const auto records =
      delete_some(database,
                  "DELETE FROM runs WHERE id IN "
                  "(SELECT id FROM runs WHERE finished < ? AND event_bytes = 0 ORDER BY finished LIMIT ?)",
                  now - retention.records, config.sweep_rows);
  if (!records) return records.error();
  const auto ledger = delete_some(
      database,
      "DELETE FROM ledger WHERE id IN (SELECT id FROM ledger WHERE created < ? ORDER BY created LIMIT ?)",
      now - config.ledger_kept, config.sweep_rows);
  if (!ledger) return ledger.error();
  step->more = step->more || *records || *ledger;
  if (config.messages_kept.count() == 0) return step;
  const auto conversations = erase_unchanged_since(database, now - config.messages_kept, config.sweep_rows);
  if (!conversations) return conversations.error();
  step->more = step->more || *conversations;
  return step;
}

}  // namespace belay::storage
