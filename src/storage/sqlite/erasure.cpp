#include "storage/sqlite/erasure.hpp"

#include "storage/sqlite/channels.hpp"
#include "storage/sqlite/contexts.hpp"
#include "storage/sqlite/event_archive.hpp"
#include "storage/sqlite/profiles.hpp"
#include "storage/sqlite/search_index.hpp"
#include "storage/sqlite/uploads.hpp"

namespace belay::storage {
namespace {

struct ConversationRow {
  std::int64_t id = 0;
  std::string user;
  std::string surface;
  std::string name;
};

Result<> run_statement(Database& database, const char* sql, std::int64_t row) {
  return Query(database, sql).number(row).execute();
}

std::uint64_t changes(const Database& database) {
  return static_cast<std::uint64_t>(database.changes());
}

// Ids of runs sort by their time. So everything up to `through` has a smaller text than this.
std::string after_all_of(WallTime through) {
  return RunId{through + Milliseconds(1), {}}.text().substr(0, 19);
}

Result<std::vector<RunId>> runs_of(Query& query) {
  std::vector<RunId> runs;
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return runs;
    const auto run = RunId::parse(query.bytes_at(0));
    if (!run) return make_error(ErrorCode::internal, "A stored run can not be read: its id is broken.");
    runs.push_back(*run);
  }
}

Result<> erase_cached_answer(Database& database, const RunId& run, ErasureReport& report) {
  const auto done = Query(database,
                          "DELETE FROM cached_answers WHERE key IN "
                          "(SELECT share_key FROM turns WHERE run_id = ? AND share_key <> '')")
                        .run(run)
                        .execute();
  report.cached_answers += changes(database);
  return done;
}

Result<> remove_messages_from_index(Database& database, const RunId& run) {
  std::vector<std::int64_t> rows;
  {
    Query query(database, "SELECT id FROM messages WHERE run_id = ?");
    query.run(run);
    for (;;) {
      const auto more = query.row();
      if (!more) return more.error();
      if (!*more) break;
      rows.push_back(query.number_at(0));
    }
  }
  for (const std::int64_t row : rows)
    if (auto done = remove_from_index(database, document_of_message(row)); !done) return done;
  return {};
}

// The last turns that stay are those of later requests: they begin again.
Result<> detach_turns(Database& database, std::int64_t conversation) {
  return run_statement(
      database,
      "UPDATE turns SET parent = '' WHERE conversation = ?1 AND parent <> '' AND parent NOT IN "
      "(SELECT run_id FROM turns WHERE conversation = ?1)",
      conversation);
}

Result<> clear_row(Database& database, std::int64_t conversation) {
  if (auto done = detach_turns(database, conversation); !done) return done;
  if (auto done = remove_from_index(database, document_of_title(conversation)); !done) return done;
  return run_statement(
      database,
      "UPDATE conversations SET title = '', titled_by = 0, tip = coalesce((SELECT run_id FROM turns "
      "WHERE conversation = ?1 ORDER BY id DESC LIMIT 1), '') WHERE id = ?1",
      conversation);
}

Result<> delete_row(Database& database, const ConversationRow& row, ErasureReport& report) {
  if (auto done = remove_from_index(database, document_of_title(row.id)); !done) return done;
  if (auto done = run_statement(database, "DELETE FROM conversations WHERE id = ?", row.id); !done)
    return done;
  ++report.conversations;
  // The session of somebody who is not signed in has no user.
  const auto done =
      Query(database, "DELETE FROM sessions WHERE user IN (?, '') AND surface = ? AND conversation = ?")
          .text(row.user)
          .text(row.surface)
          .text(row.name)
          .execute();
  report.sessions += changes(database);
  return done;
}

// True: the conversation has more turns to be removed.
Result<bool> erase_turns(Database& database, const ConversationRow& row, WallTime through, std::size_t max,
                         ErasureReport& report) {
  const std::string bound = after_all_of(through);
  std::vector<RunId> runs;
  {
    Query query(database, "SELECT run_id FROM turns WHERE conversation = ? AND run_id < ? LIMIT ?");
    auto found = runs_of(query.number(row.id).text(bound).number(static_cast<std::uint64_t>(max)));
    if (!found) return found.error();
    runs = std::move(*found);
  }
  for (const RunId& run : runs)
    if (auto done = erase_run(database, run, report); !done) return done.error();
  return runs.size() == max;
}

Result<bool> has_turns(Database& database, std::int64_t conversation) {
  Query query(database, "SELECT 1 FROM turns WHERE conversation = ? LIMIT 1");
  return query.number(conversation).row();
}

// True: there is more of this conversation.
Result<bool> erase_conversation(Database& database, const ConversationRow& row, Erasure::What what,
                                WallTime through, std::size_t max, ErasureReport& report) {
  const auto more = erase_turns(database, row, through, max, report);
  if (!more || *more) return more;
  const auto stays = has_turns(database, row.id);
  if (!stays) return stays;
  const Result<> done = *stays || what == Erasure::What::messages ? clear_row(database, row.id)
                                                                  : delete_row(database, row, report);
  if (!done) return done.error();
  return false;
}

// The next conversation that the erasure covers. One that was made later is not covered.
Result<std::optional<ConversationRow>> next_conversation(Database& database, const Erasure& erasure,
                                                         std::int64_t after) {
  Query query(
      database,
      "SELECT id, user, surface, name FROM conversations WHERE user = ?1 AND (?2 = '' OR surface = ?2) "
      "AND (?3 = '' OR name = ?3) AND created <= ?4 AND id > ?5 ORDER BY id LIMIT 1");
  const auto found = query.text(erasure.user)
                         .text(erasure.surface)
                         .text(erasure.conversation)
                         .time(erasure.through)
                         .number(after)
                         .row();
  if (!found) return found.error();
  if (!*found) return std::optional<ConversationRow>();
  return std::optional(
      ConversationRow{query.number_at(0), query.text_at(1), query.text_at(2), query.text_at(3)});
}

// Runs without a conversation. True: there are more.
Result<bool> erase_runs_of_user(Database& database, const Erasure& erasure, std::size_t max,
                                ErasureReport& report) {
  const std::string bound = after_all_of(erasure.through);
  std::vector<RunId> runs;
  {
    Query query(database, "SELECT run_id FROM runs WHERE user = ? AND run_id < ? LIMIT ?");
    auto found = runs_of(query.text(erasure.user).text(bound).number(static_cast<std::uint64_t>(max)));
    if (!found) return found.error();
    runs = std::move(*found);
  }
  for (const RunId& run : runs)
    if (auto done = erase_run(database, run, report); !done) return done.error();
  return runs.size() == max;
}

Result<> erase_lone_run(Database& database, const Erasure& erasure, ErasureReport& report) {
  const auto run = RunId::parse(erasure.conversation);
  if (!run) return {};
  const auto is_theirs =
      Query(database, "SELECT 1 FROM runs WHERE run_id = ? AND user = ? AND conversation = ''")
          .run(*run)
          .text(erasure.user)
          .row();
  if (!is_theirs) return is_theirs.error();
  return *is_theirs ? erase_run(database, *run, report) : Result<>();
}

Result<> erase_facts_of_user(Database& database, const Erasure& erasure, ErasureReport& report) {
  if (auto done = Query(database, "DELETE FROM sessions WHERE user = ? AND created <= ?")
                      .text(erasure.user)
                      .time(erasure.through)
                      .execute();
      !done)
    return done;
  report.sessions += changes(database);
  if (auto done =
          Query(database, "UPDATE ledger SET user = '', conversation = '' WHERE user = ? AND created <= ?")
              .text(erasure.user)
              .time(erasure.through)
              .execute();
      !done)
    return done;
  report.ledger_rows += changes(database);
  if (auto done = forget_in_index(database, erasure.user); !done) return done;
  if (auto done = erase_channels(database, erasure); !done) return done;
  if (auto done = erase_context_until(database, erasure.user, erasure.through); !done) return done;
  if (auto done = erase_goals_until(database, erasure.user, erasure.through); !done) return done;
  return Query(database, "DELETE FROM users WHERE name = ?").text(erasure.user).execute();
}

}  // namespace

Result<ErasureStore::Id> insert_erasure(Database& database, const Erasure& erasure) {
  if (auto done =
          Query(database,
                "INSERT INTO erasures (what, user, surface, conversation, through) VALUES (?, ?, ?, ?, ?)")
              .number(static_cast<int>(erasure.what))
              .text(erasure.user)
              .text(erasure.surface)
              .text(erasure.conversation)
              .time(erasure.through)
              .execute();
      !done)
    return done.error();
  return static_cast<ErasureStore::Id>(database.last_insert_id());
}

Result<std::vector<ErasureStore::Pending>> read_erasures(Database& database) {
  std::vector<ErasureStore::Pending> found;
  Query query(database, "SELECT id, what, user, surface, conversation, through FROM erasures ORDER BY id");
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return found;
    found.push_back({query.count_at(0),
                     {static_cast<Erasure::What>(query.number_at(1)), query.text_at(2), query.text_at(3),
                      query.text_at(4), query.time_at(5)}});
  }
}

Result<std::optional<Erasure>> read_erasure(Database& database, ErasureStore::Id id) {
  Query query(database, "SELECT what, user, surface, conversation, through FROM erasures WHERE id = ?");
  const auto found = query.number(id).row();
  if (!found) return found.error();
  if (!*found) return std::optional<Erasure>();
  return std::optional(Erasure{static_cast<Erasure::What>(query.number_at(0)), query.text_at(1),
                               query.text_at(2), query.text_at(3), query.time_at(4)});
}

Result<> delete_erasure(Database& database, ErasureStore::Id id) {
  return Query(database, "DELETE FROM erasures WHERE id = ?").number(id).execute();
}

Result<bool> erase_step(Database& database, const Erasure& erasure, std::size_t max, ErasureReport& report) {
  if (erasure.what == Erasure::What::run) {
    if (auto done = erase_lone_run(database, erasure, report); !done) return done.error();
    return false;
  }
  const std::uint64_t before = report.runs;
  std::int64_t after = 0;
  for (;;) {
    const auto row = next_conversation(database, erasure, after);
    if (!row) return row.error();
    if (!*row) break;
    const auto more = erase_conversation(database, **row, erasure.what, erasure.through, max, report);
    if (!more) return more;
    if (*more || report.runs - before >= max) return true;
    after = (*row)->id;
  }
  if (erasure.what == Erasure::What::conversations)
    if (auto done = erase_channels(database, erasure); !done) return done.error();
  if (erasure.what == Erasure::What::messages || erasure.what == Erasure::What::conversation)
    if (auto done = erase_from_channel(database, erasure); !done) return done.error();
  if (erasure.what != Erasure::What::user) return false;
  const auto more = erase_runs_of_user(database, erasure, max, report);
  if (!more || *more) return more;
  const auto more_uploads = erase_uploads_of_user(database, erasure.user, erasure.through);
  if (!more_uploads || *more_uploads) return more_uploads;
  if (auto done = erase_facts_of_user(database, erasure, report); !done) return done.error();
  return false;
}

Result<bool> erase_unchanged_since(Database& database, WallTime before, std::size_t max) {
  std::vector<ConversationRow> rows;
  {
    Query query(database, "SELECT id, user, surface, name FROM conversations WHERE updated < ? LIMIT ?");
    query.time(before).number(static_cast<std::uint64_t>(max));
    for (;;) {
      const auto more = query.row();
      if (!more) return more.error();
      if (!*more) break;
      rows.push_back({query.number_at(0), query.text_at(1), query.text_at(2), query.text_at(3)});
    }
  }
  ErasureReport report;
  for (const ConversationRow& row : rows) {
    const auto more = erase_conversation(database, row, Erasure::What::conversation, before, max, report);
    if (!more) return more;
    if (*more || report.runs >= max) return true;
  }
  return rows.size() == max;
}

Result<> erase_run(Database& database, const RunId& run, ErasureReport& report) {
  if (auto done = erase_cached_answer(database, run, report); !done) return done;
  if (auto done = remove_messages_from_index(database, run); !done) return done;
  if (auto done = Query(database, "DELETE FROM messages WHERE run_id = ?").run(run).execute(); !done)
    return done;
  report.messages += changes(database);
  if (auto done = Query(database, "DELETE FROM turns WHERE run_id = ?").run(run).execute(); !done)
    return done;
  if (auto done = delete_events(database, run); !done) return done;
  if (auto done =
          Query(database,
                "UPDATE totals SET event_bytes = event_bytes - coalesce((SELECT event_bytes FROM runs WHERE "
                "run_id = ?), 0) WHERE id = 1")
              .run(run)
              .execute();
      !done)
    return done;
  ++report.runs;
  return Query(
             database,
             "INSERT INTO runs (run_id, user, surface, mode, conversation, model, state, code, epochs, last, "
             "input_tokens, output_tokens, cached_tokens, reasoning_tokens, tokens_estimated, text_from, "
             "text_bytes, "
             "body_digest, created, finished, opened, expired, event_bytes, erased) "
             "VALUES (?1, '', '', 'erased', '', '', 5, 'expired', '1:1', 0, 0, 0, 0, 0, 0, 1, 0, '', ?2, ?2, "
             "1, 1, "
             "0, 1) ON CONFLICT (run_id) DO UPDATE SET user = '', surface = '', mode = 'erased', "
             "conversation = '', "
             "model = '', idempotency_key = NULL, body_digest = '', project = '', task = '', expired = 1, "
             "event_bytes = 0, erased = 1")
      .run(run)
      .time(run.time)
      .execute();
}

}  // namespace belay::storage
