// Tests that every implementation of the Store port must pass, the fake in core/ports/testing/ too. The test file of an
// implementation says how to open it:
//
//   INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract, ::testing::Values(StoreEngineFactory{…}));
//
// Included only by tests.
#pragma once

#include <algorithm>
#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/ports/contracts/store_contract_events.hpp"
#include "core/ports/contracts/store_contract_fixture.hpp"

namespace belay::storage {

// ---- Settlement

TEST_P(StoreContract, a_settled_run_is_found_with_everything_that_its_record_holds) {
  SampleRun run = sample({"an ", "answer"}, "talk");
  run.record.state = RunState::failed;
  run.record.code = ErrorCode::provider_timeout;
  run.record.epochs = {{1, 1}, {2, 3}};
  run.record.text_from = 2;
  run.record.idempotency_key = "key";
  run.record.body_digest = "digest";
  run.record.opened = true;
  run.record.finish = FinishReason::length;
  ASSERT_TRUE(settle(run).value());

  const auto found = find(run.record.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, run.record.id);
  EXPECT_EQ(found->user, "ada");
  EXPECT_EQ(found->surface, "assistant");
  EXPECT_EQ(found->mode, "chat");
  EXPECT_EQ(found->conversation, "talk");
  EXPECT_EQ(found->model, "grok");
  EXPECT_EQ(found->state, RunState::failed);
  EXPECT_EQ(found->code, ErrorCode::provider_timeout);
  ASSERT_EQ(found->epochs.size(), 2u);
  EXPECT_EQ(found->epochs[1].epoch, 2u);
  EXPECT_EQ(found->epochs[1].first, 3u);
  EXPECT_EQ(found->last, 4u);
  EXPECT_EQ(found->usage.input.value, 11u);
  EXPECT_EQ(found->usage.output.value, 22u);
  EXPECT_EQ(found->usage.cached.value, 3u);
  EXPECT_EQ(found->usage.reasoning.value, 4u);
  EXPECT_TRUE(found->usage.estimated);
  EXPECT_EQ(found->text_from, 2u);
  EXPECT_EQ(found->text_bytes, 9u);
  EXPECT_EQ(found->idempotency_key, "key");
  EXPECT_EQ(found->body_digest, "digest");
  EXPECT_EQ(found->created, run.record.created);
  EXPECT_EQ(found->finished, run.record.finished);
  EXPECT_TRUE(found->opened);
  EXPECT_FALSE(found->expired);
  EXPECT_FALSE(found->finish) << "it is not read";
}

TEST_P(StoreContract, X2_a_run_is_settled_once_and_a_second_settlement_changes_nothing) {
  const SampleRun run = sample({"first"}, "talk");
  EXPECT_TRUE(settle(run).value());

  SampleRun again = run;
  again.record.state = RunState::failed;
  again.record.usage.output = TokenCount{999};
  SampleEvents longer(run.record.id, clock_.wall(), 4);
  for (int i = 0; i < 9; ++i) longer.add(EventType::delta, "second");
  again.ranges = longer.ranges();
  again.record.last = longer.last();
  EXPECT_FALSE(settle(again).value());

  EXPECT_EQ(find(run.record.id)->state, RunState::completed);
  EXPECT_EQ(find(run.record.id)->usage.output.value, 22u);
  EXPECT_EQ(through(run.record.id), run.record.last);
  EXPECT_EQ(contents(talk_), std::vector<std::string>{"first"});
}

TEST_P(StoreContract, X2_a_run_settled_before_a_kill_is_not_settled_again_after_it) {
  const SampleRun settled = sample({"one"}, "talk");
  const SampleRun open = sample({"two"}, "talk");
  ASSERT_TRUE(settle(settled).value());
  ASSERT_TRUE(put({open.ranges.front()}));
  store_ = engine_->open_after_kill(std::move(store_));

  EXPECT_FALSE(settle(settled).value());
  EXPECT_TRUE(settle(open).value());
  EXPECT_EQ(contents(talk_), (std::vector<std::string>{"one", "two"}));
}

TEST_P(StoreContract, what_was_asked_for_before_a_clean_end_is_there_after_it) {
  const SampleRun run = sample({"kept"}, "talk");
  store_->settle(run.record, run.ranges, {}, [](Result<bool>) {});
  store_ = engine_->open_after_end(std::move(store_));
  EXPECT_FALSE(settle(run).value());
  EXPECT_EQ(contents(talk_), std::vector<std::string>{"kept"});
}

TEST_P(StoreContract, a_settlement_whose_events_are_not_all_there_is_refused_and_leaves_nothing_behind) {
  SampleRun run = sample({"a", "b", "c", "d", "e"}, "talk", 2);
  SampleRun cut = run;
  cut.ranges.pop_back();
  const auto refused = settle(cut);
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_FALSE(find(run.record.id));
  EXPECT_EQ(through(run.record.id), 0u);
  EXPECT_TRUE(history(talk_).empty());

  EXPECT_TRUE(settle(run).value());
  EXPECT_EQ(contents(talk_), std::vector<std::string>{"abcde"});
}

TEST_P(StoreContract, many_threads_settle_the_same_runs_and_each_run_is_settled_once) {
  std::vector<SampleRun> runs;
  for (int i = 0; i < 40; ++i) runs.push_back(sample({"answer ", std::to_string(i)}, "talk"));
  std::atomic<int> first{0}, repeated{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (const SampleRun& run : runs)
        store_->settle(run.record, run.ranges, {},
                       [&](Result<bool> result) { ++(result.value() ? first : repeated); });
    });
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(wait_for<void>([&](auto done) { store_->flush(std::move(done)); }));
  EXPECT_EQ(first, 40);
  EXPECT_EQ(repeated, 120);
  EXPECT_EQ(history(talk_).size(), 40u);
}

// ---- Messages

TEST_P(StoreContract, C7_the_assistants_message_is_the_text_of_the_run_and_bears_its_model_usage_and_state) {
  const SampleRun run = sample({"Hello, ", "world", "!"}, "talk", 2);
  ASSERT_TRUE(prompt(run.record.id, "Greet me.", talk_));
  ASSERT_TRUE(settle(run).value());
  const auto messages = history(talk_);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].run, run.record.id);
  EXPECT_EQ(messages[0].role, Role::user);
  EXPECT_EQ(messages[0].content, "Greet me.");
  EXPECT_EQ(messages[0].state, "complete");
  EXPECT_EQ(messages[0].created, clock_.wall());
  EXPECT_EQ(messages[1].run, run.record.id);
  EXPECT_EQ(messages[1].role, Role::assistant);
  EXPECT_EQ(messages[1].content, "Hello, world!");
  EXPECT_EQ(messages[1].state, "complete");
  EXPECT_EQ(messages[1].model, "grok");
  EXPECT_EQ(messages[1].usage.output.value, 22u);
  EXPECT_EQ(messages[1].created, run.record.finished);
}

TEST_P(StoreContract, C7_what_was_said_before_a_run_broke_off_is_kept_and_marked) {
  const std::map<RunState, std::string> marks = {{RunState::failed, "failed"},
                                                 {RunState::cancelled, "cancelled"},
                                                 {RunState::interrupted, "interrupted"}};
  for (const auto& [state, mark] : marks) {
    SampleRun run = sample({"so f"}, mark);
    run.record.state = state;
    ASSERT_TRUE(settle(run).value());
    const auto messages = history({"ada", "assistant", mark});
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_EQ(messages[0].content, "so f");
    EXPECT_EQ(messages[0].state, mark);
  }
}

TEST_P(StoreContract, text_from_before_a_restart_is_not_part_of_the_message) {
  SampleRun run = sample({}, "talk");
  SampleEvents events(run.record.id, clock_.wall(), 3);
  events.add(EventType::started, "request").add(EventType::delta, "dropped ").add(EventType::delta, "too");
  events.add(EventType::delta, " and this").add(EventType::restarted, "why");
  run.record.text_from = events.last() + 1;
  events.add(EventType::delta, "the ")
      .add(EventType::stage, "x")
      .add(EventType::delta, "answer")
      .add(EventType::completed, "");
  run.ranges = events.ranges();
  run.record.last = events.last();
  ASSERT_TRUE(settle(run).value());
  EXPECT_EQ(contents(talk_), std::vector<std::string>{"the answer"});
}

TEST_P(StoreContract, C17_the_reasoning_of_an_answer_is_kept_apart_from_it) {
  SampleRun run = sample({}, "talk");
  SampleEvents events(run.record.id, clock_.wall(), 4);
  events.add(EventType::started, "request").add(EventType::reasoning_delta, "dropped");
  events.add(EventType::delta, "dropped").add(EventType::restarted, "why");
  run.record.text_from = events.last() + 1;
  events.add(EventType::reasoning_delta, "I ")
      .add(EventType::reasoning_delta, "think.")
      .add(EventType::delta, "The answer.")
      .add(EventType::completed, "");
  run.ranges = events.ranges();
  run.record.last = events.last();
  ASSERT_TRUE(settle(run).value());
  const auto messages = history(talk_);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].content, "The answer.");
  EXPECT_EQ(messages[0].reasoning, "I think.");
}

TEST_P(StoreContract, a_stateless_run_leaves_no_message) {
  ASSERT_TRUE(settle(sample({"nothing to keep"})).value());
  EXPECT_TRUE(history({"ada", "assistant", ""}).empty());
}

TEST_P(StoreContract, an_answer_of_six_mebibytes_is_stored_exactly) {
  std::vector<std::string> pieces;
  for (int i = 0; i < 6 * 1024; ++i)
    pieces.push_back(std::string(1023, static_cast<char>('a' + i % 26)) + " " + std::to_string(i));
  SampleRun run = sample(pieces, "talk", 64);
  const auto half = run.ranges.begin() + static_cast<std::ptrdiff_t>(run.ranges.size() / 2);
  ASSERT_TRUE(put({run.ranges.begin(), half}));
  run.ranges.erase(run.ranges.begin(), half);
  ASSERT_GE(run.text.size(), 6u << 20);
  ASSERT_TRUE(settle(run).value());
  const auto messages = history(talk_);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_TRUE(messages[0].content == run.text);
}

TEST_P(StoreContract, a_history_is_in_the_order_of_its_runs_and_gives_the_newest_messages_oldest_first) {
  const SampleRun first = sample({"answer 1"}, "talk");
  const SampleRun second = sample({"answer 2"}, "talk");
  // This can happen after a crash: the later run is settled before the earlier one.
  ASSERT_TRUE(prompt(second.record.id, "question 2", talk_));
  ASSERT_TRUE(settle(second).value());
  ASSERT_TRUE(settle(first).value());
  ASSERT_TRUE(prompt(first.record.id, "question 1", talk_));
  EXPECT_EQ(contents(talk_), (std::vector<std::string>{"question 1", "answer 1", "question 2", "answer 2"}));
  EXPECT_EQ(contents(talk_, 3), (std::vector<std::string>{"answer 1", "question 2", "answer 2"}));
  EXPECT_TRUE(contents(talk_, 0).empty());
}

TEST_P(StoreContract, runs_of_the_same_millisecond_stand_in_the_order_in_which_they_came) {
  std::vector<std::string> expected;
  const WallTime same = clock_.wall();
  for (int i = 0; i < 20; ++i) {
    SampleRun run = sample({"answer " + std::to_string(i)}, "talk");
    run.record.id.time = same;
    for (ArchivedRange& range : run.ranges) range.run = run.record.id;
    ASSERT_TRUE(prompt(run.record.id, "question " + std::to_string(i), talk_));
    ASSERT_TRUE(settle(run).value());
    expected.push_back("question " + std::to_string(i));
    expected.push_back("answer " + std::to_string(i));
  }
  EXPECT_EQ(contents(talk_), expected);
}

TEST_P(StoreContract, a_prompt_is_stored_once_a_run) {
  const RunId run = new_run();
  ASSERT_TRUE(prompt(run, "question", talk_));
  ASSERT_TRUE(prompt(run, "question", talk_));
  EXPECT_EQ(contents(talk_), std::vector<std::string>{"question"});
}

TEST_P(StoreContract, conversations_of_other_users_and_surfaces_are_other_conversations) {
  const ConversationKey keys[] = {{"ada", "assistant", "talk"},
                                  {"bob", "assistant", "talk"},
                                  {"ada", "chat", "talk"},
                                  {"ada", "assistant", "TALK"}};
  for (const ConversationKey& key : keys)
    ASSERT_TRUE(prompt(new_run(), key.user + key.surface + key.id, key));
  for (const ConversationKey& key : keys)
    EXPECT_EQ(contents(key), std::vector<std::string>{key.user + key.surface + key.id});
  EXPECT_TRUE(contents({"bob", "chat", "talk"}).empty());
}

TEST_P(StoreContract, quotes_semicolons_and_NULs_in_any_text_are_kept_as_they_are) {
  using std::string_literals::operator""s;
  const std::string nasty = "'); DROP TABLE runs; --\0\"\\%_ $1 ? é\U0001F600"s;
  const std::string almost = "'); DROP TABLE runs; --\0X"s;  // equal up to its NUL
  SampleRun run = sample({nasty, "\0"s, nasty}, nasty);
  run.record.user = run.record.mode = run.record.model = run.record.idempotency_key = run.record.body_digest =
      nasty;
  const ConversationKey key{nasty, "assistant", nasty};
  ASSERT_TRUE(prompt(run.record.id, nasty, key));
  ASSERT_TRUE(settle(run).value());
  EXPECT_EQ(contents(key), (std::vector<std::string>{nasty, nasty + "\0"s + nasty}));
  EXPECT_TRUE(contents({nasty, "assistant", almost}).empty());
  const auto found = find_key(nasty, nasty);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->user, nasty);
  EXPECT_EQ(found->model, nasty);
  EXPECT_EQ(found->body_digest, nasty);
  EXPECT_FALSE(find_key(nasty, almost));
  EXPECT_FALSE(find_key(almost, nasty));
}

TEST_P(StoreContract, a_history_asked_for_after_a_settlement_shows_it_whatever_thread_asks) {
  std::vector<std::thread> threads;
  std::atomic<int> seen{0};
  std::vector<std::vector<SampleRun>> runs(4);
  for (std::size_t t = 0; t < runs.size(); ++t)
    for (int i = 0; i < 25; ++i) runs[t].push_back(sample({"x"}, "talk " + std::to_string(t)));
  for (std::size_t t = 0; t < runs.size(); ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < runs[t].size(); ++i) {
        store_->settle(runs[t][i].record, runs[t][i].ranges, {}, [](Result<bool>) {});
        engine_->conversations(*store_).page(
            {"ada", "assistant", "talk " + std::to_string(t), {}, {}}, {}, {},
            [&, i](Result<MessagePage> page) { seen += page.value().messages.size() == i + 1; });
      }
    });
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(wait_for<void>([&](auto done) { store_->flush(std::move(done)); }));
  EXPECT_EQ(seen, 100);
}

TEST_P(StoreContract, results_come_in_the_order_of_the_calls) {
  std::vector<int> order;
  for (int i = 0; i < 200; ++i) {
    if (i % 3 == 0)
      store_->find_run(new_run(), [&order, i](Result<std::optional<RunRecord>>) { order.push_back(i); });
    else
      store_->store_prompt({talk_, new_run(), "x", clock_.wall()},
                           [&order, i](Result<>) { order.push_back(i); });
  }
  ASSERT_TRUE(wait_for<void>([&](auto done) { store_->flush(std::move(done)); }));
  ASSERT_EQ(order.size(), 200u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_P(StoreContract, an_operation_that_fails_takes_none_of_its_neighbours_with_it) {
  std::vector<SampleRun> runs;
  for (int i = 0; i < 30; ++i) runs.push_back(sample({"text " + std::to_string(i)}, "talk"));
  int settled = 0, failed = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (i % 3 == 1) runs[i].record.last += 1;  // one event is missing
    store_->settle(runs[i].record, runs[i].ranges, {},
                   [&](Result<bool> result) { ++(result ? settled : failed); });
  }
  ASSERT_TRUE(wait_for<void>([&](auto done) { store_->flush(std::move(done)); }));
  EXPECT_EQ(settled, 20);
  EXPECT_EQ(failed, 10);
  EXPECT_EQ(history(talk_).size(), 20u);
  for (std::size_t i = 0; i < runs.size(); ++i)
    EXPECT_EQ(through(runs[i].record.id), i % 3 == 1 ? 0 : runs[i].record.last);
}

}  // namespace belay::storage
