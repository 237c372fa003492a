// What ends a run before its answer does, and what slows it down.
#include <gtest/gtest.h>

#include "base/utf8.hpp"
#include "core/run/run.hpp"
#include "core/run/testing/run_fixture.hpp"

namespace belay {
namespace {

using namespace std::chrono_literals;
using testing::text_of;
using testing::types_of;

class RunLifetimeTest : public testing::RunFixture {};

TEST_F(RunLifetimeTest, A9_X5_a_cancel_closes_the_provider_at_once_and_ends_the_log) {
  start();
  call().text("Half");
  turns();
  run->cancel(make_error(ErrorCode::cancelled, "The request was cancelled."), [this] { ++cancels_seen; });
  EXPECT_TRUE(call().closed) << "before anything else happens";
  EXPECT_EQ(cancels_seen, 0) << "not before it is in the log";
  turns();
  EXPECT_EQ(cancels_seen, 1);
  EXPECT_EQ(all().back().type, EventType::cancelled);
  EXPECT_EQ(end().code, ErrorCode::cancelled);
  EXPECT_EQ(run->state(), RunState::cancelled);
}

TEST_F(RunLifetimeTest, A9_a_run_can_be_cancelled_before_the_provider_has_said_anything) {
  start();
  cancel();
  EXPECT_TRUE(call().closed);
  EXPECT_EQ(types_of(all()), "started stage usage cancelled");
  end();
}

TEST_F(RunLifetimeTest, A9_a_second_cancel_is_told_like_the_first_and_changes_nothing) {
  start();
  writer().holds = true;
  cancel();
  cancel();
  EXPECT_EQ(cancels_seen, 0);
  writer().finish();
  EXPECT_EQ(cancels_seen, 2);
  cancel();
  EXPECT_EQ(cancels_seen, 3);
  end();
}

TEST_F(RunLifetimeTest, A9_a_cancel_after_the_end_is_told_and_the_run_stays_completed) {
  start();
  call().text("all");
  call().end();
  run->cancel(make_error(ErrorCode::cancelled, "late"), [this] { ++cancels_seen; });
  turns();
  EXPECT_EQ(cancels_seen, 1);
  EXPECT_EQ(all().back().type, EventType::completed);
  end();
}

TEST_F(RunLifetimeTest, a_run_has_a_deadline) {
  config.run_deadline = 30s;
  start();
  call().text("slow");
  pass(29'900ms, 100ms);
  EXPECT_FALSE(run->shared_log()->ended());
  pass(300ms);
  EXPECT_EQ(end().code, ErrorCode::deadline_exceeded);
  EXPECT_EQ(all().back().type, EventType::failed);
  EXPECT_TRUE(call().closed);
}

TEST_F(RunLifetimeTest, A5_a_run_that_nobody_opens_in_time_expires) {
  config.unopened_expiry = 5min;
  start();
  pass(298s, 1s);
  EXPECT_FALSE(run->expired());
  pass(3s, 1s);
  EXPECT_TRUE(run->expired());
  EXPECT_EQ(end().code, ErrorCode::expired);
  EXPECT_EQ(run->state(), RunState::cancelled);
  EXPECT_TRUE(call().closed);
}

TEST_F(RunLifetimeTest, A5_a_run_that_was_opened_once_does_not_expire) {
  config.unopened_expiry = 5min;
  config.run_deadline = 1h;
  start();
  EXPECT_TRUE(run->shared_log()->open_first());
  EXPECT_FALSE(run->shared_log()->open_first());
  pass(10min, 1s);
  EXPECT_FALSE(run->shared_log()->ended());
}

TEST_F(RunLifetimeTest,
       X5_a_run_whose_last_reader_has_gone_stops_after_the_grace_time_but_not_if_one_comes_back) {
  config.unwatched_grace = 10s;
  start();
  run->shared_log()->open_first();
  const testing::TestDialect dialect;
  auto watcher = new_reader(run->shared_log(), dialect);
  pass(60s, 500ms);
  watcher.reset();
  pass(9s, 500ms);
  watcher = new_reader(run->shared_log(), dialect);
  pass(60s, 500ms);
  EXPECT_FALSE(run->shared_log()->ended());
  watcher.reset();
  pass(13s, 500ms);
  EXPECT_EQ(end().code, ErrorCode::cancelled);
  EXPECT_TRUE(call().closed);
}

TEST_F(RunLifetimeTest, X5_a_request_says_itself_what_becomes_of_its_run_without_readers) {
  config.unwatched_grace = 10s;
  request.unwatched = Unwatched::never();
  start();
  run->shared_log()->open_first();
  pass(60s, 500ms);
  EXPECT_FALSE(run->shared_log()->ended());
}

TEST_F(RunLifetimeTest, X5_a_run_may_be_cancelled_as_soon_as_its_last_reader_has_gone) {
  config.unwatched_grace = 0s;
  request.unwatched = Unwatched::cancel_after(0ms);
  start();
  pass(10s, 100ms);
  EXPECT_FALSE(run->shared_log()->ended()) << "nobody has opened it yet";
  run->shared_log()->open_first();
  const testing::TestDialect dialect;
  auto watcher = new_reader(run->shared_log(), dialect);
  pass(10s, 100ms);
  EXPECT_FALSE(run->shared_log()->ended());
  watcher.reset();
  pass(300ms, 50ms);
  EXPECT_EQ(end().code, ErrorCode::cancelled);
}

TEST_F(RunLifetimeTest, X5_without_a_grace_time_a_run_that_nobody_watches_goes_on) {
  config.unwatched_grace = 0s;
  start();
  run->shared_log()->open_first();
  pass(4min, 1s);
  EXPECT_FALSE(run->shared_log()->ended());
}

TEST_F(RunLifetimeTest, X6_the_provider_is_read_more_slowly_while_the_journal_does_not_keep_up) {
  config.max_uncommitted = {16 << 10};
  start();
  writer().holds = true;
  for (int i = 0; i < 20; ++i) call().text(std::string(1000, 'x'));
  EXPECT_TRUE(call().paused);
  EXPECT_EQ(call().pauses, 1);
  loop.turn();
  call().text("what had been read already");
  writer().finish();
  EXPECT_FALSE(call().paused);
  EXPECT_EQ(call().resumes, 1);
  writer().holds = false;
  call().end();
  turns();
  EXPECT_EQ(text_of(all()), std::string(20'000, 'x') + "what had been read already");
  end();
}

TEST_F(RunLifetimeTest, X10_a_full_disk_pauses_the_provider_and_nothing_is_lost) {
  config.max_uncommitted = {16 << 10};
  start();
  writer().refusals = 5;
  std::string said;
  for (int i = 0; i < 200; ++i) {
    if (!call().paused) {
      const std::string piece = std::to_string(i) + std::string(500, '.');
      call().text(piece);
      said += piece;
    }
    clock.advance(50ms);
    loop.turn();
    EXPECT_LE(run->shared_log()->held_bytes(), (16u << 10) + 4096 + said.size() * (writer().refusals == 0));
  }
  call().end();
  pass(3s);
  EXPECT_GE(call().pauses, 1);
  EXPECT_EQ(text_of(all()), said);
  end();
}

TEST_F(RunLifetimeTest, X6_the_provider_is_read_more_slowly_while_the_store_does_not_keep_up_or_refuses) {
  config.log_window = {16 << 10};
  config.max_uncommitted = {64 << 10};
  start();
  store.hold();
  std::size_t max_held = 0;
  const auto talk = [&] {
    for (int i = 0; i < 1000; ++i) {
      if (!call().paused) call().text(std::string(1000, 'x'));
      loop.turn();
      max_held = std::max(max_held, run->shared_log()->held_bytes());
    }
  };
  talk();
  EXPECT_TRUE(call().paused);
  EXPECT_LE(max_held, 200u << 10);
  // The store refuses repeatedly. The run stays paused and retries every second.
  store.fail_puts = 5;
  store.let_go();
  talk();
  EXPECT_LE(max_held, 200u << 10);
  EXPECT_TRUE(call().paused);
  pass(7s, 100ms);
  EXPECT_EQ(store.fail_puts, 0);
  EXPECT_FALSE(call().paused);
  max_held = 0;
  talk();
  EXPECT_LE(max_held, 200u << 10);
  const std::uint64_t said = run->terminal().text_bytes;
  EXPECT_GT(said, 1'000'000u);
  call().end();
  turns();
  EXPECT_EQ(text_of(all()).size(), said);
  end();
}

TEST_F(RunLifetimeTest, a_resumed_provider_may_speak_and_end_at_once_from_inside_resume) {
  config.max_uncommitted = {16 << 10};
  start();
  writer().holds = true;
  for (int i = 0; i < 20; ++i) call().text(std::string(1000, 'x'));
  ASSERT_TRUE(call().paused);
  const auto held = provider.calls.back();
  held->on_resume = [held] {
    held->text("from inside");
    held->end();
  };
  loop.turn();
  writer().finish();
  writer().holds = false;
  turns();
  EXPECT_EQ(text_of(all()).substr(20'000), "from inside");
  EXPECT_TRUE(held->closed);
  end();
  held->on_resume = nullptr;
}

TEST_F(RunLifetimeTest, what_a_provider_says_after_the_end_is_not_heard) {
  start();
  const auto held = provider.calls.back();
  held->text("x");
  held->error(ErrorCode::provider_timeout);
  held->text("y");
  held->end();
  turns();
  EXPECT_EQ(text_of(all()), "x");
  end();
}

TEST_F(RunLifetimeTest, X10_an_abandoned_run_lets_go_of_its_provider_and_leaves_its_log_open) {
  config.run_deadline = 10s;
  start();
  call().text("half");
  turns();
  run->hand_over();
  EXPECT_TRUE(call().closed);
  pass(20s, 1s);
  EXPECT_EQ(types_of(all()), "started stage delta");
  EXPECT_EQ(ended, 0);
}

}  // namespace
}  // namespace belay
