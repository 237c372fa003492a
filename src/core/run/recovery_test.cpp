// Engine::recover(): what a process finds when it starts after another one was cut off.

#include "core/run/recovery.hpp"

#include <gtest/gtest.h>

#include "core/ports/testing/fake_cache.hpp"
#include "core/run/testing/recovery_fixture.hpp"

namespace belay {
namespace {

using namespace std::chrono_literals;
using testing::count_of;
using testing::logged_events;

class RecoveryTest : public testing::RecoveryFixture {};

TEST_F(RecoveryTest, with_nothing_left_there_is_nothing_to_do) {
  const auto recovered = recover();
  EXPECT_EQ(recovered.settled, 0u);
  EXPECT_EQ(recovered.taken_over, 0u);
  EXPECT_TRUE(events.discarded);
}

TEST_F(RecoveryTest, X2_a_run_that_had_ended_and_not_been_settled_is_settled_once) {
  const RunId id = started(in_conversation());
  store.hold();
  call().text("Hello.");
  call().end();
  turn();
  crash();
  auto recovered = recover();
  EXPECT_EQ(recovered.settled, 1u);
  EXPECT_EQ(recovered.taken_over, 0u);
  ASSERT_EQ(store.settled.size(), 1u);
  EXPECT_EQ(store.settled[0].id, id);
  EXPECT_EQ(store.settled[0].state, RunState::completed);
  EXPECT_EQ(store.settled[0].last, 5u);
  EXPECT_EQ(store.settled[0].text_bytes, 6u);
  EXPECT_EQ(provider.calls.size(), 1u) << "it is not paid for twice";
  // A crash during recovery: the same journal again.
  crash();
  recovered = recover();
  EXPECT_EQ(recovered.settled, 0u);
  EXPECT_EQ(store.settled.size(), 1u);
}

TEST_F(RecoveryTest, X2_a_run_that_had_been_settled_is_not_settled_again_by_the_same_journal) {
  started(in_conversation());
  call().text("Hello.");
  call().end();
  turn();
  ASSERT_EQ(store.settled.size(), 1u);
  crash();
  EXPECT_EQ(recover().settled, 0u);
  EXPECT_EQ(store.settled.size(), 1u);
  EXPECT_EQ(engine->live_runs(), 0u);
}

// After a power failure, the deletion of a file may be undone although the deletion of a newer file is not.
TEST_F(RecoveryTest, X2_a_settled_run_is_not_taken_up_when_only_its_beginning_comes_back) {
  started(in_conversation());
  call().text("Hello.");
  call().end();
  turn();
  ASSERT_EQ(store.settled.size(), 1u);
  crash();
  std::erase_if(events.earlier,
                [](const auto& entry) { return entry.mark || entry.events.events.first > 2; });
  ASSERT_FALSE(events.earlier.empty());
  events.summary.machine_restarted = true;
  const auto recovered = recover();
  EXPECT_EQ(recovered.taken_over, 0u);
  EXPECT_EQ(recovered.settled, 0u);
  EXPECT_EQ(engine->live_runs(), 0u);
  EXPECT_EQ(store.settled.size(), 1u);
}

TEST_F(RecoveryTest, X2_what_the_store_has_of_a_run_counts_where_the_journal_has_a_gap_or_ends_before_it) {
  for (const bool ends_before_it : {false, true}) {
    provider.continues = true;
    config.log_window = {16 << 10};
    start_process();
    const RunId id = started(in_conversation());
    std::string text;
    for (int i = 0; i < 60; ++i) {
      const std::string piece(1000, static_cast<char>('a' + i % 26));
      call().text(piece);
      text += piece;
      turn();
    }
    const Offset stored = store.stored_through(id);
    ASSERT_GT(stored, 20u);
    crash();
    std::erase_if(events.earlier, [&](const auto& entry) {
      const Offset first = entry.events.events.first;
      return !entry.mark && entry.events.run == id && first > 4 && (ends_before_it || first < stored - 1);
    });
    events.summary.machine_restarted = true;
    EXPECT_EQ(recover().taken_over, 1u);
    pass(100ms, 10ms);
    const std::string& known = call().request.partial_answer;
    EXPECT_TRUE(text.starts_with(known));
    EXPECT_GE(known.size(), ends_before_it ? (stored - 4) * 1000 : text.size());
    call().end();
    turn();
    ASSERT_NE(store.record(id), nullptr);
    events.summary = {};
  }
}

TEST_F(RecoveryTest, C6_what_came_out_of_the_cache_does_not_become_fresh_by_a_crash) {
  testing::FakeCache cache;
  answer_cache = &cache;
  caching.replay_words_per_second = 0;
  start_process();
  RunRequest asked = request();
  asked.share_key = "same";
  started(asked);
  turn();
  call().text("Hello.");
  call().end();
  turn();
  asked.id = engine->make_id();
  started(asked);
  pass(100ms, 10ms);
  ASSERT_EQ(observer.sources[AnswerSource::cached], 1);
  ASSERT_EQ(cache.puts, 1);
  crash();
  recover();
  EXPECT_EQ(cache.puts, 2) << "the first one's, whose put may have been lost, and no other";
  turn();
  engine.reset();  // before its cache is destroyed
}

TEST_F(RecoveryTest, X2_a_cut_answer_is_continued_and_a_client_misses_nothing) {
  provider.continues = true;
  const RunId id = started(in_conversation());
  auto reader = subscribe(*find(id), dialect);
  call().accept();
  call().text("Half an ");
  turn();
  reader->read();
  std::string seen = reader->got;
  reader.reset();
  crash();
  const auto recovered = recover();
  EXPECT_EQ(recovered.taken_over, 1u);
  ASSERT_EQ(recovered.open.size(), 1u);
  EXPECT_EQ(recovered.open[0].run, id);
  pass(100ms, 10ms);
  ASSERT_EQ(provider.calls.size(), 2u);
  EXPECT_EQ(call().request.partial_answer, "Half an ");
  EXPECT_EQ(text_of(call().request.messages.at(0)), "Hello?");
  const auto log = find(id);
  ASSERT_TRUE(log);
  EXPECT_TRUE((*log)->check({1, 4}));
  reader = subscribe(*log, dialect, {1, 4});
  call().text("answer.");
  call().end();
  turn();
  EXPECT_TRUE(read_to_end(*reader));
  seen += reader->got;
  EXPECT_EQ(seen,
            "[1-1 started][1-2 stage][1-3 stage][1-4 delta Half an ][1-5 stage][1-6 delta answer.][1-7 usage]"
            "[1-8 completed \"Half an answer.\"]");
  EXPECT_EQ(read_all(id, dialect), seen);
  EXPECT_EQ(stored_answer(), "Half an answer.");
  EXPECT_EQ(observer.recovered, std::vector{Recovery::continued});
}

TEST_F(RecoveryTest, X2_an_answer_that_begins_anew_is_stored_without_what_was_said_before) {
  const RunId id = started(in_conversation());
  call().text("Old");
  turn();
  crash();
  recover();
  pass(100ms, 10ms);
  call().text("New.");
  call().end();
  turn();
  EXPECT_EQ(count_of(logged_events(events, id), EventType::restarted), 1u);
  ASSERT_EQ(store.settled.size(), 1u);
  EXPECT_EQ(store.settled[0].text_from, 5u);
  EXPECT_EQ(store.settled[0].text_bytes, 4u);
  EXPECT_EQ(stored_answer(), "New.");
}

TEST_F(RecoveryTest, X2_every_attempt_is_counted_and_after_the_last_it_ends_as_interrupted) {
  for (const bool continues : {true, false}) {
    provider.continues = continues;
    provider.calls.clear();
    const RunId id = started();
    call_text_and_crash("first ");
    for (std::uint32_t attempt = 1; attempt <= config.max_recoveries; ++attempt) {
      EXPECT_EQ(recover().taken_over, 1u);
      pass(100ms, 10ms);
      ASSERT_EQ(provider.calls.size(), attempt + 1) << continues;
      call_text_and_crash("again ");
    }
    EXPECT_EQ(recover().taken_over, 1u);
    pass(100ms, 10ms);
    EXPECT_EQ(provider.calls.size(), config.max_recoveries + 1);
    ASSERT_FALSE(store.settled.empty());
    EXPECT_EQ(store.settled.back().id, id);
    EXPECT_EQ(store.settled.back().state, RunState::interrupted);
    EXPECT_EQ(store.settled.back().text_bytes, continues ? 24u : 6u);
    EXPECT_NE(read_all(id, dialect).find("interrupted"), std::string::npos);
  }
}

TEST_F(RecoveryTest, X1_when_the_tail_may_be_lost_the_epoch_changes_and_a_lost_position_is_recognised) {
  provider.continues = true;
  const RunId id = started();
  call().text("kept");
  turn();
  call().text("lost in the power failure");
  turn();
  crash();
  events.earlier.pop_back();
  events.summary.tail_may_be_lost = true;
  recover();
  pass(100ms, 10ms);
  call().text(" new");
  call().end();
  turn();
  const auto log = find(id);
  ASSERT_TRUE(log);
  const Epoch epoch = (*log)->epoch_at(4);
  EXPECT_GT(epoch, 1u);
  EXPECT_TRUE((*log)->check({1, 3}));
  EXPECT_EQ(code_of((*log)->check({1, 4})), ErrorCode::position_lost);
  EXPECT_TRUE((*log)->check({epoch, 4}));
  ASSERT_EQ(store.settled.size(), 1u);
  EXPECT_EQ(store.settled[0].epochs.size(), 2u);
  EXPECT_EQ(read_all(id, dialect, {1, 3}),
            fmt::format("[{0}-4 stage][{0}-5 delta  new][{0}-6 usage][{0}-7 completed \"kept new\"]", epoch));
}

TEST_F(RecoveryTest, X2_what_the_user_said_is_stored_by_the_next_process_where_the_crash_came_first) {
  provider.continues = true;
  store.hold();
  started(in_conversation());
  turn();
  crash();
  ASSERT_TRUE(store.messages({"ada", "assistant", "c"}).empty());
  EXPECT_EQ(recover().taken_over, 1u);
  const auto messages = store.messages({"ada", "assistant", "c"});
  ASSERT_EQ(messages.size(), 1u) << "at once, not only when the answer has ended";
  EXPECT_EQ(messages[0].role, Role::user);
  EXPECT_EQ(messages[0].content, "Hello?");
}

TEST_F(RecoveryTest, X1_a_new_epoch_that_was_never_written_is_found_again_by_the_next_process) {
  provider.continues = true;
  const RunId id = started();
  call().text("kept");
  turn();
  crash();
  events.summary.tail_may_be_lost = true;
  recover();
  EXPECT_FALSE(events.discarded) << "the new epoch follows from the old journal alone";
  ASSERT_TRUE(engine->discard_recovered_journal());
  EXPECT_FALSE(events.discarded);
  crash();
  ASSERT_FALSE(events.earlier.empty());
  recover();
  pass(2s, 10ms);
  const auto log = find(id);
  ASSERT_TRUE(log);
  EXPECT_GT((*log)->epoch_at(4), 1u);
  ASSERT_TRUE(engine->discard_recovered_journal());
  EXPECT_TRUE(events.discarded) << "an event in the new epoch is written";
}

TEST_F(RecoveryTest, X1_two_power_failures_do_not_give_the_same_epoch_twice) {
  provider.continues = true;
  const RunId id = started();
  call().text("kept");
  turn();
  crash();
  events.summary.tail_may_be_lost = true;
  recover();
  pass(2s, 10ms);
  const Epoch first = (*find(id))->epoch_at(4);
  // Everything written since then is lost again.
  events.committed.clear();
  crash();
  recover();
  pass(2s, 10ms);
  const auto log = find(id);
  ASSERT_TRUE(log);
  EXPECT_GT((*log)->epoch_at(4), first);
  EXPECT_EQ(code_of((*log)->check({first, 4})), ErrorCode::position_lost);
}

TEST_F(RecoveryTest, limits_and_keys_of_runs_that_go_on_count_again) {
  RunRequest asked = request();
  asked.reserved = {"slot/ada", "slot/all"};
  asked.idempotency_key = "key";
  asked.body_digest = "digest";
  started(asked);
  crash();
  recover();
  EXPECT_EQ(counters.slots["slot/ada"], 1u);
  EXPECT_EQ(counters.slots["slot/all"], 1u);
  const auto claim = claim_of(asked);
  ASSERT_TRUE(claim);
  EXPECT_TRUE(claim->is_decided);
  EXPECT_EQ(claim->run, asked.id);
  EXPECT_EQ(claim->digest, "digest");
  pass(100ms, 10ms);
  call().end();
  turn();
  EXPECT_EQ(counters.slots["slot/ada"], 0u);
}

TEST_F(RecoveryTest, A5_that_a_run_was_opened_is_remembered_and_that_it_was_not_as_well) {
  config.unopened_expiry = 5min;
  config.run_deadline = 1h;
  start_process();
  const RunId opened = started();
  subscribe(*find(opened), dialect).reset();
  turn();
  const RunId unopened = started();
  crash();
  EXPECT_EQ(recover().taken_over, 2u);
  pass(6min, 500ms);
  EXPECT_TRUE(find(opened));
  EXPECT_EQ(code_of(find(unopened)), ErrorCode::expired);
}

TEST_F(RecoveryTest, a_mark_of_a_run_that_is_no_longer_kept_is_nothing) {
  events.earlier.push_back({{}, {}, MarkAppend{engine->make_id(), RunMark::opened}});
  const auto recovered = recover();
  EXPECT_EQ(recovered.unreadable, 0u);
  EXPECT_EQ(recovered.taken_over, 0u);
}

TEST_F(RecoveryTest, X2_recovery_is_paced) {
  config.recoveries_per_second = 10;
  for (int i = 0; i < 20; ++i) started();
  crash();
  provider.calls.clear();
  EXPECT_EQ(recover().taken_over, 20u);
  pass(1s, 10ms);
  EXPECT_GE(provider.calls.size(), 8u);
  EXPECT_LE(provider.calls.size(), 11u);
  pass(2s, 10ms);
  EXPECT_EQ(provider.calls.size(), 20u);
}

TEST_F(RecoveryTest, X2_what_was_cancelled_is_never_revived) {
  const RunId id = started();
  call().text("Half");
  store.hold();
  ASSERT_TRUE(await(engine->cancel(*loops[0], id, "ada")));
  crash();
  const auto recovered = recover();
  EXPECT_EQ(recovered.taken_over, 0u);
  EXPECT_EQ(recovered.settled, 1u);
  EXPECT_EQ(store.settled.at(0).state, RunState::cancelled);
}

}  // namespace
}  // namespace belay
