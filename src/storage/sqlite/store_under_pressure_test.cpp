// The store when much waits, the disk is full, or somebody else holds the database.
#include <algorithm>
#include <filesystem>
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "storage/sqlite/testing/sqlite_engine.hpp"

namespace belay::storage {
namespace {

namespace fs = std::filesystem;

class SqliteUnderPressureTest : public SqliteStoreFixture {};

TEST_F(SqliteUnderPressureTest, what_waits_is_bounded_and_what_is_beyond_is_refused_at_once) {
  engine_.config().queue_limit = 8;
  const auto store = engine_.open_sqlite();
  int stored = 0, refused = 0;
  std::promise<void> all_stored;
  {
    const HeldWriter held(*store);
    for (int i = 0; i < 12; ++i)
      store->store_prompt({{"ada", "assistant", "talk"}, sample(1).record.id, "text", clock_.wall()},
                          [&](Result<> result) {
                            if (result) {
                              if (++stored == 8) all_stored.set_value();
                            } else {
                              EXPECT_EQ(result.error().code, ErrorCode::unavailable);
                              ++refused;
                            }
                          });
    EXPECT_EQ(refused, 4);
    EXPECT_EQ(stored, 0);
    EXPECT_EQ(store->stats().queue_depth, 8u);
  }
  all_stored.get_future().wait();
  EXPECT_EQ(store->stats().refused, 4u);
  EXPECT_EQ(store->stats().queue_depth, 0u);
}

TEST_F(SqliteUnderPressureTest, bytes_that_wait_are_bounded_but_one_operation_is_always_taken) {
  engine_.config().queue_bytes = 1_MiB;
  const auto store = engine_.open_sqlite();
  std::vector<bool> settled;
  std::promise<void> stored;
  const SampleRun large = sample(3 << 20), other = sample(1);
  {
    const HeldWriter held(*store);
    store->settle(large.record, large.ranges, {}, [&](Result<bool> result) {
      settled.push_back(result.has_value());
      stored.set_value();
    });
    EXPECT_TRUE(settled.empty());
    store->settle(other.record, other.ranges, {},
                  [&](Result<bool> result) { settled.push_back(result.has_value()); });
    EXPECT_EQ(settled, std::vector<bool>{false});
  }
  stored.get_future().wait();
  EXPECT_EQ(settled, (std::vector<bool>{false, true}));
}

TEST_F(SqliteUnderPressureTest, what_gathers_while_the_writer_is_busy_is_one_transaction) {
  const auto store = engine_.open_sqlite();
  std::uint64_t before = 0;
  {
    const HeldWriter held(*store);
    before = store->stats().groups;
    for (int i = 0; i < 50; ++i) {
      const SampleRun run = sample(10);
      store->settle(run.record, run.ranges, {}, [](Result<bool> result) { EXPECT_TRUE(result.value()); });
    }
  }
  ASSERT_TRUE(flush(*store));
  EXPECT_EQ(store->stats().groups, before + 1);
  EXPECT_EQ(store->stats().settlements, 50u);
  EXPECT_EQ(store->stats().broken_groups, 0u);
}

TEST_F(SqliteUnderPressureTest, X10_a_full_disk_fails_what_does_not_fit_and_that_alone) {
  engine_.config().max_file_size = 1_MiB;
  const auto store = engine_.open_sqlite();
  const SampleRun before = sample(1'000), large = sample(4 << 20), after = sample(1'000);
  std::vector<std::string> results;
  {
    const HeldWriter held(*store);
    for (const SampleRun* run : {&before, &large, &after})
      store->settle(run->record, run->ranges, {}, [&](Result<bool> result) {
        results.push_back(result ? "settled" : std::string(to_string(result.error().code)));
      });
  }
  ASSERT_TRUE(flush(*store));
  EXPECT_EQ(results, (std::vector<std::string>{"settled", "storage_full", "settled"}));
  EXPECT_EQ(store->stats().broken_groups, 1u);
  EXPECT_EQ(store->stats().failures, 1u);
  EXPECT_EQ(store->stats().settlements, 2u);
  EXPECT_FALSE(settle(*store, before).value());
  EXPECT_FALSE(settle(*store, after).value());
}

TEST_F(SqliteUnderPressureTest, X10_what_failed_on_a_full_disk_succeeds_once_there_is_room) {
  engine_.config().max_file_size = 1_MiB;
  auto store = engine_.open();
  std::vector<SampleRun> runs;
  Result<bool> last = true;
  while (last) {
    runs.push_back(sample(50'000, "talk"));
    last = settle(*store, runs.back());
    ASSERT_LT(runs.size(), 100u);
  }
  EXPECT_EQ(last.error().code, ErrorCode::storage_full);
  EXPECT_FALSE(last.error().detail.empty());
  EXPECT_TRUE(settle(*store, runs.back()).has_error());

  // Retention frees space while the store runs …
  Retention retention;
  retention.max_event_bytes = 0;
  const auto swept =
      wait_for<std::uint64_t>([&](auto done) { store->sweep(clock_.wall(), retention, std::move(done)); });
  EXPECT_EQ(swept.value(), runs.size() - 1);
  EXPECT_TRUE(settle(*store, runs.back()).value());
  // … or a larger disk provides it.
  while (settle(*store, sample(50'000))) continue;
  store.reset();
  engine_.config().max_file_size = 0_B;
  store = engine_.open();
  EXPECT_TRUE(settle(*store, sample(2 << 20, "talk")).value());
  EXPECT_EQ(RawDatabase(engine_.file())
                .number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
            0);
}

TEST_F(SqliteUnderPressureTest, another_process_that_holds_the_database_makes_it_unavailable_and_no_worse) {
  engine_.config().busy_timeout = Milliseconds(1);
  const auto store = engine_.open();
  const SampleRun run = sample(10);
  {
    RawDatabase other(engine_.file());
    other.execute("BEGIN IMMEDIATE");
    const auto refused = settle(*store, run);
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    const auto found = wait_for<std::optional<RunRecord>>(
        [&](auto done) { store->find_run(run.record.id, std::move(done)); });
    EXPECT_FALSE(found.value().has_value());  // reading still works
  }
  EXPECT_TRUE(settle(*store, run).value());
}

TEST_F(SqliteUnderPressureTest,
       X10_requests_that_wait_for_a_store_that_is_stuck_are_told_and_have_no_effect) {
  engine_.config().max_stall = Milliseconds(100);
  const auto store = engine_.open_sqlite();
  const SampleRun run = sample(10);
  const auto wait_while_busy = [&] {
    while (store->condition().busy < Milliseconds(100)) std::this_thread::yield();
  };
  std::vector<std::string> sent;
  std::promise<bool> settled;
  Session session;
  session.id = "session";
  session.user = "ada";
  session.surface = "chat";
  {
    const HeldWriter held(*store);
    store->give_up_stalled();
    store->page({"ada", "assistant", "talk", {}, {}}, {}, {1}, [&](Result<MessagePage> result) {
      sent.push_back("history " + std::string(result ? "read" : to_string(result.error().code)));
    });
    store->create_session(session, [&](Result<> result) {
      sent.push_back("session " + std::string(result ? "made" : to_string(result.error().code)));
    });
    store->settle(run.record, run.ranges, {},
                  [&](Result<bool> result) { settled.set_value(result.has_value() && *result); });
    EXPECT_TRUE(sent.empty());
    wait_while_busy();
    store->give_up_stalled();
    std::sort(sent.begin(), sent.end());
    EXPECT_EQ(sent, (std::vector<std::string>{"history unavailable", "session unavailable"}));
    EXPECT_EQ(store->stats().given_up, 2u);
    // The separate reader is not stuck.
    EXPECT_TRUE(wait_for<std::vector<ArchivedRange>>(
        [&](auto done) { store->read_events(run.record.id, 1, 1, std::move(done)); }));
  }
  EXPECT_TRUE(settled.get_future().get()) << "what is no request waits";
  EXPECT_EQ(sent.size(), 2u) << "each is told once";
  const auto found = wait_for<std::optional<Session>>([&](auto done) {
    store->find_session({"session", "ada", "chat"}, std::move(done));
  });
  EXPECT_FALSE(found.value()) << "what was refused does not happen";
  // The thread has answered before it is idle.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (store->condition().busy >= Milliseconds(100) && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_LT(store->condition().busy, Milliseconds(100));
}

TEST_F(SqliteUnderPressureTest, X10_it_knows_whether_writing_fails_and_a_probe_tells_when_it_works_again) {
  engine_.config().busy_timeout = Milliseconds(1);
  const auto store = engine_.open_sqlite();
  EXPECT_FALSE(store->condition().failing);
  {
    RawDatabase other(engine_.file());
    other.execute("BEGIN IMMEDIATE");
    ASSERT_TRUE(settle(*store, sample(10)).has_error());
    ASSERT_TRUE(store->condition().failing);
    EXPECT_EQ(store->condition().failing->code, ErrorCode::unavailable);
    store->probe();
    ASSERT_TRUE(flush(*store));
    EXPECT_TRUE(store->condition().failing);
  }
  store->probe();
  ASSERT_TRUE(flush(*store));
  EXPECT_FALSE(store->condition().failing);
}

TEST_F(SqliteUnderPressureTest, X10_what_fails_by_itself_says_nothing_of_the_disk_and_a_full_one_does) {
  engine_.config().max_file_size = 1_MiB;
  const auto store = engine_.open_sqlite();
  SampleRun gap = sample(10);
  gap.record.last += 7;
  ASSERT_EQ(settle(*store, gap).error().code, ErrorCode::conflict);
  EXPECT_FALSE(store->condition().failing);
  ASSERT_EQ(settle(*store, sample(4 << 20)).error().code, ErrorCode::storage_full);
  ASSERT_TRUE(store->condition().failing);
  EXPECT_EQ(store->condition().failing->code, ErrorCode::storage_full);
  ASSERT_TRUE(settle(*store, sample(10)).value());
  EXPECT_FALSE(store->condition().failing);
}

TEST_F(SqliteUnderPressureTest, X2_a_sync_ends_when_what_was_written_before_it_is_committed) {
  const auto store = engine_.open_sqlite();
  std::vector<std::string> order;
  std::promise<void> synced;
  const SampleRun run = sample(10);
  {
    const HeldWriter held(*store);
    store->settle(run.record, run.ranges, {}, [&](Result<bool>) { order.push_back("settled"); });
    for (int i = 0; i < 3; ++i)
      store->sync([&, i](Result<> result) {
        EXPECT_TRUE(result);
        order.push_back("synced");
        if (i == 2) synced.set_value();
      });
  }
  synced.get_future().wait();
  EXPECT_EQ(order, (std::vector<std::string>{"settled", "synced", "synced", "synced"}));
  EXPECT_EQ(store->stats().syncs, 1u) << "one for all that gathered";
}

}  // namespace
}  // namespace belay::storage
