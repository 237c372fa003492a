#include "storage/sqlite/settlement.hpp"

#include <fmt/format.h>

#include "storage/sqlite/conversations.hpp"
#include "storage/sqlite/epochs.hpp"
#include "storage/sqlite/event_archive.hpp"
#include "storage/sqlite/users.hpp"

namespace belay::storage {
namespace {

Error broken_record() {
  return make_error(ErrorCode::internal, "The stored record of a run can not be read: it is broken.");
}

Result<bool> is_settled(Database& database, const RunId& run) {
  return Query(database, "SELECT 1 FROM runs WHERE run_id = ?").run(run).row();
}

Result<> insert_record(Database& database, const RunRecord& record, std::uint64_t bytes) {
  const std::string epochs = epochs_text(record.epochs);
  Query query(
      database,
      "INSERT INTO runs (run_id, user, surface, mode, conversation, model, state, code, epochs, "
      "last, input_tokens, "
      "output_tokens, cached_tokens, reasoning_tokens, tokens_estimated, text_from, text_bytes, "
      "idempotency_key, "
      "body_digest, created, finished, opened, expired, event_bytes, project, task, turn, kind, source, "
      "cost) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?, ?)");
  query.run(record.id)
      .text(record.user)
      .text(record.surface)
      .text(record.mode)
      .text(record.conversation)
      .text(record.model)
      .number(static_cast<int>(record.state))
      .text(to_string(record.code))
      .text(epochs)
      .number(record.last)
      .number(record.usage.input.value)
      .number(record.usage.output.value)
      .number(record.usage.cached.value)
      .number(record.usage.reasoning.value)
      .number(record.usage.estimated ? 1 : 0)
      .number(record.text_from)
      .number(record.text_bytes);
  if (record.idempotency_key.empty())
    query.null();
  else
    query.text(record.idempotency_key);
  return query.text(record.body_digest)
      .time(record.created)
      .time(record.finished)
      .number(record.opened ? 1 : 0)
      .number(record.expired ? 1 : 0)
      .number(bytes)
      .text(record.project)
      .text(record.task)
      .number(static_cast<std::uint64_t>(record.turn))
      .number(static_cast<int>(record.kind))
      .number(static_cast<int>(record.source))
      .number(record.cost.value)
      .execute();
}

Result<> insert_ledger_row(Database& database, const RunRecord& record) {
  return Query(database,
               "INSERT INTO ledger (run_id, user, surface, mode, created, conversation, model, source, "
               "input_tokens, output_tokens, cached_tokens, reasoning_tokens, tokens_estimated, cost, "
               "counts_against_quotas) "
               "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run_id) DO NOTHING")
      .run(record.id)
      .text(record.user)
      .text(record.surface)
      .text(record.mode)
      .time(record.created)
      .text(record.conversation)
      .text(record.model)
      .number(static_cast<int>(record.source))
      .number(record.usage.input.value)
      .number(record.usage.output.value)
      .number(record.usage.cached.value)
      .number(record.usage.reasoning.value)
      .number(record.usage.estimated ? 1 : 0)
      .number(record.cost.value)
      .number(counts_against_quotas(record.state, record.text_bytes) ? 1 : 0)
      .execute();
}

Result<> add_to_total(Database& database, std::uint64_t bytes) {
  return Query(database, "UPDATE totals SET event_bytes = event_bytes + ? WHERE id = 1")
      .number(bytes)
      .execute();
}

}  // namespace

Result<> archive_events(Database& database, std::span<const ArchivedRange> ranges) {
  while (!ranges.empty()) {
    std::size_t count = 1;
    while (count < ranges.size() && ranges[count].run == ranges.front().run) ++count;
    const auto settled = is_settled(database, ranges.front().run);
    if (!settled) return settled.error();
    if (!*settled)
      if (auto put = put_ranges(database, ranges.first(count)); !put) return put;
    ranges = ranges.subspan(count);
  }
  return {};
}

Result<bool> settle_run(Database& database, const RunRecord& record, std::span<const ArchivedRange> rest,
                        const UserMessage* prompt, const AnswerForm& form) {
  const auto settled = is_settled(database, record.id);
  if (!settled) return settled.error();
  if (*settled) return false;

  if (const auto put = put_ranges(database, rest); !put) return put.error();
  const auto through = archived_through(database, record.id);
  if (!through) return through.error();
  if (*through != record.last)
    return make_error(ErrorCode::conflict,
                      fmt::format("A run of {} events can not be settled: events up to {} are stored.",
                                  record.last, *through));
  const auto bytes = event_bytes(database, record.id);
  if (!bytes) return bytes.error();

  if (const auto done = insert_record(database, record, *bytes); !done) return done.error();
  if (const auto done = add_to_total(database, *bytes); !done) return done.error();
  if (const auto done = insert_ledger_row(database, record); !done) return done.error();
  if (const auto done = see_user(database, record.user, record.created); !done) return done.error();
  if (prompt && !prompt->conversation.id.empty())
    if (const auto done = put_prompt(database, *prompt); !done) return done.error();
  if (!record.conversation.empty())
    if (const auto done = put_answer(database, record, form); !done) return done.error();
  return true;
}

Result<> set_opened(Database& database, const RunId& run) {
  return Query(database, "UPDATE runs SET opened = 1 WHERE run_id = ? AND opened = 0").run(run).execute();
}

Result<std::vector<RunId>> read_unsettled(Database& database) {
  std::vector<RunId> runs;
  Query query(database,
              "SELECT DISTINCT run_id FROM run_events WHERE NOT EXISTS "
              "(SELECT 1 FROM runs WHERE runs.run_id = run_events.run_id) ORDER BY run_id");
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return runs;
    const auto run = RunId::parse(query.bytes_at(0));
    if (!run) return broken_record();
    runs.push_back(*run);
  }
}

Result<std::optional<RunRecord>> read_run(Database& database, const RunId& run) {
  Query query(
      database,
      "SELECT run_id, user, surface, mode, conversation, model, state, code, epochs, last, "
      "input_tokens, output_tokens, "
      "cached_tokens, reasoning_tokens, tokens_estimated, text_from, text_bytes, idempotency_key, "
      "body_digest, created, "
      "finished, opened, expired, project, task, turn, kind, source, cost FROM runs WHERE run_id = ?");
  const auto found = query.run(run).row();
  if (!found) return found.error();
  if (!*found) return std::optional<RunRecord>();
  RunRecord record;
  const auto id = RunId::parse(query.bytes_at(0));
  const auto code = error_code_from(query.bytes_at(7));
  if (!id || !code || !parse_epochs(query.bytes_at(8), record.epochs)) return broken_record();
  record.id = *id;
  record.user = query.text_at(1);
  record.surface = query.text_at(2);
  record.mode = query.text_at(3);
  record.conversation = query.text_at(4);
  record.model = query.text_at(5);
  record.state = static_cast<RunState>(query.number_at(6));
  record.code = *code;
  record.last = query.count_at(9);
  record.usage = {{query.count_at(10)},
                  {query.count_at(11)},
                  {query.count_at(12)},
                  {query.count_at(13)},
                  query.number_at(14) != 0};
  record.text_from = query.count_at(15);
  record.text_bytes = query.count_at(16);
  record.idempotency_key = query.text_at(17);
  record.body_digest = query.text_at(18);
  record.created = query.time_at(19);
  record.finished = query.time_at(20);
  record.opened = query.number_at(21) != 0;
  record.expired = query.number_at(22) != 0;
  record.project = query.text_at(23);
  record.task = query.text_at(24);
  record.turn = static_cast<std::uint32_t>(query.number_at(25));
  record.kind = static_cast<MessageKind>(query.number_at(26));
  record.source = static_cast<AnswerSource>(query.number_at(27));
  record.cost = {query.count_at(28)};
  return std::optional<RunRecord>(std::move(record));
}

Result<std::optional<RunRecord>> read_run_by_key(Database& database, std::string_view user,
                                                 std::string_view surface, std::string_view idempotency_key) {
  std::optional<RunId> run;
  {
    Query query(database,
                "SELECT run_id FROM runs WHERE user = ? AND surface = ? AND idempotency_key = ? ORDER BY id "
                "DESC LIMIT 1");
    const auto found = query.text(user).text(surface).text(idempotency_key).row();
    if (!found) return found.error();
    if (!*found) return std::optional<RunRecord>();
    run = RunId::parse(query.bytes_at(0));
  }
  if (!run) return broken_record();
  return read_run(database, *run);
}

}  // namespace belay::storage
