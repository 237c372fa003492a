// Tests that every implementation of core/ports/answer_cache.hpp must pass, the fake in core/ports/testing/ too. There
// are two suites:
//
//   AnswerCacheContract           what the port promises
//   PermanentAnswerCacheContract  what survives a kill: for caches that are files, because the port lets a cache forget
//
// Included only by tests.
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "core/ports/contracts/store_contract_fixture.hpp"

namespace belay::storage {

class AnswerCacheContract : public StoreContract {
 protected:
  AnswerCache& cache() { return engine_->answers(*store_); }
  std::optional<CachedAnswer> cached(const std::string& key) {
    return wait_for<std::optional<CachedAnswer>>(
               [&](auto done) { cache().find_answer(key, clock_.wall(), std::move(done)); })
        .value();
  }
  void put_answer(const std::string& key, CachedAnswer answer) {
    EXPECT_TRUE(
        wait_for<void>([&](auto done) { cache().put_answer(key, std::move(answer), std::move(done)); }));
  }
  void put_cached(const std::string& key, std::string text, Milliseconds lives = Milliseconds(60'000)) {
    put_answer(key, {std::move(text), {{5}, {6}, {}, {}, false}, FinishReason::stop, clock_.wall() + lives});
  }
  std::uint64_t sweep_answers(ByteCount max) {
    return wait_for<std::uint64_t>(
               [&](auto done) { cache().sweep_answers(clock_.wall(), max, std::move(done)); })
        .value();
  }
};

class PermanentAnswerCacheContract : public AnswerCacheContract {};

TEST_P(AnswerCacheContract, C6ACachedAnswerIsFoundByItsKeyUntilItExpires) {
  EXPECT_FALSE(cached("k"));
  put_cached("k", "first");
  put_cached("k", "second");
  EXPECT_EQ(cached("k")->text, "second");
  EXPECT_EQ(cached("k")->usage.output, TokenCount{6});
  EXPECT_FALSE(cached("K"));
  clock_.advance(Milliseconds(60'000));
  EXPECT_FALSE(cached("k"));
}

TEST_P(AnswerCacheContract, C6ACachedAnswerComesBackExactly) {
  using std::string_literals::operator""s;
  const std::string key = "'\0\"k"s;
  const WallTime expires = clock_.wall() + Milliseconds(7);
  put_answer(key, {"\0an answer\n"s, {{1}, {2}, {3}, {4}, true}, FinishReason::length, expires});
  EXPECT_FALSE(cached("'\0\"K"s));
  const auto found = cached(key);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->text, "\0an answer\n"s);
  EXPECT_EQ(found->usage.input, TokenCount{1});
  EXPECT_EQ(found->usage.output, TokenCount{2});
  EXPECT_EQ(found->usage.cached, TokenCount{3});
  EXPECT_EQ(found->usage.reasoning, TokenCount{4});
  EXPECT_TRUE(found->usage.estimated);
  EXPECT_EQ(found->finish, FinishReason::length);
  EXPECT_EQ(found->expires, expires);
}

TEST_P(AnswerCacheContract, C6AnAnswerReplacesAnEarlierOneWithTheSameKeyWhole) {
  put_cached("k", "long lived", Milliseconds(60'000));
  put_answer("k", {"new", {{9}, {}, {}, {}, true}, FinishReason::length, clock_.wall() + Milliseconds(10)});
  EXPECT_EQ(cached("k")->usage.input, TokenCount{9});
  EXPECT_EQ(cached("k")->finish, FinishReason::length);
  clock_.advance(Milliseconds(10));
  EXPECT_FALSE(cached("k")) << "the earlier answer's time is not the new one's";
}

TEST_P(AnswerCacheContract, S11AnExpiredAnswerThatWasNotSweptIsFoundAsOfAnEarlierTime) {
  put_cached("k", "stale", Milliseconds(10));
  const WallTime before = clock_.wall();
  clock_.advance(Milliseconds(10));
  EXPECT_FALSE(cached("k"));
  const auto stale = wait_for<std::optional<CachedAnswer>>(
      [&](auto done) { cache().find_answer("k", before, std::move(done)); });
  ASSERT_TRUE(*stale);
  EXPECT_EQ((*stale)->text, "stale");
}

TEST_P(AnswerCacheContract, C6CachedAnswersAreSweptWhenTheyExpireAndBeyondTheirBytes) {
  put_cached("old", std::string(100, 'x'), Milliseconds(10));
  put_cached("sooner", std::string(100, 'x'), Milliseconds(1'000));
  put_cached("later", std::string(100, 'x'), Milliseconds(2'000));
  clock_.advance(Milliseconds(10));
  EXPECT_EQ(sweep_answers({1'000}), 1u);
  EXPECT_EQ(sweep_answers({150}), 1u);
  EXPECT_FALSE(cached("sooner"));
  EXPECT_TRUE(cached("later"));
  EXPECT_EQ(sweep_answers({0}), 1u);
  EXPECT_FALSE(cached("later"));
  EXPECT_EQ(sweep_answers({0}), 0u);
}

TEST_P(AnswerCacheContract, C6SeveralThreadsMayUseTheCacheAtOnce) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const std::string key = std::to_string(t) + "-" + std::to_string(i);
        put_cached(key, key);
        EXPECT_EQ(cached(key)->text, key);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sweep_answers({0}), 200u);
}

TEST_P(PermanentAnswerCacheContract, C6ACachedAnswerIsThereAfterAKill) {
  put_cached("k", "answer");
  store_ = engine_->open_after_kill(std::move(store_));
  ASSERT_NE(store_, nullptr);
  EXPECT_EQ(cached("k")->text, "answer");
}

}  // namespace belay::storage
