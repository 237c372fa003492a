// The fixture of the tests of the Counters port. counters_contract.hpp says how an implementation runs them.
//
// Included only by tests.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/ports/counters.hpp"

namespace belay::storage {

using CountersFactory = std::function<std::unique_ptr<Counters>(const Clock&)>;

class CountersContract : public ::testing::TestWithParam<CountersFactory> {
 protected:
  using State = ReserveResult::State;
  using Answer = std::future<Result<ReserveResult>>;

  static constexpr Milliseconds kMinute{60'000};

  static Limit slots(std::string key, std::uint64_t max) {
    return {"max_active", std::move(key), Limit::Kind::concurrent, max, Milliseconds(0)};
  }
  static Limit window(std::string key, std::uint64_t max, Milliseconds length = kMinute) {
    return {"rate", std::move(key), Limit::Kind::window, max, length};
  }
  static Limit quota(std::string key, std::uint64_t max) {
    return {"month", std::move(key), Limit::Kind::quota, max, Milliseconds(0)};
  }
  static IdempotencyKey key(std::string name, std::string user = "ada") {
    return {std::move(user), "assistant", std::move(name)};
  }
  static WallTime utc(int year, unsigned month, unsigned day, Milliseconds time = Milliseconds(0)) {
    const std::chrono::sys_days date =
        std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
    const Milliseconds since_epoch = date.time_since_epoch();
    return {since_epoch.count() + time.count()};
  }

  // A run that nobody has used yet. Thread-safe.
  RunId new_run() {
    RunId run{start_, {}};
    std::uint32_t number = ++runs_;
    for (std::size_t i = 0; i < 4; ++i, number >>= 8) run.uuid[15 - i] = static_cast<std::uint8_t>(number);
    return run;
  }

  void set_time(WallTime time) { clock_.advance(time - clock_.wall()); }
  void set_time(std::int64_t ms) { set_time(start_ + Milliseconds(ms)); }

  // ---- One call each. Those without a time may be used by several threads.
  static Answer begin(Counters& counters, ReserveRequest request) {
    std::promise<Result<ReserveResult>> promise;
    Answer answer = promise.get_future();
    counters.reserve(std::move(request),
                     [promise = std::move(promise)](Result<ReserveResult> result) mutable {
                       promise.set_value(std::move(result));
                     });
    return answer;
  }
  Answer begin(const RunId& run, IdempotencyKey key, std::vector<Limit> limits = {},
               std::string digest = "body") {
    return begin(*counters_, {run, std::move(key), std::move(digest), std::move(limits)});
  }
  static bool is_waiting(const Answer& answer) {
    return answer.wait_for(std::chrono::seconds(0)) != std::future_status::ready;
  }
  template <class T>
  static Result<T> result_of(std::future<Result<T>> answer) {
    if (answer.wait_for(std::chrono::seconds(10)) == std::future_status::ready) return answer.get();
    return make_error(ErrorCode::internal, "no answer");
  }
  static ReserveResult value_of(Answer answer) {
    auto result = result_of(std::move(answer));
    EXPECT_TRUE(result) << result.error().detail;
    return result ? *result : ReserveResult{};
  }
  ReserveResult reserve(const std::vector<Limit>& limits, const RunId& run) {
    return value_of(begin(run, {}, limits));
  }
  ReserveResult reserve(const std::vector<Limit>& limits) { return reserve(limits, new_run()); }
  ReserveResult reserve(const std::vector<Limit>& limits, std::int64_t ms) {
    set_time(ms);
    return reserve(limits);
  }
  bool granted(const std::vector<Limit>& limits) { return reserve(limits).state == State::granted; }
  bool granted(const std::vector<Limit>& limits, std::int64_t ms) {
    set_time(ms);
    return granted(limits);
  }
  // The run that was granted.
  RunId run_with(const std::vector<Limit>& limits) {
    const RunId run = new_run();
    EXPECT_EQ(reserve(limits, run).state, State::granted);
    return run;
  }
  // The key of the limit that refused; "" if the reservation was granted.
  std::string refused_by(const std::vector<Limit>& limits) {
    const ReserveResult result = reserve(limits);
    if (result.state == State::granted) return "";
    EXPECT_EQ(result.state, State::limited);
    EXPECT_TRUE(result.limit && result.limit->refused);
    return result.limit ? result.limit->limit.key : "none";
  }
  void settle(const RunId& run, Charge charge = Charge::counted) {
    std::promise<Result<>> promise;
    auto answer = promise.get_future();
    counters_->settle(run, charge, [promise = std::move(promise)](Result<> result) mutable {
      promise.set_value(std::move(result));
    });
    EXPECT_TRUE(result_of(std::move(answer)));
  }
  LimitStatus status(const Limit& limit) {
    std::promise<Result<LimitStatus>> promise;
    auto answer = promise.get_future();
    counters_->used(limit, [promise = std::move(promise)](Result<LimitStatus> result) mutable {
      promise.set_value(std::move(result));
    });
    const auto result = result_of(std::move(answer));
    EXPECT_TRUE(result);
    return result ? *result : LimitStatus{};
  }
  // Of a window or a quota.
  std::uint64_t used(const Limit& limit) { return limit.max - status(limit).remaining; }
  std::optional<KeyClaim> claim_of(const IdempotencyKey& name) {
    std::promise<Result<std::optional<KeyClaim>>> promise;
    auto answer = promise.get_future();
    counters_->find_key(name, [promise = std::move(promise)](Result<std::optional<KeyClaim>> result) mutable {
      promise.set_value(std::move(result));
    });
    const auto result = result_of(std::move(answer));
    EXPECT_TRUE(result);
    return result ? *result : std::nullopt;
  }
  // How many slots are held: a limit of one more grants another.
  std::uint64_t in_use(const std::string& key) {
    for (std::uint64_t held = 0;; ++held) {
      const RunId run = new_run();
      if (reserve({slots(key, held + 1)}, run).state != State::granted) continue;
      settle(run, Charge::never_ran);
      return held;
    }
  }
  // After kill -9.
  void restart() {
    counters_.reset();
    counters_ = GetParam()(clock_);
  }

  const WallTime start_{1'795'000'000'000};  // 2026-11-18
  ManualClock clock_{start_};
  std::unique_ptr<Counters> counters_ = GetParam()(clock_);

 private:
  std::atomic<std::uint32_t> runs_{0};
};

}  // namespace belay::storage
