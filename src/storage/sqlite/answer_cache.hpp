// Cached answers in SQLite. These functions run inside the caller's transaction, on the caller's thread.
#pragma once

#include "core/ports/answer_cache.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

Result<std::optional<CachedAnswer>> read_answer(Database& database, std::string_view key, WallTime now);
Result<> write_answer(Database& database, std::string_view key, const CachedAnswer& answer);

struct AnswerSweepStep {
  std::uint64_t answers = 0;  // that were deleted
  bool more = false;          // another step is needed
};
// Deletes at most `max` expired answers, and at most `max` of those beyond `max_bytes` that expire first. Its work does
// not grow with the number of answers.
Result<AnswerSweepStep> sweep_answers_step(Database& database, WallTime now, ByteCount max_bytes,
                                           std::size_t max);

}  // namespace belay::storage
