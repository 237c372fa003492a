#include "storage/memory/counters.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace belay::storage {
namespace {

constexpr Milliseconds kTooManyRetry{1'000};

Error too_many(std::string detail) {
  Error error = make_error(ErrorCode::unavailable, std::move(detail));
  error.retry_after = kTooManyRetry;
  return error;
}

ReserveResult repeated(const IdempotencyKeys::Claim& claim) {
  ReserveResult result;
  result.state = ReserveResult::State::repeated;
  result.first = claim.run;
  result.digest = claim.digest;
  return result;
}

}  // namespace

MemoryCounters::MemoryCounters(const MemoryCountersConfig& config, const Clock& clock)
    : config_(config), clock_(clock), limits_(config), keys_(config.max_keys) {}

MemoryCounters::~MemoryCounters() {
  // What a callback owns may call these counters when it is destroyed, so all members must still exist.
  std::list<Waiter> dropped;
  {
    const std::lock_guard lock(mutex_);
    dropped = keys_.take_waiters();
    runs_.clear();
  }
  dropped.clear();
}

void MemoryCounters::reserve(ReserveRequest request, Done<ReserveResult> done) {
  std::optional<Result<ReserveResult>> answer;
  {
    const std::lock_guard lock(mutex_);
    answer = try_reserve(request, done);
  }
  if (answer) done(std::move(*answer));
}

std::optional<Result<ReserveResult>> MemoryCounters::try_reserve(ReserveRequest& request,
                                                                 Done<ReserveResult>& done) {
  const bool has_key = !request.key.empty();
  if (!has_key && request.limits.empty()) return Result<ReserveResult>(ReserveResult{});
  assert(!runs_.contains(request.run));
  const WallTime now = clock_.wall();
  limits_.sweep_some(now);
  if (has_key) {
    keys_.sweep_some(clock_.steady());
    if (Entry* const key = keys_.find(request.key)) return wait_or_repeat(*key, request, done);
    if (!keys_.make_space())
      return too_many(
          "Too many requests with an Idempotency-Key are being processed. Try again in a moment.");
  }
  Run run;
  ReserveResult result = limits_.take(request.limits, run.holds, now);
  if (result.state != ReserveResult::State::granted) return result;
  if (has_key) run.key = &keys_.add(std::move(request.key), request.run, std::move(request.digest));
  if (run.key != nullptr || !run.holds.empty()) runs_.emplace(request.run, std::move(run));
  return result;
}

std::optional<Result<ReserveResult>> MemoryCounters::wait_or_repeat(Entry& key, ReserveRequest& request,
                                                                    Done<ReserveResult>& done) {
  auto& [name, claim] = key;
  if (claim.is_decided || claim.digest != request.digest) return repeated(claim);
  if (claim.waiters.size() >= config_.max_waiters_per_key)
    return too_many("Too many requests wait for the same Idempotency-Key. Try again in a moment.");
  runs_[request.run].key = &key;
  claim.waiters.push_back({std::move(request), std::move(done)});
  return std::nullopt;
}

void MemoryCounters::confirm(RunId run) {
  Answers answers;
  {
    const std::lock_guard lock(mutex_);
    const auto found = runs_.find(run);
    if (found == runs_.end()) return;
    if (Entry* const key = key_of(*found)) decide(*key, answers);
  }
  deliver(answers);
}

void MemoryCounters::settle(RunId run, Charge charge, Done<> done) {
  Answers answers;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = runs_.find(run); found != runs_.end()) settle(found, charge, answers);
  }
  deliver(answers);
  done(Result<>());
}

void MemoryCounters::settle(Runs::iterator found, Charge charge, Answers& answers) {
  auto& [id, run] = *found;
  if (run.is_settled) return;
  Entry* const key = key_of(*found);
  if (run.key != nullptr && key == nullptr) return withdraw(found, answers);
  run.is_settled = true;
  // Before another request has its turn: it may need the same slot.
  if (!run.holds.empty()) {
    const auto quotas = charge == Charge::counted ? LimitCounts::Quotas::keep : LimitCounts::Quotas::refund;
    limits_.release(run.holds, quotas, clock_.wall());
    run.holds.clear();
  }
  if (key != nullptr && charge == Charge::never_ran) {
    run.key = nullptr;
    free_key(*key, answers);
  } else if (key != nullptr) {
    decide(*key, answers);
  }
  forget_if_empty(id);
}

void MemoryCounters::release_key(RunId run) {
  Answers answers;
  {
    const std::lock_guard lock(mutex_);
    const auto found = runs_.find(run);
    if (found == runs_.end()) return;
    Entry* const key = key_of(*found);
    if (key == nullptr) return;
    found->second.key = nullptr;
    free_key(*key, answers);
    forget_if_empty(run);
  }
  deliver(answers);
}

void MemoryCounters::stored(RunId run) {
  Answers answers;
  {
    const std::lock_guard lock(mutex_);
    const auto found = runs_.find(run);
    if (found == runs_.end()) return;
    Entry* const key = key_of(*found);
    if (key == nullptr) return;
    decide(*key, answers);
    const SteadyTime now = clock_.steady();
    keys_.sweep_some(now);
    keys_.forget_at(now + kKeyGrace, *key);
    // Nothing that happens to the run changes the key from now on.
    found->second.key = nullptr;
    forget_if_empty(run);
  }
  deliver(answers);
}

void MemoryCounters::find_key(IdempotencyKey key, Done<std::optional<KeyClaim>> done) {
  std::optional<KeyClaim> found;
  {
    const std::lock_guard lock(mutex_);
    keys_.sweep_some(clock_.steady());
    if (const Entry* const entry = keys_.find(key)) {
      const auto& claim = entry->second;
      found = KeyClaim{claim.run, claim.digest, claim.is_decided};
    }
  }
  done(std::move(found));
}

void MemoryCounters::used(Limit limit, Done<LimitStatus> done) {
  LimitStatus status;
  {
    const std::lock_guard lock(mutex_);
    status = limits_.used(std::move(limit), clock_.wall());
  }
  done(std::move(status));
}

void MemoryCounters::restore(OpenRun open) {
  const std::lock_guard lock(mutex_);
  const auto [found, is_new] = runs_.try_emplace(open.run);
  if (!is_new) return;
  Run& run = found->second;
  for (const std::string& slot : open.slots) limits_.restore_slot(slot, run.holds);
  if (open.key.empty()) return;
  if (Entry* const key = keys_.find(open.key)) {
    auto& claim = key->second;
    if (!claim.is_decided || claim.is_stored || claim.run > open.run) return;
    if (const auto earlier = runs_.find(claim.run); earlier != runs_.end()) earlier->second.key = nullptr;
    claim.run = open.run;
    claim.digest = std::move(open.digest);
    run.key = key;
  } else {
    run.key = &keys_.add(std::move(open.key), open.run, std::move(open.digest));
  }
  run.key->second.is_decided = true;
}

void MemoryCounters::restore_count(const Limit& limit, RunId run, WallTime when) {
  const std::lock_guard lock(mutex_);
  const auto open = runs_.find(run);
  const bool may_refund = open != runs_.end() && !open->second.is_settled;
  limits_.restore_count(limit, may_refund ? &open->second.holds : nullptr, when, clock_.wall());
}

std::size_t MemoryCounters::keys() const {
  const std::lock_guard lock(mutex_);
  return limits_.size();
}

std::size_t MemoryCounters::idempotency_keys() const {
  const std::lock_guard lock(mutex_);
  return keys_.size();
}

MemoryCounters::Entry* MemoryCounters::key_of(const Runs::value_type& run) {
  Entry* const key = run.second.key;
  return key != nullptr && key->second.run == run.first ? key : nullptr;
}

// The run of the key is in the log.
void MemoryCounters::decide(Entry& key, Answers& answers) {
  auto& claim = key.second;
  claim.is_decided = true;
  for (Waiter& waiter : claim.waiters) {
    runs_.erase(waiter.request.run);
    answers.push_back({std::move(waiter.done), repeated(claim)});
  }
  claim.waiters.clear();
}

// No run has the key now. The first waiter that gets its limits has it next. If there is none, the key is
// forgotten.
void MemoryCounters::free_key(Entry& key, Answers& answers) {
  auto& claim = key.second;
  const WallTime now = claim.waiters.empty() ? WallTime{} : clock_.wall();
  while (!claim.waiters.empty()) {
    Waiter next = std::move(claim.waiters.front());
    claim.waiters.pop_front();
    const auto run = runs_.find(next.request.run);
    assert(run != runs_.end());
    ReserveResult result = limits_.take(next.request.limits, run->second.holds, now);
    const bool is_granted = result.state == ReserveResult::State::granted;
    answers.push_back({std::move(next.done), std::move(result)});
    if (is_granted) {
      claim.run = next.request.run;
      return;
    }
    runs_.erase(run);
  }
  keys_.forget(key);
}

void MemoryCounters::withdraw(Runs::iterator waiting, Answers& answers) {
  auto& waiters = waiting->second.key->second.waiters;
  const auto waiter = std::find_if(waiters.begin(), waiters.end(),
                                   [&](const Waiter& one) { return one.request.run == waiting->first; });
  assert(waiter != waiters.end());
  answers.push_back({std::move(waiter->done),
                     make_error(ErrorCode::cancelled, "The request was withdrawn before it had its turn.")});
  waiters.erase(waiter);
  runs_.erase(waiting);
}

void MemoryCounters::forget_if_empty(RunId run) {
  const auto found = runs_.find(run);
  if (found != runs_.end() && found->second.key == nullptr && found->second.holds.empty()) runs_.erase(found);
}

void MemoryCounters::deliver(Answers& answers) {
  for (Answer& answer : answers) answer.done(std::move(answer.result));
}

}  // namespace belay::storage
