// The engine where the store or the disk fails, and at its end.
#include <gtest/gtest.h>

#include "core/run/engine.hpp"
#include "core/run/testing/engine_fixture.hpp"

namespace belay {
namespace {

using namespace std::chrono_literals;
using testing::EngineFixture;
using testing::logged_events;
using testing::terminals_of;
using State = ByteSource::State;
class EngineUnderFaultsTest : public ::testing::Test, protected EngineFixture {};

TEST_F(EngineUnderFaultsTest, X2_a_settlement_that_fails_is_tried_again_and_happens_once) {
  RunRequest asked = request();
  asked.conversation = "c";
  asked.reserved = {"slot"};
  reserve(asked);
  const RunId id = started(asked);
  store.fail_settles = 3;
  answer("Hello.");
  EXPECT_TRUE(store.settled.empty());
  EXPECT_EQ(engine->live_runs(), 1u);
  EXPECT_EQ(counters.slots["slot"], 0u) << "whatever the store does, the run is over";
  EXPECT_FALSE(events.released.contains(id)) << "the journal has it until the store does";
  // The log can be read during all this time.
  EXPECT_NE(read_all(id, dialect).find("completed \"Hello.\"]"), std::string::npos);
  pass(30s);
  EXPECT_EQ(store.settled.size(), 1u);
  EXPECT_EQ(engine->live_runs(), 0u);
  EXPECT_EQ(store.messages({"ada", "assistant", "c"}).at(1).content, "Hello.");
  EXPECT_EQ(observer.storage_errors.size(), 3u);
  pass(30s);
  EXPECT_EQ(store.settled.size(), 1u);
}

TEST_F(EngineUnderFaultsTest, X2_events_that_could_not_be_moved_while_the_run_lived_are_settled_with_it) {
  config.log_window = {16 << 10};
  start_process();
  RunRequest asked = request();
  asked.conversation = "c";
  const RunId id = started(asked);
  std::string text;
  store.hold();
  store.fail_puts = 1;
  for (int i = 0; i < 300; ++i) {
    const std::string piece = std::to_string(i) + std::string(300, '.');
    call().text(piece);
    text += piece;
    turn(1);
  }
  EXPECT_GE(store.waiting(), 1u) << "events are on their way";
  call().end();
  turn();
  store.let_go();
  pass(10s);
  ASSERT_EQ(store.settled.size(), 1u);
  EXPECT_EQ(store.messages({"ada", "assistant", "c"}).back().content, text);
  EXPECT_EQ(store.stored_through(id), store.settled[0].last);
  EXPECT_EQ(events.released[id], store.settled[0].last);
}

TEST_F(EngineUnderFaultsTest, a_store_that_can_not_be_asked_is_no_unknown_run) {
  const RunId id = started();
  answer("Hello.");
  store.fail_finds = 1;
  EXPECT_EQ(code_of(find(id)), ErrorCode::storage_full);
  EXPECT_TRUE(find(id));
}

TEST_F(EngineUnderFaultsTest, X10_all_runs_are_abandoned_on_their_loops_and_none_is_ended) {
  const RunId one = started();
  const RunRequest other = request();
  EXPECT_TRUE(await(engine->start(*loops[1], other), 1).started);
  int done = 0;
  engine->hand_over_runs([&] { ++done; });
  turn();
  EXPECT_EQ(done, 1);
  for (const auto& abandoned : provider.calls) EXPECT_TRUE(abandoned->closed);
  EXPECT_EQ(terminals_of(logged_events(events, one)), 0u);
  EXPECT_EQ(terminals_of(logged_events(events, other.id)), 0u);
  EXPECT_TRUE(store.settled.empty());
}

TEST_F(EngineUnderFaultsTest,
       X10_a_cancel_whose_end_cannot_be_logged_is_answered_and_closes_the_call_at_once) {
  const RunId id = started();
  call().text("Half an ");
  turn();
  writer().refusals = 1'000'000;
  events.full = true;
  const auto cancelled = spawn(engine->cancel(*loops[0], id, "ada"));
  turn(2);
  EXPECT_TRUE(call().closed);
  EXPECT_FALSE(cancelled->has_value());
  pass(config.max_log_wait + 100ms, 10ms);
  ASSERT_TRUE(cancelled->has_value());
  EXPECT_EQ(code_of(**cancelled), ErrorCode::storage_full);
  const auto repeated = spawn(engine->cancel(*loops[0], id, "ada"));
  pass(config.max_log_wait + 100ms, 10ms);
  EXPECT_EQ(code_of(repeated->value()), ErrorCode::storage_full);

  events.full = false;
  writer().refusals = 0;
  pass(2000ms, 10ms);
  EXPECT_FALSE(await(engine->cancel(*loops[0], id, "ada")).has_error());
  ASSERT_NE(store.record(id), nullptr);
  EXPECT_EQ(store.record(id)->state, RunState::cancelled);
}

TEST_F(EngineUnderFaultsTest, X10_a_cancel_behind_a_disk_that_does_not_answer_is_unavailable) {
  const RunId id = started();
  writer().holds = true;
  const auto cancelled = spawn(engine->cancel(*loops[0], id, "ada"));
  pass(config.max_log_wait + 100ms, 10ms);
  EXPECT_EQ(code_of(cancelled->value()), ErrorCode::unavailable);
  EXPECT_TRUE((*cancelled)->error().retry_after);
  writer().holds = false;
  if (writer().under_way()) writer().finish();
  turn();
  EXPECT_EQ(store.record(id)->state, RunState::cancelled);
}

TEST_F(EngineUnderFaultsTest,
       X10_a_start_behind_a_disk_that_does_not_answer_is_refused_and_its_run_cancelled) {
  writer().holds = true;
  RunRequest asked = request();
  asked.reserved = {"slot"};
  reserve(asked);
  const auto start = spawn(engine->start(*loops[0], asked));
  pass(config.max_log_wait + 100ms, 10ms);
  ASSERT_TRUE(start->has_value());
  EXPECT_EQ(code_of((*start)->started), ErrorCode::unavailable);
  EXPECT_TRUE((*start)->may_be_logged);
  EXPECT_EQ(counters.slots["slot"], 1u) << "the journal may yet have it";
  writer().holds = false;
  writer().finish();
  turn();
  EXPECT_EQ(provider.calls.size(), 0u) << "nobody waits for it";
  ASSERT_NE(store.record(asked.id), nullptr);
  EXPECT_EQ(store.record(asked.id)->state, RunState::cancelled);
  EXPECT_EQ(counters.slots["slot"], 0u);
  EXPECT_EQ(engine->live_runs(), 0u);
}

TEST_F(EngineUnderFaultsTest, X10_a_start_that_was_refused_and_is_logged_late_leaves_its_key_to_the_next) {
  writer().holds = true;
  RunRequest asked = request();
  asked.idempotency_key = "key";
  reserve(asked);
  const auto start = spawn(engine->start(*loops[0], asked));
  pass(config.max_log_wait + 100ms, 10ms);
  EXPECT_EQ(code_of((*start)->started), ErrorCode::unavailable);
  counters.release_key(asked.id);  // as its service does
  RunRequest again = request();
  again.idempotency_key = "key";
  EXPECT_EQ(reserve(again).state, ReserveResult::State::granted);
  writer().holds = false;
  writer().finish();
  turn();
  EXPECT_EQ(store.record(asked.id)->state, RunState::cancelled);
  EXPECT_EQ(store.record(asked.id)->idempotency_key, "");
  EXPECT_TRUE(EngineFixture::start(again));
  EXPECT_EQ(claim_of(again)->run, again.id);
  call().text("Hello.");
  call().end();
  turn();
  EXPECT_EQ(claim_of(again)->run, again.id);
  EXPECT_EQ(store.record(again.id)->idempotency_key, "key") << "the store has it too";
}

TEST_F(EngineUnderFaultsTest, X10_a_start_that_is_refused_late_gives_back_what_it_held) {
  writer().holds = true;
  writer().refusals = 1;
  RunRequest asked = request();
  asked.reserved = {"slot"};
  asked.idempotency_key = "key";
  reserve(asked);
  const auto start = spawn(engine->start(*loops[0], asked));
  pass(config.max_log_wait + 100ms, 10ms);
  ASSERT_TRUE((*start)->started.has_error());
  writer().holds = false;
  writer().finish();
  turn();
  EXPECT_EQ(counters.slots["slot"], 0u);
  EXPECT_EQ(provider.calls.size(), 0u);
  EXPECT_FALSE(claim_of(asked));
  EXPECT_TRUE(counters.holds_nothing());
}

}  // namespace
}  // namespace belay
