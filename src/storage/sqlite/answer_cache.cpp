#include "storage/sqlite/answer_cache.hpp"

#include <algorithm>

namespace belay::storage {

Result<std::optional<CachedAnswer>> read_answer(Database& database, std::string_view key, WallTime now) {
  Query query(database,
              "SELECT expires, finish, input_tokens, output_tokens, cached_tokens, reasoning_tokens, "
              "tokens_estimated, content FROM cached_answers WHERE key = ? AND expires > ?");
  const auto found = query.text(key).time(now).row();
  if (!found) return found.error();
  if (!*found) return std::optional<CachedAnswer>();
  CachedAnswer answer;
  answer.expires = query.time_at(0);
  answer.finish = static_cast<FinishReason>(query.number_at(1));
  answer.usage = {{query.count_at(2)},
                  {query.count_at(3)},
                  {query.count_at(4)},
                  {query.count_at(5)},
                  query.number_at(6) != 0};
  answer.text = query.text_at(7);
  return std::optional(std::move(answer));
}

Result<> write_answer(Database& database, std::string_view key, const CachedAnswer& answer) {
  return Query(
             database,
             "INSERT INTO cached_answers (key, expires, finish, input_tokens, output_tokens, cached_tokens, "
             "reasoning_tokens, tokens_estimated, bytes, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
             "ON CONFLICT (key) DO UPDATE SET expires = excluded.expires, finish = excluded.finish, "
             "input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens, "
             "cached_tokens = excluded.cached_tokens, reasoning_tokens = excluded.reasoning_tokens, "
             "tokens_estimated = excluded.tokens_estimated, bytes = excluded.bytes, content = "
             "excluded.content")
      .text(key)
      .time(answer.expires)
      .number(static_cast<int>(answer.finish))
      .number(answer.usage.input.value)
      .number(answer.usage.output.value)
      .number(answer.usage.cached.value)
      .number(answer.usage.reasoning.value)
      .number(answer.usage.estimated ? 1 : 0)
      .number(answer.text.size())
      .blob(answer.text)
      .execute();
}

namespace {

// Of all answers, those that expire last stay, up to `max_bytes`. Deletes at most `max` of the others, those that expire
// first, and looks at no more rows than these: the table keeps the sum of its bytes (schema.cpp).
Result<std::uint64_t> delete_beyond(Database& database, ByteCount max_bytes, std::size_t max) {
  const auto bytes = database.number("SELECT answer_bytes FROM totals WHERE id = 1");
  if (!bytes) return bytes.error();
  const std::uint64_t held = static_cast<std::uint64_t>(std::max<std::int64_t>(*bytes, 0));
  if (held <= max_bytes.value) return std::uint64_t{0};
  // An answer goes if those that expire before it are not enough. The order is that of the index.
  const auto done =
      Query(database,
            "DELETE FROM cached_answers WHERE rowid IN (SELECT id FROM (SELECT rowid AS id, sum(bytes) OVER "
            "(ORDER BY expires, bytes, rowid ROWS UNBOUNDED PRECEDING) - bytes AS before FROM (SELECT rowid, "
            "expires, bytes FROM cached_answers ORDER BY expires, bytes, rowid LIMIT ?)) WHERE before < ?)")
          .number(static_cast<std::uint64_t>(max))
          .number(held - max_bytes.value)
          .execute();
  if (!done) return done.error();
  return static_cast<std::uint64_t>(database.changes());
}

}  // namespace

Result<AnswerSweepStep> sweep_answers_step(Database& database, WallTime now, ByteCount max_bytes,
                                           std::size_t max) {
  const auto done =
      Query(database,
            "DELETE FROM cached_answers WHERE key IN (SELECT key FROM cached_answers WHERE expires <= ? "
            "ORDER BY expires LIMIT ?)")
          .time(now)
          .number(static_cast<std::uint64_t>(max))
          .execute();
  if (!done) return done.error();
  const auto expired = static_cast<std::uint64_t>(database.changes());
  const auto oldest = delete_beyond(database, max_bytes, max);
  if (!oldest) return oldest.error();
  return AnswerSweepStep{expired + *oldest, expired >= max || *oldest >= max};
}

}  // namespace belay::storage
