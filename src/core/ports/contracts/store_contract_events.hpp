// The tests of the Store port for events, records and retention: a part of store_contract.hpp.
#pragma once

#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/ports/contracts/store_contract_fixture.hpp"

namespace belay::storage {

// ---- Events

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

  // The same eight events again, replayed in ranges of five: the first overlaps the stored events.
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
  EXPECT_EQ(events_of(ranges),
            (std::vector<std::string>{"1 started request", "2 delta a", "3 delta bb", "4 delta ",
                                      "5 delta dddd", "6 delta e", "7 delta f", "8 completed end"}));
  EventReader reader({ranges[1].first, ranges[1].base_time, *ranges[1].bytes});
  Event event;
  ASSERT_TRUE(reader.next(event));
  EXPECT_EQ(event.time,
            run.record.created + Milliseconds(1 + 3));  // in the replayed range: base 1 ms, fourth event
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
  ArchivedRange fewer = run.ranges[0], more = run.ranges[0], cut = run.ranges[0], none = run.ranges[0],
                null = run.ranges[0], zero = run.ranges[0];
  --fewer.count;
  ++more.count;
  cut.bytes = std::make_shared<const std::string>(cut.bytes->substr(0, cut.bytes->size() - 1));
  none.count = 0;
  null.bytes = nullptr;
  zero.first = 0;
  for (const ArchivedRange& broken : {fewer, more, cut, none, null, zero})
    EXPECT_TRUE(put({broken}).has_error());
  EXPECT_EQ(through(run.record.id), 0u);
  EXPECT_TRUE(put(run.ranges));
}

TEST_P(StoreContract, of_ranges_that_are_put_together_none_is_stored_if_one_is_refused) {
  const SampleRun run = sample({"a", "b", "c", "d"}, {}, 2), other = sample({"e", "f", "g"}, {}, 2);
  ASSERT_TRUE(put({run.ranges[0]}));
  EXPECT_TRUE(put({run.ranges[1], other.ranges[0], run.ranges[2], other.ranges[2]}).has_error());
  EXPECT_EQ(through(run.record.id), 2u);
  EXPECT_EQ(through(other.record.id), 0u);
  ASSERT_TRUE(put({run.ranges[1], other.ranges[0], run.ranges[2], other.ranges[1]}));
  EXPECT_EQ(through(run.record.id), 6u);
  EXPECT_EQ(through(other.record.id), 4u);
}

TEST_P(StoreContract, events_of_a_settled_run_are_not_taken_again_when_they_have_been_swept) {
  const SampleRun run = sample({"a", "b", "c", "d"}), open = sample({"e"});
  ASSERT_TRUE(settle(run).value());
  Retention retention;
  retention.max_event_bytes = 0;
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

// ---- Records, ledger

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
  EXPECT_FALSE(find_key("ada", "")) << "a run without a key has none";
  const auto elsewhere = wait_for<std::optional<RunRecord>>(
      [&](auto done) { store_->find_by_key("ada", "chat", "k", std::move(done)); });
  EXPECT_FALSE(*elsewhere) << "a key belongs to its surface, too";
  ASSERT_TRUE(settle(later).value());
  EXPECT_EQ(find_key("ada", "k")->id, later.record.id);
}

TEST_P(StoreContract, the_ledger_lists_settled_runs_since_a_time_in_their_order) {
  const auto ledger = [&](WallTime since) {
    return wait_for<std::vector<LedgerRow>>(
               [&](auto done) { engine_->ledger(*store_).ledger_since(since, std::move(done)); })
        .value();
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

// ---- Retention

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
  retention.max_event_bytes = 25'000;
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
  retention.max_event_bytes = 0;
  clock_.advance(2 * retention.records);
  EXPECT_EQ(sweep(retention), 0u);
  EXPECT_EQ(through(run.record.id), 4u);
}

TEST_P(StoreContract, a_long_sweep_lets_others_through_and_a_flush_waits_for_it) {
  for (int i = 0; i < 300; ++i) {
    const SampleRun run = sample({"text"});
    store_->settle(run.record, run.ranges, {}, [](Result<bool> result) { EXPECT_TRUE(result.value()); });
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
