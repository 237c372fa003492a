#include "providers/fallback/fallback_provider.hpp"

#include <gtest/gtest.h>

#include "core/ports/testing/fake_provider.hpp"
#include "core/types/payloads.hpp"
#include "providers/testing/recording_sink.hpp"

namespace belay::providers {
namespace {

using belay::testing::FakeCall;
using belay::testing::FakeProvider;

class FallbackTest : public ::testing::Test {
 protected:
  static Model model(std::string alias, double price) {
    Model made;
    made.alias = std::move(alias);
    made.price = {price, price, {}};
    return made;
  }
  void start() {
    provider = std::make_unique<FallbackProvider>(
        std::vector<ModelTarget>{{model("a", 1), &first}, {model("b", 2), &second}, {model("c", 3), &third}},
        [this](const FallbackProvider::Switch& change) {
          switches += change.from.alias + ">" + change.to.alias + " ";
          advice += change.why.advice + " ";
        });
    request.messages = {{Role::user, "Hello?"}};
    generation = provider->start(loop, request, sink);
  }
  void turns() {
    while (loop.turn()) {
    }
  }

  ManualClock clock;
  Loop loop{0, clock};
  FakeProvider first;
  FakeProvider second;
  FakeProvider third;
  GenerationRequest request;
  RecordingSink sink;
  std::string switches;
  std::string advice;
  std::unique_ptr<FallbackProvider> provider;
  std::unique_ptr<Generation> generation;
};

TEST_F(FallbackTest, K9APieceOfACallIsTheBeginningOfTheAnswer) {
  request.streams_calls = true;
  start();
  EXPECT_TRUE(first.last_call().request.streams_calls);
  first.last_call().call_begin(0, "c1", "play");
  first.last_call().call_piece(0, "{\"a\"");
  first.last_call().error(ErrorCode::provider_unavailable);
  turns();
  EXPECT_TRUE(second.calls.empty());
  EXPECT_EQ(sink.calls_begun, "0 c1 play {\"a\"");
  EXPECT_TRUE(sink.error);
}

TEST_F(FallbackTest, K8TheLongestAnswerOfTheRequestHoldsForEveryModel) {
  request.sampling.max_output = {50};
  start();
  first.last_call().error(ErrorCode::provider_unavailable);
  turns();
  EXPECT_EQ(first.last_call().request.max_output().value, 50u);
  EXPECT_EQ(second.last_call().request.max_output().value, 50u);
}

TEST_F(FallbackTest, X7BeforeTheFirstPieceTheNextOneAnswers) {
  start();
  first.last_call().error(ErrorCode::provider_unavailable);
  turns();
  ASSERT_EQ(second.calls.size(), 1u);
  EXPECT_TRUE(first.last_call().closed);
  EXPECT_EQ(second.last_call().request.model.alias, "b");
  EXPECT_EQ(second.last_call().request.partial_answer, "");
  second.last_call().error(ErrorCode::provider_rate_limited);
  turns();
  third.last_call().accept();
  third.last_call().text("Hi");
  third.last_call().usage({{10}, {5}, {}, {}, false, {}});
  third.last_call().end();
  EXPECT_EQ(sink.text, "Hi");
  EXPECT_EQ(sink.accepted, 1);
  EXPECT_EQ(sink.end, FinishReason::stop);
  EXPECT_EQ(switches, "a>b b>c ");
  EXPECT_EQ(sink.stages, (std::vector<std::string>{"fallback", "fallback"}));
  EXPECT_EQ(sink.usage->cost.value, 15u * 3000) << "at the price of the one that answered";
  EXPECT_FALSE(sink.usage->estimated);
}

TEST_F(FallbackTest, C17_only_the_first_model_that_thinks_aloud_is_heard) {
  start();
  first.last_call().accept();
  first.last_call().reasoning("one");
  first.last_call().error(ErrorCode::provider_unavailable);
  turns();
  second.last_call().accept();
  second.last_call().reasoning("two");
  second.last_call().text("Hi");
  second.last_call().end();
  EXPECT_EQ(sink.reasoning, "one");
  EXPECT_EQ(sink.text, "Hi");
}

TEST_F(FallbackTest, X7TheLastErrorGoesUp) {
  start();
  first.last_call().error(ErrorCode::provider_unavailable, "x", "one");
  turns();
  second.last_call().error(ErrorCode::provider_rate_limited, "x", "two");
  turns();
  third.last_call().error(ErrorCode::provider_timeout, "x", "three");
  ASSERT_TRUE(sink.error);
  EXPECT_EQ(sink.error->code, ErrorCode::provider_timeout);
  EXPECT_EQ(sink.error->advice, "three");
  EXPECT_EQ(advice, "one two ");
}

TEST_F(FallbackTest, S11OneThatHasNothingToGiveLeavesTheErrorBeforeIt) {
  start();
  first.last_call().error(ErrorCode::provider_unavailable);
  turns();
  second.last_call().error(ErrorCode::provider_rate_limited);
  turns();
  third.last_call().error(ErrorCode::not_found);
  ASSERT_TRUE(sink.error);
  EXPECT_EQ(sink.error->code, ErrorCode::provider_rate_limited);
}

TEST_F(FallbackTest, X7WhatTheClientIsAtFaultForIsNotAskedOfOthers) {
  start();
  first.last_call().error(ErrorCode::provider_content_filter);
  turns();
  EXPECT_TRUE(sink.error);
  EXPECT_TRUE(second.calls.empty());
}

TEST_F(FallbackTest, X7AfterTheFirstPieceOnlyOneThatCanContinueGoesOn) {
  third.continues = true;
  start();
  first.last_call().accept();
  first.last_call().text("Half an \xE2\x82");  // an incomplete character
  first.last_call().error(ErrorCode::provider_timeout);
  turns();
  EXPECT_TRUE(second.calls.empty()) << "it cannot continue";
  ASSERT_EQ(third.calls.size(), 1u);
  EXPECT_EQ(third.last_call().request.partial_answer, "Half an ");
  third.last_call().accept();
  third.last_call().text("answer");
  third.last_call().usage({{10}, {5}, {}, {}, false, {}});
  third.last_call().end();
  EXPECT_EQ(sink.text, "Half an answer");
  EXPECT_EQ(sink.accepted, 1);
  EXPECT_EQ(switches, "a>c ");
  EXPECT_TRUE(sink.usage->estimated) << "what the first one cost is a guess";
  EXPECT_EQ(sink.usage->input.value, 10u + 5);
  EXPECT_EQ(sink.usage->output.value, 5u + 4);
  EXPECT_EQ(sink.usage->cost.value, 15u * 3000 + 9 * 1000);
}

TEST_F(FallbackTest, X7AfterTheFirstPieceWithoutSuchAOneTheCallFails) {
  start();
  first.last_call().accept();
  first.last_call().text("Half an \xE2\x82");
  first.last_call().error(ErrorCode::provider_broken);
  turns();
  EXPECT_TRUE(sink.error);
  EXPECT_TRUE(second.calls.empty());
  EXPECT_TRUE(third.calls.empty());
}

TEST_F(FallbackTest, X7AfterAToolCallNothingIsDoneTwice) {
  second.continues = true;
  start();
  first.last_call().accept();
  first.last_call().text("Playing.");
  first.last_call().tool_call({"1", "play", "{}"});
  first.last_call().error(ErrorCode::provider_broken);
  turns();
  EXPECT_TRUE(sink.error);
  EXPECT_TRUE(second.calls.empty());
}

TEST_F(FallbackTest, X2APartialAnswerGoesToTheFirstThatCanContinueIt) {
  second.continues = true;
  request.partial_answer = "Half an ";
  start();
  EXPECT_TRUE(provider->can_continue({}));
  EXPECT_TRUE(first.calls.empty());
  EXPECT_EQ(second.last_call().request.partial_answer, "Half an ");
  second.last_call().error(ErrorCode::provider_unavailable);
  turns();
  EXPECT_TRUE(third.calls.empty());
  EXPECT_TRUE(sink.error);
}

TEST_F(FallbackTest, X5DestroyingItBetweenTwoLeavesNothingBehind) {
  start();
  first.last_call().error(ErrorCode::provider_unavailable);
  generation.reset();
  turns();
  EXPECT_TRUE(second.calls.empty());
}

TEST_F(FallbackTest, APauseHoldsForTheNextOne) {
  start();
  generation->pause();
  EXPECT_TRUE(first.last_call().paused);
  first.last_call().error(ErrorCode::provider_unavailable);
  turns();
  EXPECT_TRUE(second.last_call().paused);
  generation->resume();
  EXPECT_FALSE(second.last_call().paused);
}

}  // namespace
}  // namespace belay::providers
