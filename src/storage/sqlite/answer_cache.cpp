#include "storage/sqlite/answer_cache.hpp"

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

Result<AnswerSweepStep> sweep_answers_step(Database& database, WallTime now, ByteCount max_bytes,
                                           std::size_t max) {
  auto done =
      Query(database,
            "DELETE FROM cached_answers WHERE key IN (SELECT key FROM cached_answers WHERE expires <= ? "
            "ORDER BY expires LIMIT ?)")
          .time(now)
          .number(static_cast<std::uint64_t>(max))
          .execute();
  if (!done) return done.error();
  const auto expired = static_cast<std::uint64_t>(database.changes());
  // Of the rest, keep the answers that expire last, up to `max_bytes`, and delete the others.
  done =
      Query(database,
            "DELETE FROM cached_answers WHERE key IN (SELECT key FROM (SELECT key, sum(bytes) OVER (ORDER BY "
            "expires DESC, key) AS through FROM cached_answers) WHERE through > ? LIMIT ?)")
          .number(max_bytes.value)
          .number(static_cast<std::uint64_t>(max))
          .execute();
  if (!done) return done.error();
  const auto oldest = static_cast<std::uint64_t>(database.changes());
  return AnswerSweepStep{expired + oldest, expired >= max || oldest >= max};
}

}  // namespace belay::storage
