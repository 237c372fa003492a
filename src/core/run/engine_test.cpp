#include "core/run/engine.hpp"

#include <gtest/gtest.h>

#include "core/run/testing/engine_fixture.hpp"

namespace belay {
namespace {

using namespace std::chrono_literals;
using testing::EngineFixture;
using testing::logged_events;
using testing::terminals_of;
using State = ByteSource::State;
class EngineTest : public ::testing::Test, protected EngineFixture {};

TEST_F(EngineTest, A1_A3_a_run_is_started_watched_and_settled) {
  RunRequest asked = request();
  asked.reserved = {"slot"};
  reserve(asked);
  const RunId id = started(asked);
  EXPECT_EQ(engine->live_runs(), 1u);
  const auto log = find(id);
  ASSERT_TRUE(log);
  const auto reader = subscribe(*log, dialect);
  answer("Hello.");
  EXPECT_EQ(reader->read(), State::ended);
  EXPECT_EQ(reader->got,
            "[1-1 started][1-2 stage][1-3 stage][1-4 delta Hello.][1-5 usage][1-6 completed \"Hello.\"]");
  EXPECT_EQ(engine->live_runs(), 0u);
  ASSERT_EQ(store.settled.size(), 1u);
  const RunRecord& record = store.settled[0];
  EXPECT_EQ(record.id, id);
  EXPECT_EQ(record.user, "ada");
  EXPECT_EQ(record.state, RunState::completed);
  EXPECT_EQ(record.last, 6u);
  EXPECT_EQ(record.text_bytes, 6u);
  EXPECT_TRUE(record.opened);
  EXPECT_FALSE(record.expired);
  EXPECT_EQ(counters.slots["slot"], 0u);
  EXPECT_EQ(events.released[id], 6u);
  EXPECT_EQ(observer.started, 1);
  EXPECT_EQ(observer.subscriptions, 1);
}

TEST_F(EngineTest, X1_a_finished_run_is_read_from_the_store_from_any_place) {
  const RunId id = started();
  subscribe(*find(id), dialect);
  answer("Hello.");
  const std::string all = read_all(id, dialect);
  EXPECT_EQ(read_all(id, dialect, {1, 4}), "[1-5 usage][1-6 completed \"Hello.\"]");
  EXPECT_EQ(read_all(id, dialect, {1, 6}), "");
  // Two simultaneous readers share one log.
  EXPECT_EQ(*find(id), *find(id));
  crash();
  EXPECT_EQ(read_all(id, dialect), all);
}

TEST_F(EngineTest, C1_a_prompt_that_the_store_did_not_take_comes_with_its_answer) {
  store.fail_prompts = 1;
  RunRequest asked = request();
  asked.conversation = "c";
  started(asked);
  EXPECT_TRUE(store.messages({"ada", "assistant", "c"}).empty());
  EXPECT_EQ(observer.storage_errors, std::vector<std::string>{"store"});
  answer("Hello.");
  const auto messages = store.messages({"ada", "assistant", "c"});
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].content, "Hello?");
  EXPECT_EQ(messages[1].content, "Hello.");
}

TEST_F(EngineTest, X2_a_prompt_that_a_crash_kept_out_of_the_store_comes_with_its_answer) {
  store.hold();
  RunRequest asked = request();
  asked.conversation = "c";
  started(asked);
  answer("Hello.");
  crash();
  recover();
  const auto messages = store.messages({"ada", "assistant", "c"});
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].content, "Hello?");
  EXPECT_EQ(store.settled.size(), 1u);
}

TEST_F(EngineTest, C5_a_ready_answer_is_streamed_without_a_provider_and_costs_nothing) {
  RunRequest asked = request();
  asked.model = "";
  asked.precomputed_answer = "As you wish.";
  const RunId id = started(asked);
  pass(100ms);
  EXPECT_TRUE(provider.calls.empty());
  const std::string all = read_all(id, dialect);
  EXPECT_NE(all.find("completed \"As you wish.\""), std::string::npos) << all;
  ASSERT_EQ(store.settled.size(), 1u);
  EXPECT_EQ(store.settled[0].source, AnswerSource::ready);
  EXPECT_EQ(store.settled[0].kind, MessageKind::command);
  EXPECT_EQ(store.settled[0].cost, NanoDollars{0});
}

TEST_F(EngineTest, C6_runs_that_share_an_answer_have_their_own_logs_and_settlements) {
  std::vector<RunId> ids;
  for (const char* user : {"ada", "bob", "cleo"}) {
    RunRequest asked = request(user);
    asked.share_key = "same";
    ids.push_back(started(asked));
    clock.advance(1ms);  // ids are ordered by time
  }
  ASSERT_EQ(provider.calls.size(), 1u);
  call().accept();
  call().text("Hel");
  turn();
  EXPECT_TRUE(await(engine->cancel(*loops[0], ids[0], "ada")));
  turn();
  EXPECT_FALSE(call().closed);
  call().text("lo.");
  call().usage({{3}, {4}, {}, {}, false, {100}});
  call().end();
  turn(12);
  ASSERT_EQ(store.settled.size(), 3u);
  EXPECT_EQ(store.record(ids[0])->state, RunState::cancelled);
  EXPECT_EQ(store.record(ids[0])->text_bytes, 3u);
  EXPECT_EQ(store.record(ids[0])->cost, NanoDollars{0}) << "others went on with it";
  EXPECT_EQ(store.record(ids[1])->source, AnswerSource::generated);
  EXPECT_EQ(store.record(ids[1])->cost, NanoDollars{100});
  EXPECT_EQ(store.record(ids[2])->source, AnswerSource::shared);
  EXPECT_EQ(store.record(ids[2])->cost, NanoDollars{0});
  EXPECT_EQ(store.record(ids[2])->text_bytes, 6u);
}

TEST_F(EngineTest, X2_C6_after_a_crash_runs_that_shared_go_on_with_one_call) {
  provider.continues = true;
  std::vector<RunId> ids;
  for (const char* user : {"ada", "bob", "cleo"}) {
    RunRequest asked = request(user);
    asked.share_key = "same";
    ids.push_back(started(asked));
  }
  call().accept();
  call().text("Hel");
  turn();
  crash();
  recover();
  pass(200ms);
  ASSERT_EQ(provider.calls.size(), 2u);
  EXPECT_EQ(call().request.partial_answer, "Hel");
  call().text("lo.");
  call().end();
  turn(12);
  ASSERT_EQ(store.settled.size(), 3u);
  for (const RunRecord& record : store.settled) EXPECT_EQ(record.text_bytes, 6u);
}

TEST_F(EngineTest, messages_of_a_conversation_are_kept_and_those_without_one_are_not) {
  RunRequest asked = request();
  asked.conversation = "c";
  started(asked);
  EXPECT_EQ(store.messages({"ada", "assistant", "c"}).size(), 1u) << "the prompt, at once";
  answer("Hello.");
  const auto messages = store.messages({"ada", "assistant", "c"});
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].content, "Hello?");
  EXPECT_EQ(messages[1].content, "Hello.");
  EXPECT_EQ(messages[1].state, "complete");
  started();
  answer("Bye.");
  EXPECT_EQ(store.messages({"ada", "assistant", ""}).size(), 0u);
}

TEST_F(EngineTest, A4_an_unknown_run_and_somebody_elses_are_told_alike) {
  const RunId id = started();
  const RunId unknown = engine->make_id();
  for (const bool finished : {false, true}) {
    if (finished) answer("x");
    EXPECT_EQ(code_of(find(id, "eve")), ErrorCode::not_found);
    EXPECT_EQ(code_of(await(engine->cancel(*loops[0], id, "eve"))), ErrorCode::not_found);
    EXPECT_EQ(find(id, "eve").error().detail, find(unknown, "ada").error().detail);
  }
  EXPECT_EQ(code_of(find(unknown)), ErrorCode::not_found);
  EXPECT_EQ(code_of(await(engine->cancel(*loops[0], unknown, "ada"))), ErrorCode::not_found);
  EXPECT_EQ(store.settled.at(0).state, RunState::completed);
}

TEST_F(EngineTest, X10_new_runs_are_refused_while_draining_on_a_full_disk_and_for_unknown_models) {
  const auto refused = [&](RunRequest asked, ErrorCode code) {
    const auto result = await(engine->start(*loops[0], asked));
    EXPECT_EQ(code_of(result.started), code);
    EXPECT_FALSE(result.may_be_logged) << "its caller gives back what it holds";
    EXPECT_EQ(counters.settlements, 0);
    EXPECT_EQ(engine->live_runs(), 0u);
  };
  RunRequest unknown_model = request();
  unknown_model.model = "other";
  refused(unknown_model, ErrorCode::invalid_request);
  events.full = true;
  refused(request(), ErrorCode::storage_full);
  events.full = false;
  writer().refusals = 1;
  refused(request(), ErrorCode::storage_full);
  pass(2s);
  engine->begin_drain();
  refused(request(), ErrorCode::draining);
  EXPECT_TRUE(provider.calls.empty());
  EXPECT_TRUE(events.committed.empty());
  EXPECT_TRUE(store.settled.empty());
}

TEST_F(EngineTest, A9_X5_a_cancel_from_another_thread_closes_the_provider_and_ends_the_stream) {
  const RunId id = started();
  const auto reader = subscribe(*find(id, "ada", 1), dialect, {}, 1);
  call().text("Half");
  EXPECT_FALSE(code_of(await(engine->cancel(*loops[1], id, "ada"), 1)));
  EXPECT_TRUE(call().closed);
  EXPECT_EQ(reader->read(), State::ended);
  EXPECT_NE(reader->got.find("cancelled \"Half\"]"), std::string::npos);
  EXPECT_FALSE(code_of(await(engine->cancel(*loops[0], id, "ada"))));
  turn();
  EXPECT_FALSE(code_of(await(engine->cancel(*loops[1], id, "ada"), 1))) << "also when it is settled";
  EXPECT_EQ(terminals_of(logged_events(events, id)), 1u);
  ASSERT_EQ(store.settled.size(), 1u);
  EXPECT_EQ(store.settled[0].state, RunState::cancelled);
}

TEST_F(EngineTest, X4_many_readers_on_all_loops_see_one_generation) {
  const RunId id = started();
  std::vector<std::unique_ptr<testing::TestReader>> readers;
  std::string text;
  for (int i = 0; i < 20; ++i) {
    readers.push_back(subscribe(*find(id), dialect, {}, static_cast<std::size_t>(i % 2)));
    const std::string piece = "piece " + std::to_string(i) + " ";
    call().text(piece);
    text += piece;
    turn(1);
  }
  call().end();
  turn();
  EXPECT_EQ(provider.calls.size(), 1u);
  for (const auto& reader : readers) {
    EXPECT_EQ(reader->read(), State::ended);
    EXPECT_EQ(reader->got, readers[0]->got);
  }
  EXPECT_NE(readers[0]->got.find("completed \"" + text + "\"]"), std::string::npos);
}

TEST_F(EngineTest, C7_A5_who_sees_the_end_finds_the_answer_stored_and_the_slot_free) {
  RunRequest asked = request();
  asked.conversation = "c";
  asked.reserved = {"slot"};
  reserve(asked);
  const RunId id = started(asked);
  const auto log = find(id);
  bool has_seen = false;
  // Checks what a reader on another thread can see between any two calls of the store and the counters.
  counters.when_settled = [&] { EXPECT_EQ((*log)->terminal(), 0u) << "the slot is free first"; };
  store.when_settling = [&] {
    has_seen = true;
    EXPECT_EQ((*log)->terminal(), 0u) << "the answer is stored first";
  };
  answer("Hello.");
  EXPECT_TRUE(has_seen);
  EXPECT_NE((*log)->terminal(), 0u);
  EXPECT_EQ(counters.slots["slot"], 0u);
  EXPECT_EQ(store.record(id)->last, (*log)->terminal());
}

TEST_F(EngineTest, C7_a_question_waits_for_the_earlier_answer_where_the_store_is_late) {
  RunRequest asked = request();
  asked.conversation = "c";
  started(asked);
  const ConversationKey conversation{"ada", "assistant", "c"};
  EXPECT_TRUE(await(engine->wait_for_settlement(*loops[1], conversation), 1)) << "its run goes on";
  store.fail_settles = 1;
  answer("Hello.");
  const auto waiting = spawn(engine->wait_for_settlement(*loops[1], conversation), 1);
  const auto other = spawn(engine->wait_for_settlement(*loops[1], {"bob", "assistant", "c"}), 1);
  turn();
  EXPECT_FALSE(waiting->has_value());
  EXPECT_TRUE(other->has_value()) << "another user's conversation has nothing to do with it";
  pass(200ms);
  ASSERT_TRUE(waiting->has_value());
  EXPECT_TRUE(**waiting);
  EXPECT_EQ(store.messages(conversation).size(), 2u);
}

TEST_F(EngineTest, C7_a_question_is_refused_when_the_earlier_answer_can_not_be_stored_in_time) {
  RunRequest asked = request();
  asked.conversation = "c";
  started(asked);
  store.hold();
  answer("Hello.");
  const ConversationKey conversation{"ada", "assistant", "c"};
  const auto waiting = spawn(engine->wait_for_settlement(*loops[0], conversation));
  pass(config.settle_wait + 500ms);
  ASSERT_TRUE(waiting->has_value());
  EXPECT_EQ(code_of(**waiting), ErrorCode::unavailable);
  EXPECT_EQ((**waiting).error().retry_after, Milliseconds(1000));
  store.let_go();
  turn();
  EXPECT_TRUE(await(engine->wait_for_settlement(*loops[0], conversation)));
}

TEST_F(EngineTest,
       C6_a_shared_answer_costs_a_window_however_long_it_grows_and_who_comes_late_gets_all_of_it) {
  config.log_window = {16 << 10};
  config.max_uncommitted = {64 << 10};
  start_process();
  const auto ask = [&](const char* user) {
    RunRequest asked = request(user);
    asked.share_key = "same";
    asked.conversation = "c";
    return started(asked);
  };
  std::vector<RunId> ids{ask("ada"), ask("bob")};
  ASSERT_EQ(provider.calls.size(), 1u);
  std::string text;
  const auto say = [&](int pieces) {
    for (int i = 0; i < pieces; ++i) {
      // Four-byte characters, cut in the middle.
      const std::string piece = std::to_string(text.size()) + std::string(997, '.') + "\xF0\x9F\x98\x80";
      call().text(std::string_view(piece).substr(0, piece.size() - 2));
      call().text(std::string_view(piece).substr(piece.size() - 2));
      text += piece;
      turn(4);
    }
  };
  call().accept();
  say(600);
  EXPECT_LE(engine->shared_text_bytes(), 80u << 10);
  ids.push_back(ask("cleo"));
  turn(2);
  say(600);
  EXPECT_LE(engine->shared_text_bytes(), 80u << 10);
  ids.push_back(ask("dan"));
  call().end();
  pass(2s, 10ms);
  EXPECT_EQ(provider.calls.size(), 1u) << "who comes late reads what there is";
  ASSERT_EQ(store.settled.size(), 4u);
  int charged = 0;
  for (const char* user : {"ada", "bob", "cleo", "dan"}) {
    const auto messages = store.messages({user, "assistant", "c"});
    ASSERT_EQ(messages.size(), 2u) << user;
    EXPECT_EQ(messages[1].content.size(), text.size()) << user;
    EXPECT_TRUE(messages[1].content == text) << user;
  }
  for (const RunRecord& record : store.settled) charged += record.source == AnswerSource::generated;
  EXPECT_EQ(charged, 1);
}

TEST_F(EngineTest, C6_X6_the_provider_is_read_more_slowly_when_no_run_of_a_shared_answer_keeps_up) {
  config.max_uncommitted = {16 << 10};
  start_process();
  RunRequest asked = request();
  asked.share_key = "same";
  started(asked);
  call().accept();
  turn();
  for (std::size_t i = 0; i < 2; ++i) writer(i).holds = true;
  std::size_t said = 0;
  for (; !call().paused && said < 4'000'000; said += 1000) {
    call().text(std::string(1000, '.'));
    turn(1);
  }
  EXPECT_TRUE(call().paused);
  EXPECT_LE(engine->shared_text_bytes(), 1'300'000u);
  for (std::size_t i = 0; i < 2; ++i) {
    writer(i).holds = false;
    if (writer(i).under_way()) writer(i).finish();
  }
  turn(20);
  EXPECT_FALSE(call().paused);
  call().end();
  turn(20);
  ASSERT_EQ(store.settled.size(), 1u);
  EXPECT_EQ(store.settled[0].text_bytes, said);
}

TEST_F(EngineTest, A5_a_run_that_nobody_opened_in_time_has_expired_whether_it_ended_or_not) {
  config.unopened_expiry = 5min;
  start_process();
  const RunId endless = started();
  const RunId finished = started();
  answer("Hello.");
  EXPECT_TRUE(find(finished));
  pass(6min, 500ms);
  EXPECT_EQ(code_of(find(endless)), ErrorCode::expired);
  EXPECT_EQ(code_of(find(finished)), ErrorCode::expired);
  EXPECT_FALSE(code_of(await(engine->cancel(*loops[0], endless, "ada"))))
      << "nothing is left to be cancelled";
  EXPECT_EQ(code_of(find(endless, "eve")), ErrorCode::not_found);
  ASSERT_EQ(store.settled.size(), 2u);
  EXPECT_TRUE(store.record(endless)->expired);
}

TEST_F(EngineTest, A5_a_run_that_was_opened_stays_readable) {
  config.unopened_expiry = 5min;
  start_process();
  const RunId during = started();
  subscribe(*find(during), dialect);
  answer("Hello.");
  const RunId afterwards = started();
  answer("Hello.");
  subscribe(*find(afterwards), dialect);
  turn();
  pass(6min, 500ms);
  EXPECT_TRUE(find(during));
  EXPECT_TRUE(find(afterwards));
  std::size_t marks = 0;
  for (const auto& entry : events.committed) marks += entry.mark && entry.mark->run == during;
  EXPECT_EQ(marks, 1u) << "the journal knows, should the process die";
}

TEST_F(EngineTest, A5_a_run_that_is_opened_while_it_is_being_settled_stays_readable) {
  config.unopened_expiry = 5min;
  start_process();
  const RunId id = started();
  store.hold();
  answer("Hello.");
  const auto log = find(id);
  ASSERT_TRUE(log);
  auto reader = subscribe(*log, dialect);
  store.let_go();
  turn();
  ASSERT_EQ(store.settled.size(), 1u);
  EXPECT_FALSE(store.settled[0].opened) << "the record was made before";
  reader.reset();
  pass(6min, 500ms);
  EXPECT_TRUE(find(id));
}

TEST_F(EngineTest, runs_that_hold_old_segments_are_moved_to_the_store) {
  const RunId id = started();
  call().text("Hello");
  turn();
  ASSERT_TRUE(writer().pinned);
  writer().pinned({id, engine->make_id()});
  turn();
  EXPECT_EQ(store.stored_through(id), 3u);
  EXPECT_EQ(events.released[id], 3u);
  answer(" again.");
  ASSERT_EQ(store.settled.size(), 1u);
  EXPECT_NE(read_all(id, dialect).find("completed \"Hello again.\"]"), std::string::npos);
}

}  // namespace
}  // namespace belay
