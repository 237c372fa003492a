// The counters in this process's memory.
//
// Everything that a run has is found by its id: its slots, its parts of quotas, its idempotency key. A request
// that waits for a key is found by its run too. The limits are counted in limit_counts.hpp, the keys are in
// idempotency_keys.hpp.
//
// Thread-safe, behind one mutex: a reservation takes about a microsecond. The clock is read while the mutex is
// held. Callbacks are called exactly once, after the mutex is released, on the thread of the call that decided
// them. Requests that still wait when the counters are destroyed are dropped without a call. Nothing is stored
// on disk; restore() and restore_count() fill the counters at start from the ledger and the open runs.
#pragma once

#include <mutex>
#include <unordered_map>
#include <vector>

#include "core/ports/counters.hpp"
#include "storage/memory/config.hpp"
#include "storage/memory/idempotency_keys.hpp"
#include "storage/memory/limit_counts.hpp"

namespace belay::storage {

class MemoryCounters final : public Counters {
 public:
  // How long a key is kept after the store knows its run. A request that looked for the key in the store just
  // before is decided long before this time is over.
  static constexpr Milliseconds kKeyGrace{60'000};

  MemoryCounters(const MemoryCountersConfig& config, const Clock& clock);
  ~MemoryCounters() override;

  // When there is no space for another limit's key, the result is `full`, with a retry after one second. When
  // there is no space for another idempotency key or another waiting request, the answer is the error
  // `unavailable`.
  void reserve(ReserveRequest request, Done<ReserveResult> done) override;
  void confirm(RunId run) override;
  // The first settlement of a run is the one that takes effect.
  void settle(RunId run, Charge charge, Done<> done) override;
  void release_key(RunId run) override;
  void stored(RunId run) override;

  void find_key(IdempotencyKey key, Done<std::optional<KeyClaim>> done) override;
  void used(Limit limit, Done<LimitStatus> done) override;

  // Not bounded by `max_keys`. If two open runs have one key, the later run has it: the request of the earlier one
  // was answered with an error. A run that is known already does not change.
  void restore(OpenRun run) override;
  // Call restore() for the open runs first: a count of a run that is not open is never refunded.
  void restore_count(const Limit& limit, RunId run, WallTime when) override;

  std::size_t keys() const;              // of limits
  std::size_t idempotency_keys() const;  // also of stored runs

 private:
  using Entry = IdempotencyKeys::Entry;
  using Waiter = IdempotencyKeys::Waiter;
  struct Run {
    LimitCounts::Holds holds;
    Entry* key = nullptr;  // the run has it, or waits for it
    bool is_settled = false;
  };
  using Runs = std::unordered_map<RunId, Run>;
  struct Answer {
    Done<ReserveResult> done;
    Result<ReserveResult> result;
  };
  using Answers = std::vector<Answer>;

  // Nothing: the request waits, and was moved out together with `done`.
  std::optional<Result<ReserveResult>> try_reserve(ReserveRequest& request, Done<ReserveResult>& done);
  std::optional<Result<ReserveResult>> wait_or_repeat(Entry& key, ReserveRequest& request,
                                                      Done<ReserveResult>& done);
  void settle(Runs::iterator found, Charge charge, Answers& answers);
  // The key that the run has. Null: it has none, or waits for one.
  static Entry* key_of(const Runs::value_type& run);
  void decide(Entry& key, Answers& answers);
  void free_key(Entry& key, Answers& answers);
  void withdraw(Runs::iterator waiting, Answers& answers);
  void forget_if_empty(RunId run);
  static void deliver(Answers& answers);

  const MemoryCountersConfig config_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  LimitCounts limits_;
  IdempotencyKeys keys_;
  Runs runs_;
};

}  // namespace belay::storage
