// What every engine behind the Store port must do, as tests. An engine's own test file says how it is opened:
//
//   INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract, ::testing::Values(StoreEngineFactory{…}));
//
// Included by tests only.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/store.hpp"

namespace belay::storage {

// One empty store, opened one or more times.
class StoreEngine {
 public:
  virtual ~StoreEngine() = default;
  virtual std::unique_ptr<Store> open() = 0;
  // Opens what a `kill -9` of the store's process at this moment would leave.
  virtual std::unique_ptr<Store> open_after_kill(std::unique_ptr<Store> killed) = 0;
};
using StoreEngineFactory = std::function<std::unique_ptr<StoreEngine>()>;

// Calls the store and waits for the result: wait_for<T>([&](auto done) { store.call(…, std::move(done)); }).
template <class T, class Call>
Result<T> wait_for(Call call) {
  std::promise<Result<T>> promise;
  call(Store::Done<T>([&promise](Result<T> result) { promise.set_value(std::move(result)); }));
  return promise.get_future().get();
}

// A run with its events, built as the engine builds them: `started`, deltas, a terminal event; cut into ranges.
struct SampleRun {
  RunRecord record;
  std::vector<ArchivedRange> ranges;
  std::string text;
};

class SampleEvents {
 public:
  SampleEvents(RunId run, WallTime base, std::size_t events_a_range) : run_(run), base_(base), most_(events_a_range) {}

  SampleEvents& add(EventType type, std::string_view payload) {
    if (ranges_.empty() || counts_.back() == most_) {
      ranges_.push_back({});
      counts_.push_back(0);
      firsts_.push_back(next_);
    }
    append_event(type, Milliseconds(static_cast<std::int64_t>(next_ - firsts_.back())), payload, ranges_.back());
    ++counts_.back();
    ++next_;
    return *this;
  }
  Offset last() const { return next_ - 1; }
  std::vector<ArchivedRange> ranges() const {
    std::vector<ArchivedRange> out;
    for (std::size_t i = 0; i < ranges_.size(); ++i) {
      const WallTime base = base_ + Milliseconds(static_cast<std::int64_t>(firsts_[i]));
      out.push_back({run_, 1, firsts_[i], counts_[i], base, std::make_shared<const std::string>(ranges_[i])});
    }
    return out;
  }

 private:
  RunId run_;
  WallTime base_;
  std::size_t most_;
  Offset next_ = 1;
  std::vector<std::string> ranges_;
  std::vector<std::uint32_t> counts_;
  std::vector<Offset> firsts_;
};

class StoreContract : public ::testing::TestWithParam<StoreEngineFactory> {
 protected:
  void SetUp() override {
    engine_ = GetParam()();
    store_ = engine_->open();
    ASSERT_NE(store_, nullptr);
  }

  RunId new_run() {
    clock_.advance(Milliseconds(10));
    return RunId::make(clock_, random_);
  }
  // A completed run of ada's on the assistant, answered with `pieces`; stateless unless a conversation is named.
  SampleRun sample(const std::vector<std::string>& pieces, std::string conversation = {}, std::size_t events_a_range = 4) {
    SampleRun run;
    const RunId id = new_run();
    SampleEvents events(id, clock_.wall(), events_a_range);
    events.add(EventType::started, "request");
    for (const std::string& piece : pieces) {
      events.add(EventType::delta, piece);
      run.text += piece;
    }
    events.add(EventType::completed, "end");
    run.ranges = events.ranges();
    run.record.id = id;
    run.record.user = "ada";
    run.record.surface = "assistant";
    run.record.mode = "chat";
    run.record.conversation = std::move(conversation);
    run.record.model = "grok";
    run.record.last = events.last();
    run.record.usage = {{11}, {22}, {3}, {4}, true};
    run.record.text_bytes = run.text.size();
    run.record.created = clock_.wall();
    run.record.finished = clock_.wall() + Milliseconds(5);
    return run;
  }

  Result<bool> settle(const SampleRun& run) {
    return wait_for<bool>([&](auto done) { store_->settle(run.record, run.ranges, std::move(done)); });
  }
  Result<> put(std::vector<ArchivedRange> ranges) {
    return wait_for<void>([&](auto done) { store_->put_events(std::move(ranges), std::move(done)); });
  }
  Result<> prompt(const RunId& run, const std::string& text, ConversationKey conversation) {
    return wait_for<void>([&](auto done) {
      store_->store_prompt(std::move(conversation), run, text, clock_.wall(), std::move(done));
    });
  }
  std::vector<StoredMessage> history(ConversationKey conversation, std::size_t most = 100) {
    return wait_for<std::vector<StoredMessage>>([&](auto done) {
             store_->history(std::move(conversation), most, std::move(done));
           }).value();
  }
  std::vector<std::string> contents(ConversationKey conversation, std::size_t most = 100) {
    std::vector<std::string> out;
    for (const StoredMessage& message : history(std::move(conversation), most)) out.push_back(message.content);
    return out;
  }
  std::optional<RunRecord> find(const RunId& run) {
    return wait_for<std::optional<RunRecord>>([&](auto done) { store_->find_run(run, std::move(done)); }).value();
  }
  std::optional<RunRecord> find_key(const std::string& user, const std::string& key) {
    return wait_for<std::optional<RunRecord>>([&](auto done) {
             store_->find_by_key(user, "assistant", key, std::move(done));
           }).value();
  }
  Offset through(const RunId& run) {
    return wait_for<Offset>([&](auto done) { store_->archived_through(run, std::move(done)); }).value();
  }
  std::vector<ArchivedRange> read(const RunId& run, Offset from, std::size_t most_bytes = 1 << 30) {
    return wait_for<std::vector<ArchivedRange>>([&](auto done) {
             store_->read_events(run, from, most_bytes, std::move(done));
           }).value();
  }
  std::uint64_t sweep(const Retention& retention) {
    return wait_for<std::uint64_t>([&](auto done) { store_->sweep(clock_.wall(), retention, std::move(done)); }).value();
  }

  // "3 delta text" for each event of ranges that follow each other without a gap.
  static std::vector<std::string> events_of(const std::vector<ArchivedRange>& ranges) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      const ArchivedRange& range = ranges[i];
      if (i > 0) {
        EXPECT_EQ(range.first, ranges[i - 1].first + ranges[i - 1].count);
      }
      EventReader reader({range.first, range.base_time, *range.bytes});
      std::uint32_t count = 0;
      for (Event event; reader.next(event); ++count)
        out.push_back(std::to_string(event.offset) + " " + std::string(to_string(event.type)) + " " + std::string(event.payload));
      EXPECT_TRUE(reader.ok());
      EXPECT_EQ(count, range.count);
    }
    return out;
  }

  const ConversationKey talk_{"ada", "assistant", "talk"};
  ManualClock clock_;
  SeededRandom random_{20261121};
  std::unique_ptr<StoreEngine> engine_;
  std::unique_ptr<Store> store_;
};

// ---- settlement

TEST_P(StoreContract, a_settled_run_is_found_with_everything_that_its_record_holds) {
  SampleRun run = sample({"an ", "answer"}, "talk");
  run.record.state = RunState::failed;
  run.record.code = ErrorCode::provider_timeout;
  run.record.epochs = {{1, 1}, {2, 3}};
  run.record.text_from = 2;
  run.record.idempotency_key = "key";
  run.record.body_digest = "digest";
  run.record.opened = true;
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
  store_->settle(run.record, run.ranges, [](Result<bool>) {});
  store_.reset();
  store_ = engine_->open();
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
        store_->settle(run.record, run.ranges, [&](Result<bool> result) { ++(result.value() ? first : repeated); });
    });
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(wait_for<void>([&](auto done) { store_->flush(std::move(done)); }));
  EXPECT_EQ(first, 40);
  EXPECT_EQ(repeated, 120);
  EXPECT_EQ(history(talk_).size(), 40u);
}

// ---- messages

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
  const std::map<RunState, std::string> marks = {
      {RunState::failed, "failed"}, {RunState::cancelled, "cancelled"}, {RunState::interrupted, "interrupted"}};
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
  events.add(EventType::delta, "the ").add(EventType::stage, "x").add(EventType::delta, "answer").add(EventType::completed, "");
  run.ranges = events.ranges();
  run.record.last = events.last();
  ASSERT_TRUE(settle(run).value());
  EXPECT_EQ(contents(talk_), std::vector<std::string>{"the answer"});
}

TEST_P(StoreContract, a_stateless_run_leaves_no_message) {
  ASSERT_TRUE(settle(sample({"nothing to keep"})).value());
  EXPECT_TRUE(history({"ada", "assistant", ""}).empty());
}

TEST_P(StoreContract, an_answer_of_six_mebibytes_is_stored_exactly) {
  std::vector<std::string> pieces;
  for (int i = 0; i < 6 * 1024; ++i) pieces.push_back(std::string(1023, static_cast<char>('a' + i % 26)) + " " + std::to_string(i));
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
  // As it may come after a crash: the later run is settled before the earlier one.
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
  const ConversationKey keys[] = {
      {"ada", "assistant", "talk"}, {"bob", "assistant", "talk"}, {"ada", "chat", "talk"}, {"ada", "assistant", "TALK"}};
  for (const ConversationKey& key : keys) ASSERT_TRUE(prompt(new_run(), key.user + key.surface + key.id, key));
  for (const ConversationKey& key : keys)
    EXPECT_EQ(contents(key), std::vector<std::string>{key.user + key.surface + key.id});
  EXPECT_TRUE(contents({"bob", "chat", "talk"}).empty());
}

TEST_P(StoreContract, quotes_semicolons_and_NULs_in_any_text_are_kept_as_they_are) {
  using std::string_literals::operator""s;
  const std::string nasty = "'); DROP TABLE runs; --\0\"\\%_ $1 ? é\U0001F600"s;
  const std::string almost = "'); DROP TABLE runs; --\0X"s;  // the same up to its NUL
  SampleRun run = sample({nasty, "\0"s, nasty}, nasty);
  run.record.user = run.record.mode = run.record.model = run.record.idempotency_key = run.record.body_digest = nasty;
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
        store_->settle(runs[t][i].record, runs[t][i].ranges, [](Result<bool>) {});
        store_->history({"ada", "assistant", "talk " + std::to_string(t)}, 100,
                        [&, i](Result<std::vector<StoredMessage>> messages) { seen += messages.value().size() == i + 1; });
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
      store_->store_prompt(talk_, new_run(), "x", clock_.wall(), [&order, i](Result<>) { order.push_back(i); });
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
    if (i % 3 == 1) runs[i].record.last += 1;  // an event too few
    store_->settle(runs[i].record, runs[i].ranges, [&](Result<bool> result) { ++(result ? settled : failed); });
  }
  ASSERT_TRUE(wait_for<void>([&](auto done) { store_->flush(std::move(done)); }));
  EXPECT_EQ(settled, 20);
  EXPECT_EQ(failed, 10);
  EXPECT_EQ(history(talk_).size(), 20u);
  for (std::size_t i = 0; i < runs.size(); ++i) EXPECT_EQ(through(runs[i].record.id), i % 3 == 1 ? 0 : runs[i].record.last);
}

// ---- events

TEST_P(StoreContract, X1_events_come_back_as_they_were_from_any_offset_on) {
  const SampleRun run = sample({"a", "b", "c", "d", "e", "f", "g", "h"}, {}, 3);
  ASSERT_TRUE(settle(run).value());
  const auto all = events_of(read(run.record.id, 1));
  ASSERT_EQ(all.size(), 10u);
  EXPECT_EQ(all[0], "1 started request");
  EXPECT_EQ(all[4], "5 delta d");
  EXPECT_EQ(all[9], "10 completed end");

  const auto stored = read(run.record.id, 1);
  ASSERT_EQ(stored.size(), run.ranges.size());
  for (std::size_t i = 0; i < stored.size(); ++i) {
    EXPECT_EQ(stored[i].run, run.record.id);
    EXPECT_EQ(stored[i].epoch, run.ranges[i].epoch);
    EXPECT_EQ(stored[i].base_time, run.ranges[i].base_time);
    EXPECT_EQ(*stored[i].bytes, *run.ranges[i].bytes);
  }
  for (Offset from = 1; from <= 10; ++from) {
    const auto ranges = read(run.record.id, from);
    ASSERT_FALSE(ranges.empty());
    EXPECT_LE(ranges.front().first, from);
    EXPECT_GT(ranges.front().first + ranges.front().count, from);
    EXPECT_EQ(events_of(ranges).back(), "10 completed end");
  }
  EXPECT_EQ(events_of(read(run.record.id, 0)), all);
}

TEST_P(StoreContract, there_are_no_events_past_the_end_or_of_unknown_runs) {
  const SampleRun run = sample({"a"});
  ASSERT_TRUE(settle(run).value());
  EXPECT_TRUE(read(run.record.id, run.record.last + 1).empty());
  EXPECT_TRUE(read(run.record.id, UINT64_MAX).empty());
  EXPECT_TRUE(read(new_run(), 1).empty());
  EXPECT_EQ(through(new_run()), 0u);
}

TEST_P(StoreContract, events_are_read_in_portions_of_at_least_one_range) {
  std::vector<std::string> pieces(98, std::string(100, 'x'));
  const SampleRun run = sample(pieces, {}, 10);
  ASSERT_TRUE(settle(run).value());
  EXPECT_EQ(read(run.record.id, 1, 0).size(), 1u);
  EXPECT_EQ(read(run.record.id, 1, 1).size(), 1u);
  std::vector<ArchivedRange> collected;
  for (Offset from = 1;;) {
    auto some = read(run.record.id, from, 2'500);
    if (some.empty()) break;
    EXPECT_LE(some.size(), 3u);
    from = some.back().first + some.back().count;
    std::move(some.begin(), some.end(), std::back_inserter(collected));
  }
  EXPECT_EQ(events_of(collected).size(), 100u);
}

TEST_P(StoreContract, events_put_twice_are_there_once) {
  const SampleRun run = sample({"a", "b", "c", "d", "e", "f"}, "talk", 3);
  ASSERT_TRUE(put({run.ranges[0]}));
  EXPECT_EQ(through(run.record.id), 3u);
  ASSERT_TRUE(put({run.ranges[0], run.ranges[1]}));
  ASSERT_TRUE(put({run.ranges[1]}));
  EXPECT_EQ(through(run.record.id), 6u);
  ASSERT_TRUE(settle(run).value());
  EXPECT_EQ(events_of(read(run.record.id, 1)).size(), 8u);
  EXPECT_EQ(contents(talk_), std::vector<std::string>{"abcdef"});
}

TEST_P(StoreContract, X2_ranges_with_other_borders_after_a_crash_add_only_what_is_missing) {
  const SampleRun run = sample({"a", "bb", "", "dddd", "e", "f"}, "talk", 3);
  ASSERT_TRUE(put({run.ranges[0]}));

  // The same eight events again, replayed in ranges of five: the first overlaps what is there.
  SampleRun replayed = run;
  SampleEvents events(run.record.id, run.record.created, 5);
  events.add(EventType::started, "request");
  for (const char* piece : {"a", "bb", "", "dddd", "e", "f"}) events.add(EventType::delta, piece);
  events.add(EventType::completed, "end");
  replayed.ranges = events.ranges();
  ASSERT_TRUE(settle(replayed).value());

  const auto ranges = read(run.record.id, 1);
  ASSERT_EQ(ranges.size(), 3u);
  EXPECT_EQ(ranges[1].first, 4u);
  EXPECT_EQ(ranges[1].count, 2u);
  EXPECT_EQ(events_of(ranges), (std::vector<std::string>{"1 started request", "2 delta a", "3 delta bb", "4 delta ", "5 delta dddd",
                                                         "6 delta e", "7 delta f", "8 completed end"}));
  EventReader reader({ranges[1].first, ranges[1].base_time, *ranges[1].bytes});
  Event event;
  ASSERT_TRUE(reader.next(event));
  EXPECT_EQ(event.time, run.record.created + Milliseconds(1 + 3));  // of the replayed range: base 1 ms, the fourth event
  EXPECT_EQ(contents(talk_), std::vector<std::string>{"abbddddef"});
}

TEST_P(StoreContract, events_that_would_leave_a_gap_are_refused_until_the_gap_is_filled) {
  const SampleRun run = sample({"a", "b", "c", "d", "e", "f"}, {}, 3);
  const auto refused = put({run.ranges[1]});
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(through(run.record.id), 0u);
  ASSERT_TRUE(put({run.ranges[0]}));
  ASSERT_TRUE(put({run.ranges[1]}));
  EXPECT_EQ(through(run.record.id), 6u);
}

TEST_P(StoreContract, a_range_whose_bytes_are_not_its_events_is_refused_whole) {
  const SampleRun run = sample({"a", "b"});
  ArchivedRange fewer = run.ranges[0], more = run.ranges[0], cut = run.ranges[0], none = run.ranges[0], null = run.ranges[0];
  --fewer.count;
  ++more.count;
  cut.bytes = std::make_shared<const std::string>(cut.bytes->substr(0, cut.bytes->size() - 1));
  none.count = 0;
  null.bytes = nullptr;
  for (const ArchivedRange& broken : {fewer, more, cut, none, null}) EXPECT_TRUE(put({broken}).has_error());
  EXPECT_EQ(through(run.record.id), 0u);
  EXPECT_TRUE(put(run.ranges));
}

TEST_P(StoreContract, events_of_a_settled_run_are_not_taken_again_when_they_have_been_swept) {
  const SampleRun run = sample({"a", "b", "c", "d"}), open = sample({"e"});
  ASSERT_TRUE(settle(run).value());
  Retention retention;
  retention.most_event_bytes = 0;
  EXPECT_EQ(sweep(retention), 1u);
  ASSERT_TRUE(put({run.ranges[0], run.ranges[1], open.ranges[0]}));
  EXPECT_EQ(through(run.record.id), 0u);
  EXPECT_EQ(through(open.record.id), 3u);
}

TEST_P(StoreContract, runs_with_events_and_without_a_settlement_are_listed_for_recovery) {
  const SampleRun settled = sample({"a"}), first = sample({"b"}), second = sample({"c", "d", "e", "f", "g"});
  ASSERT_TRUE(put(second.ranges));
  ASSERT_TRUE(put({first.ranges[0]}));
  ASSERT_TRUE(settle(settled).value());
  const auto unsettled = [&] {
    return wait_for<std::vector<RunId>>([&](auto done) { store_->unsettled_runs(std::move(done)); }).value();
  };
  EXPECT_EQ(unsettled(), (std::vector<RunId>{first.record.id, second.record.id}));
  ASSERT_TRUE(settle(first).value());
  EXPECT_EQ(unsettled(), std::vector<RunId>{second.record.id});
}

// ---- records, ledger

TEST_P(StoreContract, a_run_can_be_marked_as_opened_after_its_settlement) {
  const SampleRun run = sample({"a"});
  const auto mark = [&](const RunId& id) {
    return wait_for<void>([&](auto done) { store_->mark_opened(id, std::move(done)); });
  };
  ASSERT_TRUE(settle(run).value());
  EXPECT_FALSE(find(run.record.id)->opened);
  EXPECT_TRUE(mark(run.record.id));
  EXPECT_TRUE(mark(run.record.id));
  EXPECT_TRUE(find(run.record.id)->opened);
  EXPECT_TRUE(mark(new_run()));
}

TEST_P(StoreContract, X13_an_idempotency_key_belongs_to_its_user_and_the_newest_run_has_it) {
  SampleRun adas = sample({"a"}), bobs = sample({"b"}), none = sample({"c"}), later = sample({"d"});
  adas.record.idempotency_key = bobs.record.idempotency_key = later.record.idempotency_key = "k";
  bobs.record.user = "bob";
  for (const SampleRun* run : {&adas, &bobs, &none}) ASSERT_TRUE(settle(*run).value());
  EXPECT_EQ(find_key("ada", "k")->id, adas.record.id);
  EXPECT_EQ(find_key("bob", "k")->id, bobs.record.id);
  EXPECT_FALSE(find_key("eve", "k"));
  EXPECT_FALSE(find_key("ada", ""));
  ASSERT_TRUE(settle(later).value());
  EXPECT_EQ(find_key("ada", "k")->id, later.record.id);
}

TEST_P(StoreContract, the_ledger_lists_settled_runs_since_a_time_in_their_order) {
  const auto ledger = [&](WallTime since) {
    return wait_for<std::vector<LedgerRow>>([&](auto done) { store_->ledger_since(since, std::move(done)); }).value();
  };
  const SampleRun first = sample({"a"}), second = sample({"b"}), third = sample({"c"});
  for (const SampleRun* run : {&third, &first, &second, &first}) (void)settle(*run);
  const auto rows = ledger(second.record.created);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].run, second.record.id);
  EXPECT_EQ(rows[0].user, "ada");
  EXPECT_EQ(rows[0].surface, "assistant");
  EXPECT_EQ(rows[0].mode, "chat");
  EXPECT_EQ(rows[0].created, second.record.created);
  EXPECT_EQ(rows[1].run, third.record.id);
  EXPECT_EQ(ledger({0}).size(), 3u);
  EXPECT_TRUE(ledger(third.record.created + Milliseconds(1)).empty());
}

// ---- retention

TEST_P(StoreContract, A5_events_older_than_their_retention_go_and_their_run_is_marked_expired) {
  const SampleRun old = sample({"old"}, "talk");
  ASSERT_TRUE(settle(old).value());
  Retention retention;
  clock_.advance(retention.events);
  const SampleRun young = sample({"young"}, "talk");
  ASSERT_TRUE(settle(young).value());

  EXPECT_EQ(sweep(retention), 1u);
  EXPECT_TRUE(find(old.record.id)->expired);
  EXPECT_TRUE(read(old.record.id, 1).empty());
  EXPECT_FALSE(find(young.record.id)->expired);
  EXPECT_EQ(events_of(read(young.record.id, 1)).size(), 3u);
  EXPECT_EQ(contents(talk_), (std::vector<std::string>{"old", "young"}));
  EXPECT_EQ(sweep(retention), 0u);
  EXPECT_FALSE(settle(old).value());
}

TEST_P(StoreContract, events_beyond_the_bytes_that_are_kept_go_oldest_first) {
  std::vector<SampleRun> runs;
  for (int i = 0; i < 5; ++i) runs.push_back(sample({std::string(10'000, 'x')}));
  for (int i : {3, 0, 4, 2, 1}) ASSERT_TRUE(settle(runs[static_cast<std::size_t>(i)]).value());
  Retention retention;
  retention.most_event_bytes = 25'000;
  EXPECT_EQ(sweep(retention), 3u);
  for (std::size_t i = 0; i < runs.size(); ++i) EXPECT_EQ(find(runs[i].record.id)->expired, i < 3);
  ASSERT_TRUE(settle(sample({std::string(4'000, 'y')})).value());
  EXPECT_EQ(sweep(retention), 0u);
  ASSERT_TRUE(settle(sample({std::string(4'000, 'z')})).value());
  EXPECT_EQ(sweep(retention), 1u);
}

TEST_P(StoreContract, X9_the_record_of_a_run_goes_after_its_own_retention) {
  SampleRun run = sample({"a"}, "talk");
  run.record.idempotency_key = "k";
  ASSERT_TRUE(settle(run).value());
  Retention retention;
  clock_.advance(retention.records);
  sweep(retention);
  EXPECT_TRUE(find(run.record.id)->expired);
  clock_.advance(Milliseconds(6));
  sweep(retention);
  EXPECT_FALSE(find(run.record.id));
  EXPECT_FALSE(find_key("ada", "k"));
  EXPECT_EQ(contents(talk_), std::vector<std::string>{"a"});
}

TEST_P(StoreContract, events_of_runs_that_are_not_settled_are_never_swept) {
  const SampleRun run = sample({"a", "b", "c", "d"});
  ASSERT_TRUE(put({run.ranges[0]}));
  Retention retention;
  retention.most_event_bytes = 0;
  clock_.advance(2 * retention.records);
  EXPECT_EQ(sweep(retention), 0u);
  EXPECT_EQ(through(run.record.id), 4u);
}

TEST_P(StoreContract, a_long_sweep_lets_others_through_and_a_flush_waits_for_it) {
  for (int i = 0; i < 300; ++i) {
    const SampleRun run = sample({"text"});
    store_->settle(run.record, run.ranges, [](Result<bool> result) { EXPECT_TRUE(result.value()); });
  }
  Retention retention;
  clock_.advance(2 * retention.events);
  std::vector<std::string> order;
  std::uint64_t swept = 0;
  store_->sweep(clock_.wall(), retention, [&](Result<std::uint64_t> runs) {
    swept = runs.value();
    order.push_back("sweep");
  });
  const auto flushed = wait_for<void>([&](auto done) {
    store_->flush([&, done = std::move(done)](Result<> result) mutable {
      order.push_back("flush");
      done(std::move(result));
    });
  });
  EXPECT_TRUE(flushed);
  EXPECT_EQ(swept, 300u);
  EXPECT_EQ(order, (std::vector<std::string>{"sweep", "flush"}));
}

}  // namespace belay::storage
