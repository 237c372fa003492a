// Tests of the Counters port: idempotency keys and the requests that wait for them. Part of
// counters_contract.hpp.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/ports/contracts/counters_contract_fixture.hpp"

namespace belay::storage {

TEST_P(CountersContract, X13_a_repeated_request_gets_the_run_that_has_its_key) {
  const RunId first = new_run();
  EXPECT_EQ(value_of(begin(first, key("k"))).state, State::granted);
  counters_->confirm(first);
  const ReserveResult again = value_of(begin(new_run(), key("k"), {window("rate", 1)}));
  EXPECT_EQ(again.state, State::repeated);
  EXPECT_EQ(again.first, first);
  EXPECT_EQ(again.digest, "body");
  EXPECT_EQ(used(window("rate", 1)), 0u) << "a repeated request is not counted";
  settle(first);
  EXPECT_EQ(value_of(begin(new_run(), key("k"))).first, first) << "the run has ended";
}

TEST_P(CountersContract, X13_a_key_belongs_to_one_user_on_one_surface) {
  EXPECT_EQ(value_of(begin(new_run(), {"ada", "assistant", "k"})).state, State::granted);
  EXPECT_EQ(value_of(begin(new_run(), {"bob", "assistant", "k"})).state, State::granted);
  EXPECT_EQ(value_of(begin(new_run(), {"ada", "chat", "k"})).state, State::granted);
  EXPECT_EQ(value_of(begin(new_run(), {"ada", "assistant", "k2"})).state, State::granted);
  EXPECT_EQ(value_of(begin(new_run(), {"adaa", "ssistant", "k"})).state, State::granted);
}

TEST_P(CountersContract, X13_requests_without_a_key_never_wait) {
  EXPECT_EQ(value_of(begin(new_run(), {"ada", "assistant", ""})).state, State::granted);
  EXPECT_EQ(value_of(begin(new_run(), {"ada", "assistant", ""})).state, State::granted);
}

TEST_P(CountersContract, X13_a_request_waits_until_the_first_one_with_its_key_is_decided) {
  const RunId first = new_run();
  EXPECT_EQ(value_of(begin(first, key("k"))).state, State::granted);
  Answer second = begin(new_run(), key("k"));
  Answer third = begin(new_run(), key("k"));
  EXPECT_TRUE(is_waiting(second));
  EXPECT_TRUE(is_waiting(third));
  counters_->confirm(first);
  for (Answer* waiting : {&second, &third}) {
    const ReserveResult result = value_of(std::move(*waiting));
    EXPECT_EQ(result.state, State::repeated);
    EXPECT_EQ(result.first, first);
    EXPECT_EQ(result.digest, "body");
  }
}

TEST_P(CountersContract, X13_another_digest_is_answered_at_once) {
  const RunId first = new_run();
  EXPECT_EQ(value_of(begin(first, key("k"))).state, State::granted);
  for (int i = 0; i < 2; ++i) {
    const ReserveResult other = value_of(begin(new_run(), key("k"), {}, "another body"));
    EXPECT_EQ(other.state, State::repeated);
    EXPECT_EQ(other.first, first);
    EXPECT_EQ(other.digest, "body");
    counters_->confirm(first);
  }
}

TEST_P(CountersContract, X13_when_the_first_request_is_given_up_exactly_the_next_has_its_turn) {
  const RunId first = new_run(), second = new_run();
  EXPECT_EQ(value_of(begin(first, key("k"), {slots("ada", 1)})).state, State::granted);
  Answer next = begin(second, key("k"), {slots("ada", 1)});
  Answer last = begin(new_run(), key("k"), {slots("ada", 1)});
  settle(first, Charge::never_ran);
  EXPECT_EQ(value_of(std::move(next)).state, State::granted) << "the slot is free before";
  EXPECT_TRUE(is_waiting(last));
  EXPECT_EQ(in_use("ada"), 1u);
  counters_->confirm(first);
  settle(first, Charge::never_ran);
  EXPECT_TRUE(is_waiting(last)) << "the first request no longer has the key";
  counters_->confirm(second);
  EXPECT_EQ(value_of(std::move(last)).first, second);
}

TEST_P(CountersContract, X13_a_waiting_request_that_is_limited_lets_the_next_have_its_turn) {
  const RunId first = new_run();
  EXPECT_EQ(value_of(begin(first, key("k"))).state, State::granted);
  EXPECT_TRUE(granted({window("rate", 1)}));
  Answer limited = begin(new_run(), key("k"), {slots("ada", 1), window("rate", 1)});
  Answer next = begin(new_run(), key("k"), {slots("ada", 1)});
  settle(first, Charge::never_ran);
  const ReserveResult refused = value_of(std::move(limited));
  EXPECT_EQ(refused.state, State::limited);
  ASSERT_TRUE(refused.limit);
  EXPECT_EQ(refused.limit->limit.key, "rate");
  EXPECT_EQ(value_of(std::move(next)).state, State::granted);
  EXPECT_EQ(in_use("ada"), 1u);
}

TEST_P(CountersContract, X13_a_run_that_ends_before_it_is_confirmed_decides_its_key) {
  const RunId first = new_run();
  EXPECT_EQ(value_of(begin(first, key("k"))).state, State::granted);
  Answer second = begin(new_run(), key("k"));
  settle(first, Charge::refunded);
  EXPECT_EQ(value_of(std::move(second)).first, first);
}

TEST_P(CountersContract, X13_of_200_requests_at_once_under_one_key_exactly_one_is_granted) {
  constexpr std::size_t kThreads = 8, kEach = 25;
  struct Request {
    RunId run;
    Answer answer;
  };
  std::vector<std::vector<Request>> requests(kThreads);
  std::vector<std::thread> threads;
  for (std::vector<Request>& mine : requests)
    threads.emplace_back([this, &mine] {
      for (std::size_t i = 0; i < kEach; ++i) {
        const RunId run = new_run();
        Answer answer = begin(run, key("k"), {slots("ada", 1'000), window("rate", 1'000)});
        mine.push_back({run, std::move(answer)});
      }
    });
  for (std::thread& thread : threads) thread.join();

  std::optional<RunId> first;
  for (std::vector<Request>& mine : requests)
    for (Request& request : mine) {
      if (is_waiting(request.answer)) continue;
      EXPECT_FALSE(first) << "two were answered";
      first = request.run;
      EXPECT_EQ(value_of(std::move(request.answer)).state, State::granted);
    }
  ASSERT_TRUE(first);
  counters_->confirm(*first);
  std::size_t repeated = 0;
  for (std::vector<Request>& mine : requests)
    for (Request& request : mine) {
      if (request.run == *first) continue;
      const ReserveResult result = value_of(std::move(request.answer));
      EXPECT_EQ(result.state, State::repeated);
      EXPECT_EQ(result.first, *first);
      ++repeated;
    }
  EXPECT_EQ(repeated, kThreads * kEach - 1);
  EXPECT_EQ(in_use("ada"), 1u);
  EXPECT_EQ(used(window("rate", 1'000)), 1u);
}

TEST_P(CountersContract, X13_threads_that_give_up_in_turn_are_granted_one_after_the_other) {
  constexpr int kThreads = 8, kEach = 100;
  std::atomic<int> running{0}, grants{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        const RunId run = new_run();
        EXPECT_EQ(value_of(begin(run, key("k"), {slots("ada", 1)})).state, State::granted);
        EXPECT_EQ(++running, 1);
        ++grants;
        --running;
        settle(run, Charge::never_ran);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(grants, kThreads * kEach);
  EXPECT_EQ(in_use("ada"), 0u);
  EXPECT_FALSE(claim_of(key("k")));
}

TEST_P(CountersContract, X13_a_request_that_is_limited_does_not_hold_its_key) {
  EXPECT_TRUE(granted({window("rate", 1)}));
  const ReserveResult limited = value_of(begin(new_run(), key("k"), {slots("ada", 1), window("rate", 1)}));
  EXPECT_EQ(limited.state, State::limited);
  EXPECT_FALSE(claim_of(key("k")));
  EXPECT_EQ(in_use("ada"), 0u);
  EXPECT_EQ(value_of(begin(new_run(), key("k"), {}, "another body")).state, State::granted);
}

TEST_P(CountersContract, X13_a_waiting_request_that_is_settled_is_withdrawn) {
  const RunId first = new_run(), second = new_run();
  EXPECT_EQ(value_of(begin(first, key("k"))).state, State::granted);
  Answer withdrawn = begin(second, key("k"), {slots("ada", 1)});
  Answer last = begin(new_run(), key("k"), {slots("ada", 1)});
  settle(second, Charge::never_ran);
  const auto result = result_of(std::move(withdrawn));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::cancelled);
  settle(second, Charge::never_ran);
  EXPECT_TRUE(is_waiting(last));
  settle(first, Charge::never_ran);
  EXPECT_EQ(value_of(std::move(last)).state, State::granted);
  EXPECT_EQ(in_use("ada"), 1u);
}

TEST_P(CountersContract, X13_a_released_key_is_free_while_its_run_keeps_its_slots) {
  const RunId first = new_run(), second = new_run();
  EXPECT_EQ(value_of(begin(first, key("k"), {slots("ada", 2)})).state, State::granted);
  Answer next = begin(second, key("k"), {slots("ada", 2)});
  counters_->release_key(first);
  EXPECT_EQ(value_of(std::move(next)).state, State::granted);
  EXPECT_EQ(in_use("ada"), 2u);
  // The first run reached the log after all. It no longer has to do with the key.
  counters_->confirm(first);
  EXPECT_FALSE(claim_of(key("k"))->is_decided);
  settle(first);
  counters_->stored(first);
  EXPECT_EQ(in_use("ada"), 1u);
  EXPECT_EQ(claim_of(key("k"))->run, second);
  counters_->release_key(second);
  counters_->release_key(second);
  EXPECT_FALSE(claim_of(key("k")));
  EXPECT_EQ(in_use("ada"), 1u);
  settle(second);
  EXPECT_EQ(in_use("ada"), 0u);
}

TEST_P(CountersContract, X13_find_key_says_who_has_a_key_and_whether_it_is_decided) {
  EXPECT_FALSE(claim_of(key("k")));
  const RunId first = new_run();
  EXPECT_EQ(value_of(begin(first, key("k"))).state, State::granted);
  ASSERT_TRUE(claim_of(key("k")));
  EXPECT_EQ(claim_of(key("k"))->run, first);
  EXPECT_EQ(claim_of(key("k"))->digest, "body");
  EXPECT_FALSE(claim_of(key("k"))->is_decided);
  EXPECT_FALSE(claim_of(key("k", "bob")));
  counters_->confirm(first);
  EXPECT_TRUE(claim_of(key("k"))->is_decided);
  settle(first);
  EXPECT_EQ(claim_of(key("k"))->run, first);
}

TEST_P(CountersContract, X13_the_key_of_a_stored_run_is_kept_for_requests_that_looked_in_the_store_before) {
  const RunId first = new_run();
  EXPECT_EQ(value_of(begin(first, key("k"))).state, State::granted);
  counters_->confirm(first);
  settle(first);
  clock_.advance(Milliseconds(3'600'000));
  EXPECT_EQ(value_of(begin(new_run(), key("k"))).first, first) << "it is kept until the run is stored";
  counters_->stored(first);
  counters_->stored(first);
  settle(first, Charge::never_ran);
  counters_->release_key(first);
  clock_.advance(Milliseconds(10'000));
  EXPECT_EQ(value_of(begin(new_run(), key("k"))).first, first);
  clock_.advance(Milliseconds(3'600'000));
  EXPECT_FALSE(claim_of(key("k")));
  EXPECT_EQ(value_of(begin(new_run(), key("k"))).state, State::granted);
}

TEST_P(CountersContract, X2_X13_a_restored_open_run_has_its_key) {
  const RunId open = new_run();
  counters_->restore({open, key("k"), "body", {"ada"}});
  EXPECT_TRUE(claim_of(key("k"))->is_decided) << "it is in the log";
  const ReserveResult again = value_of(begin(new_run(), key("k")));
  EXPECT_EQ(again.state, State::repeated);
  EXPECT_EQ(again.first, open);
  EXPECT_EQ(value_of(begin(new_run(), key("k"), {}, "another body")).digest, "body");
  settle(open);
  EXPECT_EQ(in_use("ada"), 0u);
  EXPECT_EQ(claim_of(key("k"))->run, open);
  counters_->stored(open);
  clock_.advance(Milliseconds(3'600'000));
  EXPECT_FALSE(claim_of(key("k")));
}

TEST_P(CountersContract, a_callback_may_call_the_counters) {
  const RunId first = new_run(), second = new_run();
  bool is_settled = false;
  counters_->reserve({first, key("k"), "body", {slots("ada", 1)}}, [&](Result<ReserveResult>) {
    counters_->reserve({second, key("k"), "body", {slots("ada", 1)}}, [&](Result<ReserveResult> result) {
      EXPECT_EQ(result->state, State::granted);
      counters_->settle(second, Charge::never_ran, [&](Result<>) { is_settled = true; });
    });
    counters_->settle(first, Charge::never_ran, [](Result<>) {});
  });
  EXPECT_TRUE(is_settled);
  EXPECT_EQ(in_use("ada"), 0u);
  EXPECT_FALSE(claim_of(key("k")));
}

TEST_P(CountersContract, requests_that_wait_when_the_counters_are_destroyed_are_dropped) {
  const RunId first = new_run();
  EXPECT_EQ(value_of(begin(first, key("k"))).state, State::granted);
  bool is_called = false;
  const auto owned = std::make_shared<int>(1);
  counters_->reserve({new_run(), key("k"), "body", {}},
                     [&is_called, owned](Result<ReserveResult>) { is_called = true; });
  EXPECT_EQ(owned.use_count(), 2);
  counters_.reset();
  EXPECT_FALSE(is_called);
  EXPECT_EQ(owned.use_count(), 1) << "what the callback owned is free";
}

}  // namespace belay::storage
