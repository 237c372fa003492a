#include "core/log/log_committer.hpp"

#include <gtest/gtest.h>

#include "core/log/testing/log_fixture.hpp"

namespace belay {
namespace {

using testing::expected_bytes;
using testing::LogFixture;
using testing::TestDialect;

class LogCommitterTest : public ::testing::Test, protected LogFixture {
 protected:
  const TestDialect dialect;
};

TEST_F(LogCommitterTest, all_that_was_appended_in_a_turn_is_one_commit) {
  const auto one = new_log(), other = new_log();
  one->append(EventType::started, "r");
  one->delta("a");
  other->append(EventType::started, "r");
  loop.turn();
  EXPECT_EQ(writer().commits, 1u);
  ASSERT_EQ(events.committed.size(), 2u);
  EXPECT_EQ(events.committed[0].events.count, 2u);
  EXPECT_EQ(one->published, 1);
  EXPECT_EQ(other->published, 1);
  loop.turn();
  EXPECT_EQ(writer().commits, 1u) << "nothing new, nothing written";
}

TEST_F(LogCommitterTest, nothing_is_visible_before_it_is_durable) {
  writer().holds = true;
  const auto log = new_log();
  auto early = reader(log->shared(), dialect);
  log->append(EventType::started, "r");
  loop.turn();
  ASSERT_TRUE(writer().under_way());
  EXPECT_EQ(early.read(), ByteSource::State::waiting);
  EXPECT_EQ(early.wakes, 0);
  EXPECT_EQ(log->published, 0);
  writer().finish();
  EXPECT_EQ(early.wakes, 1);
  EXPECT_EQ(log->published, 1);
  early.read();
  EXPECT_EQ(early.got, expected_bytes(dialect, log->events, 0));
}

TEST_F(LogCommitterTest, C7_what_follows_from_an_end_is_done_before_a_reader_sees_it) {
  const auto log = new_log(), other = new_log();
  auto watcher = reader(log->shared(), dialect);
  log->append(EventType::started, "r");
  other->append(EventType::started, "r");
  loop.turn();
  watcher.read();
  const int wakes = watcher.wakes;
  log->delta("a");
  log->append(EventType::completed, "c");
  other->delta("b");
  log->when_ended = [&] {
    EXPECT_TRUE(events.committed.back().bytes.size() > 0) << "it is durable";
    EXPECT_EQ(log->log().terminal(), 0u) << "and nobody can see it";
    EXPECT_EQ(watcher.wakes, wakes);
    EXPECT_EQ(watcher.read(), ByteSource::State::waiting);
    EXPECT_EQ(other->published, 2) << "runs that go on do not wait for one that ends";
  };
  loop.turn();
  EXPECT_EQ(log->ended, 1);
  EXPECT_EQ(other->ended, 0);
  EXPECT_EQ(watcher.wakes, wakes + 1);
  EXPECT_EQ(log->log().terminal(), 3u);
  watcher.read();
  EXPECT_EQ(watcher.got, expected_bytes(dialect, log->events, 0));
  loop.turn();
  EXPECT_EQ(log->ended, 1);
}

TEST_F(LogCommitterTest, C7_an_end_that_could_not_be_written_is_none_yet) {
  const auto log = new_log();
  log->append(EventType::started, "r");
  loop.turn();
  writer().refusals = 1;
  log->append(EventType::completed, "c");
  loop.turn();
  EXPECT_EQ(log->ended, 0);
  clock.advance(std::chrono::seconds(1));
  turns();
  EXPECT_EQ(log->ended, 1);
  EXPECT_EQ(log->log().terminal(), 2u);
}

TEST_F(LogCommitterTest, while_a_batch_is_under_way_the_next_one_gathers) {
  writer().holds = true;
  const auto log = new_log();
  auto watcher = reader(log->shared(), dialect);
  log->append(EventType::started, "r");
  loop.turn();
  const auto first = log->events;
  log->delta("a");
  loop.turn();
  log->delta("b");
  loop.turn();
  EXPECT_EQ(writer().commits, 1u);
  writer().finish();
  watcher.read();
  EXPECT_EQ(watcher.got, expected_bytes(dialect, first, 0));
  loop.turn();
  EXPECT_EQ(writer().commits, 2u);
  writer().finish();
  watcher.read();
  EXPECT_EQ(watcher.got, expected_bytes(dialect, log->events, 0));
}

TEST_F(LogCommitterTest, what_an_owner_appends_when_it_is_told_goes_out_in_the_next_turn_without_waiting) {
  const auto log = new_log();
  log->when_published = [&] {
    if (log->published == 1) log->delta("an answer to it");
  };
  log->append(EventType::started, "r");
  loop.turn();
  EXPECT_EQ(log->log().last(), 1u);
  EXPECT_TRUE(loop.turn()) << "the loop would have slept";
  EXPECT_EQ(log->log().last(), 2u);
}

TEST_F(LogCommitterTest, X10_a_refused_batch_loses_nothing_and_is_delivered_once_later) {
  const auto log = new_log();
  auto watcher = reader(log->shared(), dialect);
  log->append(EventType::started, "r");
  loop.turn();
  writer().refusals = 3;
  log->delta("one");
  loop.turn();
  EXPECT_TRUE(committer.failing());
  watcher.read();
  EXPECT_EQ(log->log().last(), 1u);
  // More events are collected in the meantime.
  log->delta("two");
  loop.turn();
  EXPECT_EQ(writer().commits, 2u) << "not tried again before its pause is over";
  for (int i = 0; i < 50 && log->log().last() < 3; ++i) {
    clock.advance(Milliseconds(50));
    loop.turn();
  }
  EXPECT_EQ(log->log().last(), 3u);
  EXPECT_FALSE(committer.failing());
  EXPECT_EQ(writer().commits, 5u);
  watcher.read();
  EXPECT_EQ(watcher.got, expected_bytes(dialect, log->events, 0));
  EXPECT_TRUE(log->refused.empty());
  // The journal has each event exactly once.
  Offset next = 1;
  for (const auto& entry : events.committed) {
    EXPECT_EQ(entry.events.events.first, next);
    next += entry.events.count;
  }
  EXPECT_EQ(next, 4u);
}

TEST_F(LogCommitterTest, X10_the_pause_between_tries_grows_and_stays_within_a_second) {
  const auto log = new_log();
  log->append(EventType::started, "r");
  loop.turn();
  writer().refusals = 1'000'000;
  log->delta("x");
  loop.turn();
  std::vector<int> tries_at;
  std::uint64_t commits = writer().commits;
  for (int ms = 0; ms < 10'000; ms += 10) {
    clock.advance(Milliseconds(10));
    loop.turn();
    if (writer().commits == commits) continue;
    commits = writer().commits;
    tries_at.push_back(ms);
  }
  ASSERT_GE(tries_at.size(), 10u);
  EXPECT_LE(tries_at.size(), 20u);
  for (std::size_t i = 1; i < tries_at.size(); ++i) EXPECT_LE(tries_at[i] - tries_at[i - 1], 1'050);
}

TEST_F(LogCommitterTest, X10_a_new_log_whose_first_batch_is_refused_is_given_back_and_others_are_kept) {
  const auto old_log = new_log();
  old_log->append(EventType::started, "r");
  loop.turn();
  writer().refusals = 1;
  auto new_one = new_log();
  new_one->append(EventType::started, "r");
  old_log->delta("kept");
  loop.turn();
  ASSERT_EQ(new_one->refused.size(), 1u);
  EXPECT_EQ(new_one->refused[0], ErrorCode::storage_full);
  EXPECT_TRUE(old_log->refused.empty());
  new_one.reset();  // its listener may be destroyed at once
  clock.advance(Milliseconds(2000));
  turns();
  EXPECT_EQ(old_log->log().last(), 2u);
}

TEST_F(LogCommitterTest,
       X10_a_new_log_that_was_appended_to_while_its_first_batch_was_under_way_is_given_back_once) {
  writer().holds = true;
  auto log = new_log();
  log->append(EventType::started, "r");
  loop.turn();
  log->delta("more");
  writer().refusals = 1;
  writer().finish();
  EXPECT_EQ(log->refused.size(), 1u);
  log.reset();
  writer().holds = false;
  clock.advance(Milliseconds(2000));
  turns();
  EXPECT_TRUE(events.committed.empty());
}

TEST_F(LogCommitterTest, marks_go_with_the_next_batch_and_survive_a_refusal) {
  const auto log = new_log();
  log->append(EventType::started, "r");
  loop.turn();
  writer().refusals = 1;
  committer.mark(log->log().id(), RunMark::opened);
  loop.turn();
  clock.advance(Milliseconds(2000));
  turns();
  ASSERT_EQ(events.committed.size(), 2u);
  ASSERT_TRUE(events.committed[1].mark);
  EXPECT_EQ(events.committed[1].mark->run, log->log().id());
}

TEST_F(LogCommitterTest, readers_are_woken_once_for_many_events) {
  const auto log = new_log();
  auto watcher = reader(log->shared(), dialect);
  for (int i = 0; i < 100; ++i) log->delta("x");
  loop.turn();
  EXPECT_EQ(watcher.wakes, 1);
}

TEST_F(LogCommitterTest, readers_may_leave_while_they_are_woken) {
  const auto log = new_log();
  std::vector<std::unique_ptr<testing::TestReader>> readers;
  for (int i = 0; i < 5; ++i) readers.push_back(new_reader(log->shared(), dialect));
  readers[1]->destroy_on_wake = readers[4]->destroy_on_wake = true;
  log->delta("x");
  loop.turn();
  for (const auto& one : readers) EXPECT_EQ(one->wakes, 1);
  EXPECT_EQ(hub.readers(), 3u);
  EXPECT_EQ(log->log().readers(), 3u);
  for (const auto& one : readers) one->destroy_on_wake = true;
  log->delta("y");
  loop.turn();
  EXPECT_EQ(hub.readers(), 0u);
  EXPECT_EQ(log->log().reader_loops(), 0u);
  // No reader is left to be woken.
  log->delta("z");
  loop.turn();
  EXPECT_EQ(log->log().last(), 3u);
}

}  // namespace
}  // namespace belay
