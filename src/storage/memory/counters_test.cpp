#include "storage/memory/counters.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/ports/contracts/counters_contract.hpp"

namespace belay::storage {
namespace {

INSTANTIATE_TEST_SUITE_P(Memory, CountersContract, ::testing::Values(CountersFactory([](const Clock& clock) {
                           return std::make_unique<MemoryCounters>(MemoryCountersConfig{}, clock);
                         })),
                         [](const auto&) { return "with_its_defaults"; });

class MemoryCountersTest : public ::testing::Test {
 protected:
  using State = ReserveResult::State;

  static Limit window(std::string key, std::uint64_t max) {
    return {"rate", std::move(key), Limit::Kind::window, max, Milliseconds(60'000)};
  }
  static Limit slot(std::string key) { return {"max", std::move(key), Limit::Kind::concurrent, 1}; }
  static Limit quota(std::string key, std::uint64_t max) {
    return {"month", std::move(key), Limit::Kind::quota, max};
  }
  static IdempotencyKey key(std::string name) { return {"ada", "assistant", std::move(name)}; }
  static RunId run(int number) {
    return {WallTime{number}, {0, static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(number >> 8)}};
  }

  void set_time(std::int64_t ms) { clock_.advance(WallTime{ms} - clock_.wall()); }
  RunId new_run() {
    RunId id{WallTime{1'000'000 + runs_}, {}};
    for (std::size_t i = 0; i < 4; ++i) id.uuid[15 - i] = static_cast<std::uint8_t>(runs_ >> (8 * i));
    ++runs_;
    return id;
  }
  // Nothing: it waits.
  std::optional<Result<ReserveResult>> ask(MemoryCounters& counters, ReserveRequest request) {
    auto answer = std::make_shared<std::optional<Result<ReserveResult>>>();
    counters.reserve(std::move(request),
                     [answer](Result<ReserveResult> result) { *answer = std::move(result); });
    return *answer;
  }
  ReserveResult reserve(MemoryCounters& counters, std::vector<Limit> limits, const RunId& id) {
    const auto answer = ask(counters, {id, {}, "", std::move(limits)});
    EXPECT_TRUE(answer && *answer);
    return answer && *answer ? **answer : ReserveResult{State::limited};
  }
  ReserveResult reserve(MemoryCounters& counters, const Limit& limit, std::int64_t ms) {
    set_time(ms);
    return reserve(counters, {limit}, new_run());
  }
  bool granted(MemoryCounters& counters, const Limit& limit, std::int64_t ms) {
    return reserve(counters, limit, ms).state == State::granted;
  }
  // Nothing: it waits. Else granted, or the error's code.
  std::string ask_key(MemoryCounters& counters, const RunId& id, const std::string& name) {
    const auto answer = ask(counters, {id, key(name), "body", {}});
    if (!answer) return "waits";
    if (!*answer) return std::string(to_string(answer->error().code));
    return (*answer)->state == State::granted ? "granted" : "repeated";
  }
  static void settle(MemoryCounters& counters, const RunId& id, Charge charge = Charge::counted) {
    counters.settle(id, charge, [](Result<>) {});
  }
  static std::uint64_t used(MemoryCounters& counters, const Limit& limit) {
    std::uint64_t remaining = 0;
    counters.used(limit, [&](Result<LimitStatus> status) { remaining = status->remaining; });
    return limit.max - remaining;
  }
  static RunId owner(MemoryCounters& counters, const std::string& name) {
    RunId found;
    counters.find_key(key(name), [&](Result<std::optional<KeyClaim>> claim) {
      if (*claim) found = (*claim)->run;
    });
    return found;
  }

  ManualClock clock_{WallTime{0}};

 private:
  std::uint32_t runs_ = 0;
};

TEST_F(MemoryCountersTest, a_key_without_slots_or_counts_is_forgotten_in_passing) {
  MemoryCounters counters({}, clock_);
  std::vector<RunId> slots;
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_TRUE(granted(counters, window("user " + std::to_string(i), 5), 1'000));
    slots.push_back(new_run());
    EXPECT_EQ(reserve(counters, {slot("slot " + std::to_string(i))}, slots.back()).state, State::granted);
  }
  EXPECT_EQ(counters.keys(), 2'000u);
  for (const RunId& id : slots) settle(counters, id);
  EXPECT_EQ(counters.keys(), 1'000u);
  // This many reservations visit all buckets once.
  for (int i = 0; i < 2'000; ++i) reserve(counters, slot("one"), 61'000);
  EXPECT_EQ(counters.keys(), 1u);
}

TEST_F(MemoryCountersTest, keys_are_bounded_and_a_new_one_beyond_is_refused_until_others_are_idle) {
  MemoryCountersConfig config;
  config.max_keys = 10;
  MemoryCounters counters(config, clock_);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(granted(counters, window(std::to_string(i), 5), 0));
  const ReserveResult refused = reserve(counters, window("new", 5), 0);
  EXPECT_EQ(refused.state, State::full) << "no limit was reached";
  ASSERT_TRUE(refused.limit);
  EXPECT_TRUE(refused.limit->refused);
  EXPECT_EQ(refused.limit->limit.key, "new");
  EXPECT_EQ(refused.limit->retry_after, Milliseconds(1'000));
  EXPECT_TRUE(granted(counters, window("3", 5), 0));
  EXPECT_EQ(counters.keys(), 10u);
  EXPECT_TRUE(granted(counters, window("new", 5), 60'000));
}

TEST_F(MemoryCountersTest, a_full_search_for_idle_keys_does_not_wait_for_a_clock_that_was_set_back) {
  MemoryCountersConfig config;
  config.max_keys = 1;
  config.sweep_keys = 0;
  MemoryCounters counters(config, clock_);
  constexpr std::int64_t kDay = 86'400'000;
  EXPECT_TRUE(granted(counters, window("ada", 5), kDay));
  EXPECT_EQ(reserve(counters, window("bob", 5), kDay).state, State::full);
  EXPECT_EQ(reserve(counters, window("bob", 5), 0).state, State::full);
  EXPECT_TRUE(granted(counters, window("bob", 5), 60'000));
}

TEST_F(MemoryCountersTest, a_refusal_for_want_of_room_takes_nothing) {
  MemoryCountersConfig config;
  config.max_keys = 1;
  MemoryCounters counters(config, clock_);
  const ReserveResult refused = reserve(counters, {slot("first"), slot("second")}, new_run());
  EXPECT_EQ(refused.state, State::full);
  ASSERT_TRUE(refused.limit);
  EXPECT_EQ(refused.limit->limit.key, "second");
  EXPECT_EQ(used(counters, slot("first")), 0u);
  EXPECT_TRUE(granted(counters, slot("first"), 0));
}

TEST_F(MemoryCountersTest, a_clock_that_was_set_back_delays_nobody_by_more_than_a_window) {
  MemoryCounters counters({}, clock_);
  constexpr std::int64_t kDay = 86'400'000;
  EXPECT_TRUE(granted(counters, window("ada", 1), kDay));
  EXPECT_EQ(reserve(counters, window("ada", 1), 1'000).limit->retry_after, Milliseconds(60'000));
  EXPECT_FALSE(granted(counters, window("ada", 1), 60'999));
  EXPECT_TRUE(granted(counters, window("ada", 1), 61'000));
}

TEST_F(MemoryCountersTest, threads_that_read_the_clock_in_another_order_lose_no_count) {
  MemoryCounters counters({}, clock_);
  EXPECT_TRUE(granted(counters, window("ada", 2), 100));
  EXPECT_TRUE(granted(counters, window("ada", 2), 99));
  EXPECT_FALSE(granted(counters, window("ada", 2), 60'099));
  EXPECT_TRUE(granted(counters, window("ada", 2), 60'100));
}

// Clients would see it in the headers of each answer, and they never have.
TEST_F(MemoryCountersTest, a_grant_does_not_say_when_the_oldest_count_of_a_window_leaves_but_a_look_does) {
  MemoryCounters counters({}, clock_);
  EXPECT_EQ(reserve(counters, window("ada", 3), 0).limit->reset_after, Milliseconds(0));
  EXPECT_EQ(reserve(counters, window("ada", 3), 20'000).limit->reset_after, Milliseconds(0));
  counters.used(window("ada", 3),
                [](Result<LimitStatus> status) { EXPECT_EQ(status->reset_after, Milliseconds(40'000)); });
}

constexpr std::int64_t kFebruary = 31ll * 86'400'000;  // 1970-02-01

TEST_F(MemoryCountersTest, the_count_of_a_month_that_is_over_is_forgotten_when_no_open_run_may_refund_it) {
  MemoryCounters counters({}, clock_);
  const RunId open = new_run();
  EXPECT_EQ(reserve(counters, {quota("open", 5)}, open).state, State::granted);
  EXPECT_TRUE(granted(counters, quota("ended", 5), 0));
  counters.restore({run(1), {}, "", {}});
  counters.restore_count(quota("restored", 5), run(1), WallTime{0});
  counters.restore_count(quota("settled", 5), run(2), WallTime{0});
  EXPECT_EQ(counters.keys(), 4u);
  set_time(kFebruary + 2'000);
  counters.restore_count(quota("too old", 5), run(3), WallTime{0});
  for (int i = 0; i < 100; ++i) reserve(counters, slot("one"), kFebruary + 2'000);
  EXPECT_EQ(counters.keys(), 4u) << "the slot, and those of the three open runs";
  settle(counters, open, Charge::refunded);
  settle(counters, run(1), Charge::counted);
  EXPECT_EQ(counters.keys(), 2u);
}

TEST_F(MemoryCountersTest, a_clock_that_goes_back_over_the_turn_of_a_month_loses_no_count) {
  MemoryCounters counters({}, clock_);
  const RunId id = new_run();
  set_time(kFebruary - 1);
  EXPECT_EQ(reserve(counters, {quota("ada", 1)}, id).state, State::granted);
  settle(counters, id);
  for (int i = 0; i < 100; ++i) reserve(counters, slot("one"), kFebruary + 1'999);
  EXPECT_FALSE(granted(counters, quota("ada", 1), kFebruary - 1));
}

TEST_F(MemoryCountersTest, a_refund_makes_an_unused_quota_take_no_memory) {
  MemoryCounters counters({}, clock_);
  const RunId id = new_run();
  EXPECT_EQ(reserve(counters, {slot("ada"), quota("ada", 1)}, id).state, State::granted);
  EXPECT_EQ(counters.keys(), 1u);
  settle(counters, id, Charge::refunded);
  EXPECT_EQ(counters.keys(), 0u);
}

TEST_F(MemoryCountersTest, requests_that_wait_for_one_key_are_bounded) {
  MemoryCountersConfig config;
  config.max_waiters_per_key = 2;
  MemoryCounters counters(config, clock_);
  EXPECT_EQ(ask_key(counters, run(1), "k"), "granted");
  EXPECT_EQ(ask_key(counters, run(2), "k"), "waits");
  EXPECT_EQ(ask_key(counters, run(3), "k"), "waits");
  EXPECT_EQ(ask_key(counters, run(4), "k"), "unavailable");
  settle(counters, run(3), Charge::never_ran);
  EXPECT_EQ(ask_key(counters, run(5), "k"), "waits");
  EXPECT_EQ(ask_key(counters, run(6), "other"), "granted");
}

TEST_F(MemoryCountersTest, X13_the_key_of_a_stored_run_is_kept_for_one_minute) {
  MemoryCounters counters({}, clock_);
  EXPECT_EQ(ask_key(counters, run(1), "k"), "granted");
  settle(counters, run(1));
  counters.stored(run(1));
  set_time(59'999);
  EXPECT_EQ(ask_key(counters, run(2), "k"), "repeated");
  set_time(60'000);
  EXPECT_EQ(ask_key(counters, run(3), "k"), "granted");
  EXPECT_EQ(owner(counters, "k"), run(3));
}

TEST_F(MemoryCountersTest, keys_of_stored_runs_are_forgotten_in_passing) {
  MemoryCounters counters({}, clock_);
  for (int i = 0; i < 1'000; ++i) {
    ask_key(counters, run(i), std::to_string(i));
    counters.stored(run(i));
    settle(counters, run(i));
  }
  EXPECT_EQ(counters.idempotency_keys(), 1'000u);
  set_time(60'000);
  for (int i = 0; i < 250; ++i) owner(counters, "unknown");
  EXPECT_EQ(counters.idempotency_keys(), 0u);
}

TEST_F(MemoryCountersTest, idempotency_keys_are_bounded_and_those_of_stored_runs_make_space) {
  MemoryCountersConfig config;
  config.max_keys = 2;
  MemoryCounters counters(config, clock_);
  EXPECT_EQ(ask_key(counters, run(1), "1"), "granted");
  EXPECT_EQ(ask_key(counters, run(2), "2"), "granted");
  EXPECT_EQ(ask_key(counters, run(3), "3"), "unavailable");
  counters.stored(run(2));
  counters.stored(run(1));
  EXPECT_EQ(ask_key(counters, run(4), "4"), "granted");
  EXPECT_EQ(owner(counters, "2"), RunId{}) << "it was stored first";
  EXPECT_EQ(owner(counters, "1"), run(1));
  EXPECT_EQ(counters.idempotency_keys(), 2u);
}

TEST_F(MemoryCountersTest, of_two_open_runs_with_one_key_the_later_has_it) {
  for (const bool is_later_first : {false, true}) {
    MemoryCounters counters({}, clock_);
    for (const int number : is_later_first ? std::vector<int>{2, 1} : std::vector<int>{1, 2})
      counters.restore({run(number), key("k"), "body", {"slot"}});
    EXPECT_EQ(owner(counters, "k"), run(2));
    settle(counters, run(1), Charge::never_ran);
    counters.stored(run(1));
    EXPECT_EQ(owner(counters, "k"), run(2));
    EXPECT_EQ(used(counters, {"max", "slot", Limit::Kind::concurrent, 9}), 1u);
  }
}

TEST_F(MemoryCountersTest, a_dropped_request_may_settle_while_the_counters_are_destroyed) {
  auto counters = std::make_unique<MemoryCounters>(MemoryCountersConfig{}, clock_);
  bool is_settled = false;
  std::shared_ptr<int> settles(new int(0), [&, raw = counters.get()](int* number) {
    delete number;
    raw->settle(run(2), Charge::never_ran, [&](Result<>) { is_settled = true; });
  });
  EXPECT_EQ(ask_key(*counters, run(1), "k"), "granted");
  counters->reserve({run(2), key("k"), "body", {}}, [owned = std::move(settles)](Result<ReserveResult>) {});
  counters.reset();
  EXPECT_TRUE(is_settled);
}

}  // namespace
}  // namespace belay::storage
