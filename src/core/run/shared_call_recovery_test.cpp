// Who pays for a call that several runs shared, when a crash cut it off.
#include <gtest/gtest.h>

#include "core/run/recovery.hpp"
#include "core/run/testing/recovery_fixture.hpp"

namespace belay {
namespace {

using namespace std::chrono_literals;

class SharedCallRecoveryTest : public testing::RecoveryFixture {
 protected:
  SharedCallRecoveryTest() {
    auto catalogue = std::make_shared<ModelCatalogue>();
    Model model;
    model.alias = "m";
    model.price = {1, 10, {}};
    EXPECT_TRUE(catalogue->add(model, provider));
    models.replace(std::move(catalogue));
  }
  RunId ask(bool may_restart) {
    RunRequest made = request("user" + std::to_string(++users_));
    made.share_key = "same";
    made.may_restart = may_restart;
    clock.advance(1ms);
    return started(made);
  }
  // How many runs are charged. The others are marked as shared and cost nothing.
  int charges() {
    int charged = 0;
    for (const RunRecord& record : store.settled) {
      const bool pays = record.source == AnswerSource::generated;
      charged += pays;
      EXPECT_EQ(record.cost.value != 0, pays);
      if (!pays) {
        EXPECT_EQ(record.source, AnswerSource::shared);
      }
    }
    return charged;
  }
  // An input token costs 1, an output token 10.
  std::uint64_t charged() {
    std::uint64_t nanos = 0;
    for (const RunRecord& record : store.settled) nanos += record.cost.value;
    return nanos / 1000;
  }
  static constexpr std::uint64_t kPrompt = 2;  // estimated number of tokens

 private:
  int users_ = 0;
};

TEST_F(SharedCallRecoveryTest, X2_C6_a_shared_call_that_a_crash_cut_off_is_charged_once) {
  const RunId first = ask(true);
  for (int i = 0; i < 6; ++i) ask(false);
  ASSERT_EQ(provider.calls.size(), 1u);
  call().accept();
  call().text("Half an answer. ");
  turn();
  crash();
  recover();
  pass(500ms, 10ms);
  ASSERT_EQ(provider.calls.size(), 2u) << "for the one whose client can drop the text";
  EXPECT_EQ(store.settled.size(), 6u) << "the others are interrupted";
  call().accept();
  call().text("Anew.");
  call().usage({{30}, {2}, {}, {}, false, {}});
  call().end();
  turn(12);
  ASSERT_EQ(store.settled.size(), 7u);
  EXPECT_EQ(charges(), 1) << "the first run waited longest for the lost call, and made the second one";
  EXPECT_EQ(store.record(first)->source, AnswerSource::generated);
  EXPECT_EQ(charged(), kPrompt + 6 * 10 + 30 + 2 * 10);
  EXPECT_EQ(store.record(first)->usage.input.value, kPrompt + 30);
}

TEST_F(SharedCallRecoveryTest, X2_C6_each_of_several_calls_is_charged_once_over_several_crashes) {
  ask(false);
  const RunId restarting = ask(true);
  for (int i = 0; i < 3; ++i) ask(false);
  call().accept();
  call().text("One.");
  turn();
  crash();
  recover();
  pass(500ms, 10ms);
  ASSERT_EQ(provider.calls.size(), 2u);
  call().accept();
  call().text("Two, longer.");
  turn();
  crash();
  recover();
  pass(500ms, 10ms);
  ASSERT_EQ(provider.calls.size(), 3u);
  call().accept();
  call().text("3");
  call().end();
  turn(12);
  ASSERT_EQ(store.settled.size(), 5u);
  EXPECT_EQ(charges(), 2) << "the oldest pays for the first call, the one that restarted for the others";
  EXPECT_EQ(store.record(restarting)->usage.output.value, 4u + 1) << "the second and the third call";
  EXPECT_EQ(charged(), 3 * kPrompt + (2 + 4 + 1) * 10);
}

TEST_F(SharedCallRecoveryTest, X2_C6_a_call_that_a_settled_run_has_paid_is_not_charged_again) {
  const RunId charged_participant = ask(false);
  ask(false);
  call().accept();
  call().text("Half an answer. ");
  turn();
  // The other run's loop does not reach the end before the crash: its log is cut off in the middle.
  call().text("And the rest.");
  call().usage({{30}, {9}, {}, {}, false, {}});
  call().end();
  turn(12);
  ASSERT_EQ(charges(), 1);
  events.drop_last_of([&](const RunId& run) { return run != charged_participant; }, 1);
  store.forget_run([&](const RunId& run) { return run != charged_participant; });
  crash();
  recover();
  pass(500ms, 10ms);
  ASSERT_EQ(store.settled.size(), 2u);
  EXPECT_EQ(charges(), 1);
  EXPECT_EQ(charged(), 30 + 9 * 10);
  EXPECT_EQ(provider.calls.size(), 1u);
}

TEST_F(SharedCallRecoveryTest, X2_C6_a_call_whose_payer_was_cut_off_is_charged_to_it_when_it_comes_back) {
  const RunId charged_participant = ask(false);
  ask(false);
  call().accept();
  call().text("Half an answer. ");
  turn();
  call().text("And the rest.");
  call().usage({{30}, {9}, {}, {}, false, {}});
  call().end();
  turn(12);
  events.drop_last_of([&](const RunId& run) { return run == charged_participant; }, 1);
  store.forget_run([&](const RunId& run) { return run == charged_participant; });
  crash();
  recover();
  pass(500ms, 10ms);
  ASSERT_EQ(store.settled.size(), 2u);
  EXPECT_EQ(charges(), 1);
  EXPECT_EQ(charged(), 30 + 9 * 10) << "what the provider counted, as the other run's log has it";
}

TEST_F(SharedCallRecoveryTest, X2_C6_a_call_that_was_continued_is_charged_once_and_its_continuation_once) {
  provider.continues = true;
  for (int i = 0; i < 4; ++i) ask(i % 2 == 0);
  call().accept();
  call().text("Half an ");
  turn();
  crash();
  recover();
  pass(500ms, 10ms);
  ASSERT_EQ(provider.calls.size(), 2u);
  call().accept();
  call().text("answer.");
  call().usage({{40}, {3}, {}, {}, false, {}});
  call().end();
  turn(12);
  ASSERT_EQ(store.settled.size(), 4u);
  EXPECT_EQ(charged(), kPrompt + 3 * 10 + 40 + 3 * 10);
}

}  // namespace
}  // namespace belay
