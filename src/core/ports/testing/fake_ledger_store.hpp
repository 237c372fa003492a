// A LedgerStore in memory for tests: the settled runs of a FakeStore. It passes the contract. Calls are answered inside
// the call, unless they wait because of hold(). They can fail and throw (testing/fake_calls.hpp). Thread-safe.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/run_id.hpp"
#include "core/ports/ledger_store.hpp"
#include "core/ports/testing/fake_calls.hpp"
#include "core/ports/testing/fake_store.hpp"

namespace belay::testing {

class FakeLedgerStore final : public FakeCalls, public LedgerStore {
 public:
  // Its calls and those of `store` wait in one order, as with a real store that implements both ports.
  explicit FakeLedgerStore(FakeStore& store) : FakeCalls(store.queue_), store_(store) {}

  void ledger_since(WallTime since, Done<std::vector<LedgerRow>> done) override {
    call(store_.mutex_, std::move(done), [this, since]() -> Result<std::vector<LedgerRow>> {
      std::vector<LedgerRow> rows;
      for (const RunRecord& r : store_.settled)
        if (r.created >= since)
          rows.push_back({r.id, r.user, r.surface, r.mode, r.created, r.model, r.source, r.usage, r.cost});
      std::stable_sort(rows.begin(), rows.end(),
                       [](const LedgerRow& a, const LedgerRow& b) { return a.created < b.created; });
      return rows;
    });
  }
  void usage_since(ConversationKey key, WallTime since, Done<UsageTotals> done) override {
    call(store_.mutex_, std::move(done), [this, key = std::move(key), since]() -> Result<UsageTotals> {
      UsageTotals totals;
      for (const RunRecord& run : store_.settled) {
        if (run.user != key.user || run.surface != key.surface || run.created < since) continue;
        if (!key.id.empty() && run.conversation != key.id) continue;
        add(run, totals);
      }
      return totals;
    });
  }

  void usage_sums(UsageQuery query, Done<UsagePage> done) override {
    call(store_.mutex_, std::move(done), [this, query = std::move(query)]() -> Result<UsagePage> {
      std::map<std::string, UsageTotals> sums;
      for (const RunRecord& run : store_.settled) {
        if (run.created < query.from || run.created >= query.to || run.source == AnswerSource::ready)
          continue;
        if (!query.user.empty() && run.user != query.user) continue;
        if (const std::string key = key_of(run, query.by); key > query.after) add(run, sums[key]);
      }
      UsagePage page;
      for (auto& [key, totals] : sums) {
        if (page.sums.size() == std::max<std::size_t>(query.max, 1)) {
          page.next = page.sums.back().key;
          break;
        }
        page.sums.push_back({key, totals});
      }
      return page;
    });
  }

 private:
  static std::string key_of(const RunRecord& run, UsageBy by) {
    switch (by) {
      case UsageBy::user:
        return run.user;
      case UsageBy::model:
        return run.model;
      case UsageBy::surface:
        return run.surface;
      case UsageBy::day:
        return iso8601(run.created).substr(0, 10);
    }
    return {};
  }
  static void add(const RunRecord& run, UsageTotals& totals) {
    if (run.source == AnswerSource::ready) return;
    ++totals.answers;
    if (run.source != AnswerSource::generated) ++totals.cached;
    totals.input.value += run.usage.input.value;
    totals.output.value += run.usage.output.value;
    totals.cost.value += run.cost.value;
  }

  FakeStore& store_;
};

}  // namespace belay::testing
