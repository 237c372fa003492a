#include "storage/sqlite/ledger.hpp"

#include <algorithm>

namespace belay::storage {
namespace {

// The sums of a query over the ledger, from this column on.
UsageTotals totals_at(const Query& query, int first) {
  return {query.count_at(first),
          query.count_at(first + 1),
          {query.count_at(first + 2)},
          {query.count_at(first + 3)},
          {query.count_at(first + 4)}};
}

// Commands cost nothing and are not answers of a model.
#define BELAY_SUMS                                                                                           \
  "count(*), coalesce(sum(source IN (2, 3, 5)), 0), coalesce(sum(input_tokens), 0), "                        \
  "coalesce(sum(output_tokens), 0), coalesce(sum(cost), 0) FROM ledger WHERE source <> 4 AND created >= ?1 " \
  "AND created < ?2 "
#define BELAY_SUMS_BY(key)                                                                     \
  {                                                                                            \
    "SELECT " key " AS key, " BELAY_SUMS "GROUP BY key HAVING key > ?3 ORDER BY key LIMIT ?4", \
        "SELECT " key " AS key, " BELAY_SUMS                                                   \
        "AND user = ?5 GROUP BY key HAVING key > ?3 ORDER BY key LIMIT ?4"                     \
  }
// By UsageBy; of all users, and of one.
constexpr const char* kSums[][2] = {BELAY_SUMS_BY("user"), BELAY_SUMS_BY("model"),
                                    BELAY_SUMS_BY("strftime('%Y-%m-%d', created / 1000, 'unixepoch')"),
                                    BELAY_SUMS_BY("surface")};
#undef BELAY_SUMS_BY
#undef BELAY_SUMS

}  // namespace

Result<std::vector<LedgerRow>> read_ledger(Database& database, WallTime since) {
  std::vector<LedgerRow> rows;
  Query query(database,
              "SELECT run_id, user, surface, mode, created, model, source, input_tokens, output_tokens, "
              "cached_tokens, "
              "reasoning_tokens, tokens_estimated, cost, counts_against_quotas FROM ledger WHERE created >= "
              "? ORDER BY created, id");
  query.time(since);
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return rows;
    const auto run = RunId::parse(query.bytes_at(0));
    if (!run)
      return make_error(ErrorCode::internal, "The stored record of a run can not be read: it is broken.");
    const Usage usage{{query.count_at(7)},
                      {query.count_at(8)},
                      {query.count_at(9)},
                      {query.count_at(10)},
                      query.number_at(11) != 0};
    rows.push_back({*run,
                    query.text_at(1),
                    query.text_at(2),
                    query.text_at(3),
                    query.time_at(4),
                    query.text_at(5),
                    static_cast<AnswerSource>(query.number_at(6)),
                    usage,
                    {query.count_at(12)},
                    query.number_at(13) != 0});
  }
}

Result<UsageTotals> sum_usage(Database& database, const ConversationKey& conversation, WallTime since) {
  // Commands cost nothing and are not answers of a model.
  Query query(
      database,
      "SELECT count(*), coalesce(sum(source IN (2, 3, 5)), 0), coalesce(sum(input_tokens), 0), "
      "coalesce(sum(output_tokens), 0), coalesce(sum(cost), 0) FROM ledger WHERE user = ?1 AND surface = "
      "?2 AND created >= ?3 AND source <> 4 AND (?4 = '' OR conversation = ?4)");
  const auto found =
      query.text(conversation.user).text(conversation.surface).time(since).text(conversation.id).row();
  if (!found) return found.error();
  return totals_at(query, 0);
}

Result<UsagePage> read_usage_sums(Database& database, const UsageQuery& wanted) {
  const std::size_t max = std::max<std::size_t>(wanted.max, 1);
  Query query(database, kSums[static_cast<std::size_t>(wanted.by)][wanted.user.empty() ? 0 : 1]);
  query.time(wanted.from).time(wanted.to).text(wanted.after).number(static_cast<std::uint64_t>(max) + 1);
  if (!wanted.user.empty()) query.text(wanted.user);
  UsagePage page;
  for (;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return page;
    if (page.sums.size() == max) {
      page.next = page.sums.back().key;
      return page;
    }
    page.sums.push_back({query.text_at(0), totals_at(query, 1)});
  }
}

}  // namespace belay::storage
