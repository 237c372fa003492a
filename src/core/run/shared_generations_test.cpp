#include "core/run/shared_generations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/ports/testing/fake_cache.hpp"
#include "core/ports/testing/fake_provider.hpp"
#include "core/ports/testing/fakes.hpp"

namespace belay {
namespace {

using testing::FakeCache;
using testing::FakeProvider;
using testing::RecordingObserver;

// Records what one run receives.
class Member final : public GenerationSink {
 public:
  std::string text;
  std::string reasoning;
  int accepted = 0;
  std::optional<FinishReason> end;
  std::optional<ErrorCode> error;
  std::optional<Usage> usage;
  std::vector<std::string> stages;
  std::unique_ptr<SharedGenerations::Participant> participant;

  void on_accepted() override { ++accepted; }
  void on_text(std::string_view piece) override { text += piece; }
  void on_reasoning(std::string_view piece) override { reasoning += piece; }
  void on_tool_call(ToolCall) override {}
  void on_usage(const Usage& used) override { usage = used; }
  void on_end(FinishReason reason) override { end = reason; }
  void on_error(Error why) override { error = why.code; }
  void on_stage(std::string_view name) override { stages.emplace_back(name); }
};

class SharedGenerationsTest : public ::testing::Test {
 protected:
  SharedGenerationsTest() {
    for (std::size_t i = 0; i < 2; ++i) loops_.push_back(std::make_unique<Loop>(i, clock_));
  }
  ~SharedGenerationsTest() override {
    members_.clear();
    turn();
  }

  void turn(int times = 8) {
    for (int i = 0; i < times; ++i)
      for (const auto& loop : loops_) loop->turn();
  }
  void pass(Milliseconds time) {
    for (Milliseconds done{0}; done < time; done += Milliseconds(10)) {
      clock_.advance(Milliseconds(10));
      turn(2);
    }
  }
  Member& join(const std::string& key = "k", std::size_t loop = 0, std::string sent = {}) {
    Member& member = *members_.emplace_back(std::make_unique<Member>());
    member.text = sent;
    GenerationRequest request;
    request.messages = {{Role::user, "Hello?"}};
    request.partial_answer = std::move(sent);
    loops_[loop]->post([&, key, request, loop] {
      member.participant = shared_.join(*loops_[loop], key, request, provider_, member, {});
    });
    turn();
    return member;
  }
  AnswerSource leave(Member& member, std::size_t loop = 0) {
    AnswerSource owes = AnswerSource::ready;
    loops_[loop]->post([&] {
      owes = member.participant->cost_share();
      member.participant.reset();
    });
    turn();
    return owes;
  }
  void say(std::string_view text) {
    provider_.last_call().text(text);
    turn();
  }
  void finish() {
    provider_.last_call().usage({{7}, {8}, {}, {}, false, {90}});
    provider_.last_call().end();
    turn();
  }

  ManualClock clock_;
  FakeCache cache_;
  RecordingObserver observer_;
  FakeProvider provider_;
  CacheConfig config_ = [] {
    CacheConfig config;
    config.replay_words_per_second = 0;
    return config;
  }();
  std::vector<std::unique_ptr<Loop>> loops_;
  SharedGenerations shared_{clock_, &cache_, observer_, config_};
  std::vector<std::unique_ptr<Member>> members_;
};

TEST_F(SharedGenerationsTest, C17_each_participant_gets_the_reasoning_once) {
  const Member& first = join();
  provider_.last_call().accept();
  provider_.last_call().reasoning("I th");
  turn();
  const Member& late = join("k", 1);
  provider_.last_call().reasoning("ink.");
  provider_.last_call().text("Hello.");
  provider_.last_call().end();
  turn();
  for (const Member* member : {&first, &late}) {
    EXPECT_EQ(member->reasoning, "I think.");
    EXPECT_EQ(member->text, "Hello.");
  }
}

TEST_F(SharedGenerationsTest, C17_X10_the_reasoning_that_is_kept_has_a_bound) {
  const Member& member = join();
  provider_.last_call().accept();
  for (int i = 0; i < 5; ++i) provider_.last_call().reasoning(std::string(1024 * 1024, 'x'));
  provider_.last_call().text("Hello.");
  turn();
  EXPECT_EQ(member.reasoning.size(), 4u * 1024 * 1024);
  EXPECT_EQ(member.text, "Hello.");
  EXPECT_LE(shared_.held_bytes(), 4u * 1024 * 1024 + 6);
}

TEST_F(SharedGenerationsTest, C6ManyRunsOnManyLoopsShareOneCallAndAllAreToldAllOfIt) {
  Member& a = join();
  Member& b = join("k", 1);
  say("Hel");
  Member& late = join("k", 1);
  say("lo");
  finish();
  ASSERT_EQ(provider_.calls.size(), 1u);
  for (Member* member : {&a, &b, &late}) {
    EXPECT_EQ(member->text, "Hello");
    EXPECT_EQ(member->accepted, 1);
    EXPECT_EQ(member->end, FinishReason::stop);
    EXPECT_EQ(member->usage->output, TokenCount{8});
  }
  EXPECT_EQ(leave(b, 1), AnswerSource::shared);
  EXPECT_EQ(leave(a), AnswerSource::generated);
  EXPECT_EQ(leave(late, 1), AnswerSource::shared);
  EXPECT_EQ(observer_.sources[AnswerSource::generated], 1);
  EXPECT_EQ(observer_.sources[AnswerSource::shared], 2);
}

TEST_F(SharedGenerationsTest, C6AnotherKeyIsAnotherCall) {
  join("k");
  join("K");
  EXPECT_EQ(provider_.calls.size(), 2u);
}

TEST_F(SharedGenerationsTest, C6WhoLeavesEarlyOwesNothingAndTheLastOneClosesTheCallAndPays) {
  Member& a = join();
  Member& b = join("k", 1);
  Member& c = join();
  say("Hel");
  EXPECT_EQ(leave(a), AnswerSource::shared);
  EXPECT_FALSE(provider_.last_call().closed);
  EXPECT_EQ(leave(b, 1), AnswerSource::shared);
  EXPECT_FALSE(provider_.last_call().closed);
  EXPECT_EQ(leave(c), AnswerSource::generated);
  EXPECT_TRUE(provider_.last_call().closed);
  Member& next = join();
  EXPECT_EQ(provider_.calls.size(), 2u);
  EXPECT_EQ(next.text, "");
}

TEST_F(SharedGenerationsTest, C6AWholeAnswerIsToldAgainFromTheCacheAndCostsNothing) {
  Member& first = join();
  say("Hello  there,\nyou");
  finish();
  leave(first);
  Member& second = join();
  pass(Milliseconds(100));
  EXPECT_EQ(provider_.calls.size(), 1u);
  EXPECT_EQ(second.text, "Hello  there,\nyou");
  EXPECT_EQ(second.end, FinishReason::stop);
  EXPECT_EQ(second.usage->cost, NanoDollars{0});
  EXPECT_EQ(second.usage->output, TokenCount{8});
  EXPECT_EQ(leave(second), AnswerSource::cached);
  EXPECT_EQ(observer_.sources[AnswerSource::cached], 1);
  clock_.advance(config_.lifetime);
  join();
  EXPECT_EQ(provider_.calls.size(), 2u);
}

TEST_F(SharedGenerationsTest, C6OnlyWholeAnswersAreKept) {
  struct Row {
    const char* about;
    std::function<void()> end;
  };
  const Row rows[] = {
      {"failed", [&] { provider_.last_call().error(ErrorCode::provider_broken); }},
      {"cut off by its length", [&] { provider_.last_call().end(FinishReason::length); }},
      {"withheld", [&] { provider_.last_call().end(FinishReason::content_filter); }},
      {"with an action",
       [&] {
         provider_.last_call().tool_call({"1", "play", "{}"});
         provider_.last_call().end();
       }},
      {"too long",
       [&] {
         provider_.last_call().text(std::string(config_.max_answer.value, 'x'));
         provider_.last_call().end();
       }},
  };
  for (const Row& row : rows) {
    Member& member = join(row.about);
    say("Hello");
    row.end();
    turn();
    EXPECT_TRUE(member.end || member.error) << row.about;
    leave(member);
    EXPECT_EQ(cache_.puts, 0) << row.about;
  }
  Member& cancelled = join("cancelled");
  say("Hello");
  leave(cancelled);
  EXPECT_EQ(cache_.puts, 0);
}

TEST_F(SharedGenerationsTest, C6ABrokenCacheIsAMiss) {
  cache_.broken = true;
  Member& first = join();
  say("Hello");
  finish();
  EXPECT_EQ(first.text, "Hello");
  EXPECT_EQ(first.end, FinishReason::stop);
  leave(first);
  join();
  EXPECT_EQ(provider_.calls.size(), 2u);
  EXPECT_EQ(observer_.storage_errors, (std::vector<std::string>{"cache", "cache", "cache"}));
}

TEST_F(SharedGenerationsTest, C6ASilentCacheIsAMissAfterAWhile) {
  cache_.silent = true;
  Member& member = join();
  EXPECT_TRUE(provider_.calls.empty());
  pass(config_.patience + Milliseconds(50));
  ASSERT_EQ(provider_.calls.size(), 1u);
  say("Hello");
  EXPECT_EQ(member.text, "Hello");
}

TEST_F(SharedGenerationsTest, AFailureIsEverybodysAndNobodyElses) {
  Member& a = join();
  Member& b = join("k", 1);
  provider_.last_call().error(ErrorCode::provider_timeout);
  turn();
  EXPECT_EQ(a.error, ErrorCode::provider_timeout);
  EXPECT_EQ(b.error, ErrorCode::provider_timeout);
  join();
  EXPECT_EQ(provider_.calls.size(), 2u);
}

TEST_F(SharedGenerationsTest, S11AnExpiredAnswerIsToldWhenTheProviderFailsAndIsMarked) {
  config_.stale_if_error = std::chrono::hours(24);
  SharedGenerations forgiving(clock_, &cache_, observer_, config_);
  const auto ask = [&](const std::string& key, std::size_t loop, Member& member) {
    loops_[loop]->post([&, key, loop] {
      member.participant = forgiving.join(*loops_[loop], key, {}, provider_, member, {});
    });
    turn();
  };
  forgiving.remember("k", {"Hello there", {{1}, {2}, {}, {}, false, {50}}, FinishReason::stop, {}});
  clock_.advance(config_.lifetime);
  Member a, b;
  ask("k", 0, a);
  ask("k", 1, b);
  ASSERT_EQ(provider_.calls.size(), 1u) << "the provider comes first";
  provider_.last_call().error(ErrorCode::provider_unavailable);
  pass(Milliseconds(100));
  for (Member* member : {&a, &b}) {
    EXPECT_EQ(member->text, "Hello there");
    EXPECT_EQ(member->end, FinishReason::stop);
    EXPECT_EQ(member->usage->cost, NanoDollars{0});
    EXPECT_THAT(member->stages, ::testing::ElementsAre(kStageCached));
    EXPECT_EQ(member->participant->cost_share(), AnswerSource::stale);
  }
  EXPECT_EQ(observer_.provider_failures.size(), 1u) << "the operator is told, though the users are not";
  EXPECT_EQ(observer_.sources[AnswerSource::stale], 2);
  EXPECT_EQ(cache_.puts, 1) << "it does not become fresh by being told";

  struct Row {
    const char* about;
    ErrorCode code;
    const char* key;
    const char* said;
  };
  const Row rows[] = {{"refused on purpose", ErrorCode::provider_content_filter, "k", ""},
                      {"after the first word", ErrorCode::provider_broken, "k", "Hello"},
                      {"nothing that fits", ErrorCode::provider_timeout, "other", ""}};
  for (const Row& row : rows) {
    Member member;
    ask(row.key, 0, member);
    provider_.last_call().text(row.said);
    provider_.last_call().error(row.code);
    pass(Milliseconds(100));
    EXPECT_EQ(member.error, row.code) << row.about;
    EXPECT_EQ(member.text, row.said) << row.about;
  }
  clock_.advance(config_.stale_if_error);
  Member late;
  ask("k", 0, late);
  provider_.last_call().error(ErrorCode::provider_unavailable);
  pass(Milliseconds(100));
  EXPECT_EQ(late.error, ErrorCode::provider_unavailable) << "too old";
  for (Member* member : {&a, &b, &late}) member->participant.reset();
  turn();
}

TEST_F(SharedGenerationsTest, S11AStaleAnswerThatACrashCutOffGoesOnAsOne) {
  config_.stale_if_error = std::chrono::hours(24);
  SharedGenerations forgiving(clock_, &cache_, observer_, config_);
  forgiving.remember("k", {"Hello there", {}, FinishReason::stop, {}});
  clock_.advance(config_.lifetime);
  Member member;
  member.text = "Hel";
  GenerationRequest request;
  request.partial_answer = "Hel";
  loops_[0]->post(
      [&] { member.participant = forgiving.join(*loops_[0], "k", request, provider_, member, {}); });
  turn();
  pass(Milliseconds(100));
  EXPECT_TRUE(provider_.calls.empty());
  EXPECT_EQ(member.text, "Hello there");
  EXPECT_EQ(member.participant->cost_share(), AnswerSource::stale);
  member.participant.reset();
  turn();
}

TEST_F(SharedGenerationsTest, S11ASilentCacheDoesNotHoldUpTheFailure) {
  config_.stale_if_error = std::chrono::hours(24);
  SharedGenerations forgiving(clock_, &cache_, observer_, config_);
  Member member;
  loops_[0]->post([&] { member.participant = forgiving.join(*loops_[0], "k", {}, provider_, member, {}); });
  turn();
  cache_.silent = true;
  provider_.last_call().error(ErrorCode::provider_unavailable);
  pass(config_.patience - Milliseconds(50));
  EXPECT_FALSE(member.error);
  pass(Milliseconds(100));
  EXPECT_EQ(member.error, ErrorCode::provider_unavailable);
  member.participant.reset();
  turn();
}

TEST_F(SharedGenerationsTest, X6ASeatThatIsPausedHoldsUpNobodyAndCatchesUp) {
  Member& slow = join();
  Member& quick = join();
  slow.participant->pause();
  say("Hello");
  finish();
  EXPECT_EQ(slow.text, "");
  EXPECT_EQ(quick.end, FinishReason::stop);
  slow.participant->resume();
  turn();
  EXPECT_EQ(slow.text, "Hello");
  EXPECT_EQ(slow.end, FinishReason::stop);
}

TEST_F(SharedGenerationsTest, X2AfterACrashOneCallGoesOnFromTheLongestTextAndEachIsToldTheRest) {
  provider_.continues = true;
  shared_.expect("k", "Hello");
  Member& behind = join("k", 0, "Hel");
  Member& ahead = join("k", 1, "Hello");
  ASSERT_EQ(provider_.calls.size(), 1u);
  EXPECT_EQ(provider_.last_call().request.partial_answer, "Hello");
  EXPECT_EQ(behind.text, "Hello");
  say(" there");
  finish();
  Member& fresh = join();
  pass(Milliseconds(100));
  for (Member* member : {&behind, &ahead, &fresh}) {
    EXPECT_EQ(member->text, "Hello there");
    EXPECT_EQ(member->end, FinishReason::stop);
  }
  EXPECT_EQ(cache_.answers["k"].text, "Hello there");
}

TEST_F(SharedGenerationsTest, X2WhatOneToldDifferentlyIsAGenerationOfItsOwn) {
  provider_.continues = true;
  shared_.expect("k", "Hello");
  join("k", 0, "Hello");
  Member& other = join("k", 0, "Good");
  ASSERT_EQ(provider_.calls.size(), 2u);
  EXPECT_EQ(provider_.last_call().request.partial_answer, "Good");
  say(" day");
  EXPECT_EQ(other.text, "Good day");
}

TEST_F(SharedGenerationsTest, X2AnAnswerThatWasWholeForOneIsWholeForAllWithoutACall) {
  shared_.remember("k", {"Hello there", {}, FinishReason::stop, {}});
  shared_.expect("k", "Hello");
  Member& member = join("k", 0, "Hel");
  pass(Milliseconds(100));
  EXPECT_TRUE(provider_.calls.empty());
  EXPECT_EQ(member.text, "Hello there");
  EXPECT_EQ(member.end, FinishReason::stop);
}

TEST_F(SharedGenerationsTest, X2WhereTheProviderCanNotContinueTheRunsAreToldSo) {
  shared_.expect("k", "Hello");
  Member& member = join("k", 0, "Hello");
  EXPECT_TRUE(provider_.calls.empty());
  EXPECT_EQ(member.error, ErrorCode::interrupted);
  Member& fresh = join();
  EXPECT_EQ(provider_.calls.size(), 1u);
  say("Hi");
  EXPECT_EQ(fresh.text, "Hi");
}

TEST_F(SharedGenerationsTest, C6AReplayKeepsItsPace) {
  config_.replay_words_per_second = 10;
  SharedGenerations paced(clock_, &cache_, observer_, config_);
  paced.remember("k", {"1 2 3 4 5 6 7 8 9 10", {}, FinishReason::stop, {}});
  Member member;
  loops_[0]->post([&] { member.participant = paced.join(*loops_[0], "k", {}, provider_, member, {}); });
  turn();
  pass(Milliseconds(500));
  EXPECT_GE(member.text.size(), std::string("1 2 3 4").size());
  EXPECT_LE(member.text.size(), std::string("1 2 3 4 5 6 7").size());
  pass(Milliseconds(600));
  EXPECT_EQ(member.text, "1 2 3 4 5 6 7 8 9 10");
  loops_[0]->post([&] { member.participant.reset(); });
  turn();
}

}  // namespace
}  // namespace belay
