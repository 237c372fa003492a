// Counters in memory for tests, as simple as the port allows: nothing is bounded, almost nothing is forgotten. They
// pass the contract (contracts/counters_contract.hpp). They can fail, throw, and answer late.
//
// Thread-safe, but a test reads and sets the public members only while no call is running.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/ports/counters.hpp"

namespace belay::testing {

class FakeCounters final : public Counters {
 public:
  std::map<std::string, std::uint64_t> slots;     // slots that are held, by the limit's key
  int settlements = 0;                            // calls of settle()
  std::vector<std::pair<RunId, Charge>> settled;  // with what
  std::function<void()> when_settled;             // called by settle() before anything changes
  int fail_reserves = 0;                          // so many reservations fail with `unavailable`
  int throw_in_reserve = 0;                       // so many reservations throw
  // While it is set, reserve() and find_key() take effect, but are not answered until let_go().
  bool hold = false;

  FakeCounters() : clock_(own_clock_) {}
  explicit FakeCounters(const Clock& clock) : clock_(clock) {}
  ~FakeCounters() override { restart(); }

  void let_go() {
    Answers answers;
    {
      const std::lock_guard lock(mutex_);
      hold = false;
      answers.swap(late_);
    }
    for (auto& answer : answers) answer();
  }
  // No slot is held, no key is undecided, no run may still return something.
  bool holds_nothing() const {
    const std::lock_guard lock(mutex_);
    return std::all_of(slots.begin(), slots.end(), [](const auto& slot) { return slot.second == 0; }) &&
           std::all_of(keys_.begin(), keys_.end(), [](const auto& key) { return key.second.is_decided; }) &&
           holdings_.empty();
  }
  // As after kill -9: a new process knows nothing, and requests that waited are gone.
  void restart() {
    std::map<Key, Claim> keys;
    Answers late;
    const std::lock_guard lock(mutex_);
    slots.clear();
    windows_.clear();
    quotas_.clear();
    holdings_.clear();
    keys.swap(keys_);
    late.swap(late_);
  }

  void reserve(ReserveRequest request, Done<ReserveResult> done) override {
    Answers answers;
    {
      const std::lock_guard lock(mutex_);
      if (throw_in_reserve > 0) {
        --throw_in_reserve;
        throw std::runtime_error("the test wants reserve() to throw");
      }
      if (fail_reserves > 0) {
        --fail_reserves;
        answer(answers, std::move(done), make_error(ErrorCode::unavailable, "The counters are broken."));
      } else {
        reserve_now(std::move(request), std::move(done), answers);
      }
    }
    call(std::move(answers));
  }

  void confirm(RunId run) override {
    Answers answers;
    {
      const std::lock_guard lock(mutex_);
      if (Claim* const claim = claim_of(run)) decide(*claim, answers);
    }
    call(std::move(answers));
  }

  void settle(RunId run, Charge charge, Done<> done) override {
    if (when_settled) when_settled();
    Answers answers;
    {
      const std::lock_guard lock(mutex_);
      ++settlements;
      settled.emplace_back(run, charge);
      withdraw(run, answers);
      if (const auto found = holdings_.find(run); found != holdings_.end()) {
        for (const std::string& slot : found->second.slots) --slots[slot];
        if (charge != Charge::counted)
          for (const Quota& quota : found->second.quotas) --quotas_[quota];
        holdings_.erase(found);
        Claim* const claim = claim_of(run);
        if (claim == nullptr || claim->stored) {
          // The key no longer depends on the run.
        } else if (charge == Charge::never_ran) {
          free_key(run, answers);
        } else {
          decide(*claim, answers);
        }
      }
    }
    call(std::move(answers));
    done(Result<>());
  }

  void release_key(RunId run) override {
    Answers answers;
    {
      const std::lock_guard lock(mutex_);
      const Claim* const claim = claim_of(run);
      if (claim != nullptr && !claim->stored) free_key(run, answers);
    }
    call(std::move(answers));
  }

  void stored(RunId run) override {
    Answers answers;
    {
      const std::lock_guard lock(mutex_);
      if (Claim* const claim = claim_of(run)) {
        decide(*claim, answers);
        claim->stored = clock_.wall();
      }
    }
    call(std::move(answers));
  }

  void find_key(IdempotencyKey key, Done<std::optional<KeyClaim>> done) override {
    Answers answers;
    {
      const std::lock_guard lock(mutex_);
      std::optional<KeyClaim> result;
      if (const auto found = find(key); found != keys_.end())
        result = KeyClaim{found->second.run, found->second.digest, found->second.is_decided};
      answer(answers, std::move(done), std::move(result));
    }
    call(std::move(answers));
  }

  void used(Limit limit, Done<LimitStatus> done) override {
    LimitStatus status;
    {
      const std::lock_guard lock(mutex_);
      const std::uint64_t count = count_of(limit);
      status.remaining = limit.max - std::min(limit.max, count);
      if (limit.kind == Limit::Kind::quota || count > 0) status.reset_after = until_free(limit);
      status.limit = std::move(limit);
    }
    done(std::move(status));
  }

  void restore(OpenRun run) override {
    const std::lock_guard lock(mutex_);
    Holding& holding = holdings_[run.run];
    for (std::string& slot : run.slots) {
      ++slots[slot];
      holding.slots.push_back(std::move(slot));
    }
    if (!run.key.empty()) keys_[key_of(run.key)] = {run.run, std::move(run.digest), true, {}, {}};
  }

  void restore_count(const Limit& limit, RunId run, WallTime when) override {
    const std::lock_guard lock(mutex_);
    if (limit.kind == Limit::Kind::window) {
      windows_[{limit.key, limit.window}].insert(when);
    } else {
      const Quota quota{limit.key, month_of(when)};
      ++quotas_[quota];
      if (const auto open = holdings_.find(run); open != holdings_.end())
        open->second.quotas.push_back(quota);
    }
  }

 private:
  using Answers = std::vector<UniqueFunction<void()>>;
  using Key = std::tuple<std::string, std::string, std::string>;  // user, surface, key
  using Month = std::chrono::year_month;
  using Quota = std::pair<std::string, Month>;
  using Times = std::multiset<WallTime>;
  struct Waiter {
    ReserveRequest request;
    Done<ReserveResult> done;
  };
  struct Claim {
    RunId run;
    std::string digest;
    bool is_decided = false;
    std::optional<WallTime> stored;
    std::vector<Waiter> waiters;
  };
  // Of a run that is not settled.
  struct Holding {
    std::vector<std::string> slots;
    std::vector<Quota> quotas;
  };

  static constexpr Milliseconds kKeyGrace{60'000};

  static Month month_of(WallTime time) {
    const std::chrono::sys_time<Milliseconds> point{Milliseconds(time.ms)};
    const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(point)};
    return date.year() / date.month();
  }
  static Key key_of(const IdempotencyKey& key) { return {key.user, key.surface, key.key}; }

  template <class T, class R>
  static void answer(Answers& answers, Done<T> done, R result) {
    answers.push_back([done = std::move(done), result = Result<T>(std::move(result))]() mutable {
      done(std::move(result));
    });
  }
  void call(Answers answers) {
    {
      const std::lock_guard lock(mutex_);
      if (hold) {
        std::move(answers.begin(), answers.end(), std::back_inserter(late_));
        return;
      }
    }
    for (auto& answer : answers) answer();
  }

  std::map<Key, Claim>::iterator find(const IdempotencyKey& key) {
    const auto found = keys_.find(key_of(key));
    if (found == keys_.end() || !found->second.stored) return found;
    if (clock_.wall() < *found->second.stored + kKeyGrace) return found;
    keys_.erase(found);
    return keys_.end();
  }
  Claim* claim_of(RunId run) {
    for (auto& [key, claim] : keys_)
      if (claim.run == run) return &claim;
    return nullptr;
  }
  static ReserveResult repeated(const Claim& claim) {
    return {ReserveResult::State::repeated, std::nullopt, claim.run, claim.digest};
  }

  void reserve_now(ReserveRequest request, Done<ReserveResult> done, Answers& answers) {
    if (!request.key.empty()) {
      if (const auto found = find(request.key); found != keys_.end()) {
        Claim& claim = found->second;
        if (claim.is_decided || claim.digest != request.digest)
          return answer(answers, std::move(done), repeated(claim));
        claim.waiters.push_back({std::move(request), std::move(done)});
        return;
      }
    }
    ReserveResult result = take(request);
    if (result.state == ReserveResult::State::granted && !request.key.empty())
      keys_[key_of(request.key)] = {request.run, request.digest, false, {}, {}};
    answer(answers, std::move(done), std::move(result));
  }

  ReserveResult take(const ReserveRequest& request) {
    ReserveResult result;
    Holding holding;
    std::vector<std::function<void()>> undo;
    for (const Limit& limit : request.limits) {
      LimitStatus status;
      status.limit = limit;
      if (count_of(limit) >= limit.max) {
        for (auto back = undo.rbegin(); back != undo.rend(); ++back) (*back)();
        status.refused = true;
        status.retry_after = status.reset_after = until_free(limit);
        result.state = ReserveResult::State::limited;
        result.limit = std::move(status);
        return result;
      }
      if (limit.kind == Limit::Kind::concurrent) {
        ++slots[limit.key];
        holding.slots.push_back(limit.key);
        undo.push_back([this, &limit] { --slots[limit.key]; });
        continue;
      }
      if (limit.kind == Limit::Kind::window) {
        Times& times = windows_[{limit.key, limit.window}];
        const auto added = times.insert(clock_.wall());
        undo.push_back([&times, added] { times.erase(added); });
      } else {
        const Quota quota{limit.key, month_of(clock_.wall())};
        ++quotas_[quota];
        holding.quotas.push_back(quota);
        undo.push_back([this, quota] { --quotas_[quota]; });
      }
      status.remaining = limit.max - count_of(limit);
      if (limit.kind == Limit::Kind::quota) status.reset_after = until_free(limit);
      if (!result.limit || status.remaining < result.limit->remaining) result.limit = std::move(status);
    }
    const bool holds = !holding.slots.empty() || !holding.quotas.empty() || !request.key.empty();
    if (holds) holdings_[request.run] = std::move(holding);
    return result;
  }

  std::uint64_t count_of(const Limit& limit) {
    if (limit.kind == Limit::Kind::concurrent) return slots[limit.key];
    if (limit.kind == Limit::Kind::quota) return quotas_[{limit.key, month_of(clock_.wall())}];
    const Times& times = windows_[{limit.key, limit.window}];
    return static_cast<std::uint64_t>(
        std::distance(times.upper_bound(clock_.wall() - limit.window), times.end()));
  }
  // Of a window: until fewer than `max` counts are in it, or the oldest one leaves.
  Milliseconds until_free(const Limit& limit) {
    const WallTime now = clock_.wall();
    if (limit.kind == Limit::Kind::concurrent) return Milliseconds(0);
    if (limit.kind == Limit::Kind::quota) {
      const std::chrono::sys_days next = (month_of(now) + std::chrono::months(1)) / std::chrono::day(1);
      const Milliseconds since_epoch = next.time_since_epoch();
      return WallTime{since_epoch.count()} - now;
    }
    if (limit.max == 0) return limit.window;
    const std::uint64_t count = count_of(limit);
    const auto oldest = windows_[{limit.key, limit.window}].upper_bound(now - limit.window);
    const auto beyond = static_cast<std::ptrdiff_t>(count > limit.max ? count - limit.max : 0);
    return *std::next(oldest, beyond) + limit.window - now;
  }

  // The run is in the log.
  static void decide(Claim& claim, Answers& answers) {
    claim.is_decided = true;
    for (Waiter& waiter : claim.waiters) answer(answers, std::move(waiter.done), repeated(claim));
    claim.waiters.clear();
  }
  // All that wait get in line again, in the same order: one of them gets the key.
  void free_key(RunId run, Answers& answers) {
    const auto found =
        std::find_if(keys_.begin(), keys_.end(), [&](const auto& key) { return key.second.run == run; });
    std::vector<Waiter> waiters = std::move(found->second.waiters);
    keys_.erase(found);
    for (Waiter& waiter : waiters) reserve_now(std::move(waiter.request), std::move(waiter.done), answers);
  }
  void withdraw(RunId run, Answers& answers) {
    for (auto& [key, claim] : keys_) {
      const auto waiter = std::find_if(claim.waiters.begin(), claim.waiters.end(),
                                       [&](const Waiter& one) { return one.request.run == run; });
      if (waiter == claim.waiters.end()) continue;
      answer(answers, std::move(waiter->done),
             make_error(ErrorCode::cancelled, "The request was withdrawn."));
      claim.waiters.erase(waiter);
      return;
    }
  }

  const ManualClock own_clock_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<Key, Claim> keys_;
  std::map<RunId, Holding> holdings_;
  std::map<std::pair<std::string, Milliseconds>, Times> windows_;
  std::map<Quota, std::uint64_t> quotas_;
  Answers late_;
};

}  // namespace belay::testing
