// Runs that an earlier process began: continued, restarted, or given up.

#include <gtest/gtest.h>

#include "core/run/testing/run_fixture.hpp"

namespace belay {
namespace {

using namespace std::chrono_literals;
using testing::count_of;
using testing::text_of;
using testing::types_of;

class RunRecoveryTest : public testing::RunFixture {};

TEST_F(RunRecoveryTest, X2_a_cut_answer_goes_on_exactly_where_the_provider_can_continue_it) {
  provider.continues = true;
  recover({.text = "Half an ", .text_from = 1, .actions = {}, .recoveries = 0}, 5);
  ASSERT_EQ(provider.calls.size(), 1u);
  EXPECT_EQ(call().request.partial_answer, "Half an ");
  call().accept();
  call().text("answer.");
  call().end();
  turns();
  EXPECT_EQ(types_of(all()), "stage delta usage completed");
  EXPECT_EQ(decode_stage(all()[0].payload)->name, kStageRecovered);
  EXPECT_EQ(all()[0].offset, 6u);
  const Terminal terminal = end();
  EXPECT_EQ(terminal.text_from, 1u);
  EXPECT_EQ(terminal.text_bytes, 15u);
  EXPECT_EQ(observer.recovered, std::vector{Recovery::continued});
  EXPECT_EQ(observer.first_deltas, 0) << "the first one was long ago";
  EXPECT_EQ(observer.published, 4u) << "what an earlier process published is not counted again";
}

TEST_F(RunRecoveryTest, P4_what_an_earlier_process_was_given_is_paid_for_too) {
  provider.continues = true;
  recover({.text = "Half an ", .text_from = 1, .actions = {}, .recoveries = 0}, 5);
  call().accept();
  call().text("answer.");
  call().usage({{20}, {4}, {}, {}, false, {}});
  call().end();
  turns();
  const Usage usage = end().usage;
  EXPECT_TRUE(usage.estimated);
  EXPECT_EQ(usage.input.value, 20u + (std::string("Be good.Hello?").size() + 2) / 3);
  EXPECT_EQ(usage.output.value, 4u + 3);
}

TEST_F(RunRecoveryTest, X2_an_answer_that_the_provider_keeps_is_taken_up_by_its_token) {
  provider.keeps = true;
  recover({.text = "```\nHalf an ", .text_from = 1, .actions = {}, .recoveries = 0, .resume_token = "resp_1"},
          5);
  EXPECT_EQ(call().request.resume_token, "resp_1");
  EXPECT_EQ(call().request.partial_answer, "```\nHalf an ");
  call().accept();
  call().resumable("resp_1");
  call().text("answer.\n```");
  call().end();
  turns();
  EXPECT_EQ(types_of(all()), "stage stage delta usage completed");
  EXPECT_EQ(decode_stage(all()[1].payload)->resume_token, "resp_1");
  ASSERT_EQ(end().appendix.size(), 1u);
  EXPECT_EQ(run->terminal().appendix[0].content, "Half an answer.\n");
  EXPECT_EQ(observer.recovered, std::vector{Recovery::continued});
}

TEST_F(RunRecoveryTest, X2_an_answer_that_the_provider_no_longer_keeps_begins_anew) {
  provider.keeps = true;
  recover({.text = "Half an ", .text_from = 1, .actions = {}, .recoveries = 0, .resume_token = "resp_1"}, 5);
  call().error(ErrorCode::provider_rejected);
  turns();
  ASSERT_EQ(provider.calls.size(), 2u);
  EXPECT_EQ(call().request.resume_token, "");
  EXPECT_EQ(call().request.partial_answer, "");
  call().accept();
  call().text("New.");
  call().end();
  turns();
  EXPECT_EQ(types_of(all()), "stage restarted delta usage completed");
  EXPECT_EQ(end().text_bytes, 4u);
  EXPECT_EQ(observer.recovered.size(), 1u) << "one run was taken up";
}

TEST_F(RunRecoveryTest, X2_a_shared_answer_that_is_nowhere_begins_anew_without_a_trace_of_the_old_one) {
  request.share_key = "the same question";
  recover({.text = "```\nold\n```\nIt was a long answer, much longer than the new one. ",
           .text_from = 1,
           .actions = {},
           .recoveries = 0},
          5);
  ASSERT_EQ(provider.calls.size(), 1u);
  EXPECT_EQ(call().request.partial_answer, "");
  call().accept();
  call().text("New.");
  call().end();
  turns();
  EXPECT_EQ(types_of(all()), "stage restarted stage delta usage completed")
      << "the second one names the call";
  const Terminal terminal = end();
  EXPECT_TRUE(terminal.appendix.empty());
  EXPECT_EQ(terminal.text_bytes, 4u);
  EXPECT_TRUE(terminal.usage.estimated);
  EXPECT_LT(terminal.usage.output.value, 40u) << "what the earlier process was given, and four bytes";
}

TEST_F(RunRecoveryTest, A5_one_that_nobody_came_for_in_time_expires_without_a_call_of_the_provider) {
  provider.continues = true;
  clock.advance(config.unopened_expiry);
  recover({.text = "Half an ", .text_from = 1, .actions = {}, .recoveries = 0}, 5);
  EXPECT_EQ(provider.calls.size(), 0u);
  EXPECT_TRUE(run->expired());
  EXPECT_EQ(end().code, ErrorCode::expired);
  EXPECT_GT(end().usage.output.value, 0u) << "what the earlier process was given is paid for";
}

TEST_F(RunRecoveryTest, X2_a_resume_that_fails_where_nothing_may_begin_anew_is_the_runs_failure) {
  provider.keeps = true;
  request.may_restart = false;
  recover({.text = "Half an ", .text_from = 1, .actions = {}, .recoveries = 0, .resume_token = "resp_1"}, 5);
  call().error(ErrorCode::provider_rejected);
  turns();
  EXPECT_EQ(end().code, ErrorCode::provider_rejected);
  EXPECT_EQ(end().text_bytes, 8u) << "what was told is kept";
}

TEST_F(RunRecoveryTest, X2_an_answer_that_is_handed_over_is_left_to_the_next_process) {
  start();
  run->hand_over();
  EXPECT_TRUE(call().left);
}

TEST_F(RunRecoveryTest, X2_code_that_was_cut_in_two_stands_whole_in_the_appendix) {
  provider.continues = true;
  recover({.text = "```\nint ", .text_from = 1, .actions = {}, .recoveries = 0}, 5);
  call().text("x;\n```");
  call().end();
  turns();
  ASSERT_EQ(end().appendix.size(), 1u);
  EXPECT_EQ(run->terminal().appendix[0].content, "int x;\n");
}

TEST_F(RunRecoveryTest, X2_an_answer_that_can_not_be_continued_begins_anew_behind_a_restarted_event) {
  recover({.text = "Half an ", .text_from = 1, .actions = {{"1", "play", "{}"}}, .recoveries = 0}, 5);
  EXPECT_EQ(call().request.partial_answer, "");
  call().accept();
  call().text("New.");
  call().end();
  turns();
  EXPECT_EQ(types_of(all()), "restarted stage delta usage completed");
  const Terminal terminal = end();
  EXPECT_EQ(terminal.text_from, 7u);
  EXPECT_EQ(terminal.text_bytes, 4u);
  EXPECT_TRUE(terminal.actions.empty()) << "it was told anew";
  EXPECT_EQ(observer.recovered, std::vector{Recovery::restarted});
}

TEST_F(RunRecoveryTest, X2_where_clients_can_not_drop_the_text_it_ends_as_interrupted_with_the_text_kept) {
  request.may_restart = false;
  recover({.text = "Half an ", .text_from = 3, .actions = {}, .recoveries = 0}, 5);
  EXPECT_TRUE(provider.calls.empty());
  const Terminal terminal = end();
  EXPECT_EQ(types_of(all()), "usage interrupted");
  EXPECT_EQ(terminal.code, ErrorCode::interrupted);
  EXPECT_EQ(terminal.text_from, 3u);
  EXPECT_EQ(terminal.text_bytes, 8u);
  EXPECT_EQ(run->state(), RunState::interrupted);
  EXPECT_EQ(observer.recovered, std::vector{Recovery::given_up});
}

TEST_F(RunRecoveryTest, X2_actions_that_were_told_can_not_be_dropped_either) {
  request.may_restart = false;
  recover({.text = "", .text_from = 1, .actions = {{"1", "play", "{}"}}, .recoveries = 0}, 5);
  EXPECT_TRUE(provider.calls.empty());
  EXPECT_EQ(end().actions.size(), 1u);
  EXPECT_EQ(run->state(), RunState::interrupted);
}

TEST_F(RunRecoveryTest, X2_an_answer_that_had_not_begun_begins_whatever_the_clients_can) {
  request.may_restart = false;
  recover({}, 2);
  ASSERT_EQ(provider.calls.size(), 1u);
  call().text("All.");
  call().end();
  turns();
  EXPECT_EQ(text_of(all()), "All.");
  EXPECT_EQ(all().back().type, EventType::completed);
  EXPECT_EQ(count_of(all(), EventType::restarted), 0) << "nobody has any text to drop";
  EXPECT_EQ(decode_stage(all()[0].payload)->name, kStageRecovered);
  EXPECT_EQ(observer.recovered, std::vector{Recovery::continued});
}

TEST_F(RunRecoveryTest, C17_reasoning_that_was_cut_off_is_not_shown_twice) {
  shows_reasoning = true;
  recover({.text = "", .text_from = 1, .actions = {}, .reasoning_bytes = 7, .recoveries = 0}, 4);
  call().accept();
  call().reasoning("I think again.");
  call().text("answer.");
  call().end();
  turns();
  EXPECT_EQ(types_of(all()), "stage stage delta usage completed");
}

TEST_F(RunRecoveryTest, C17_an_answer_that_starts_over_shows_its_reasoning_again) {
  shows_reasoning = true;
  recover({.text = "Half an ", .text_from = 1, .actions = {}, .reasoning_bytes = 7, .recoveries = 0}, 5);
  call().accept();
  call().reasoning("I think again.");
  call().text("answer.");
  call().end();
  turns();
  EXPECT_EQ(types_of(all()), "restarted stage reasoning_delta delta usage completed");
}

TEST_F(RunRecoveryTest, K9_a_call_that_was_cut_off_begins_again_behind_a_restarted_event) {
  provider.continues = provider.keeps = true;
  request.streams_parts = true;
  recover({.text = "Half an ",
           .text_from = 1,
           .actions = {},
           .calls = 2,
           .open_calls = {1},
           .recoveries = 0,
           .resume_token = "resp_1"},
          9);
  EXPECT_EQ(call().request.partial_answer, "");
  EXPECT_EQ(call().request.resume_token, "");
  call().accept();
  call().call_begin(0, "c1", "play");
  call().call_piece(0, "{}");
  call().tool_call({"c1", "play", "{}"});
  call().end(FinishReason::tool_calls);
  turns();
  EXPECT_EQ(types_of(all()), "restarted stage part tool_delta tool_call usage completed");
  EXPECT_EQ(decode_restarted(all()[0].payload)->open_calls, std::vector<std::uint32_t>{1});
  EXPECT_EQ(decode_part(all()[2].payload)->index, 0u) << "the calls are counted again";
  EXPECT_TRUE(end().open_calls.empty());
  EXPECT_EQ(observer.recovered, std::vector{Recovery::restarted});
}

TEST_F(RunRecoveryTest, K9_where_clients_can_not_drop_half_a_call_the_run_is_interrupted) {
  provider.continues = true;
  request.may_restart = false;
  request.streams_parts = true;
  recover({.text = "", .text_from = 1, .actions = {}, .calls = 1, .open_calls = {0}, .recoveries = 0}, 5);
  EXPECT_TRUE(provider.calls.empty());
  EXPECT_EQ(types_of(all()), "usage interrupted");
  EXPECT_EQ(end().code, ErrorCode::interrupted);
  EXPECT_EQ(end().open_calls, std::vector<std::uint32_t>{0});
}

TEST_F(RunRecoveryTest, K9_a_call_that_did_not_match_its_declaration_is_not_logged_again_either) {
  provider.continues = true;
  recover({.text = "Playing. ", .text_from = 1, .actions = {}, .refused_calls = {"1"}, .recoveries = 0}, 5);
  call().accept();
  call().tool_call({"1", "play", "{broken"});
  call().tool_call({"2", "play", "{}"});
  call().end(FinishReason::tool_calls);
  turns();
  EXPECT_EQ(types_of(all()), "stage tool_call usage completed");
  EXPECT_EQ(decode_tool_call(all()[1].payload)->call.id, "2");
}

TEST_F(RunRecoveryTest, K9_a_call_that_was_logged_whole_is_not_logged_again_when_it_comes_in_pieces) {
  provider.continues = true;
  request.streams_parts = true;
  recover(
      {.text = "Playing. ", .text_from = 1, .actions = {{"1", "play", "{}"}}, .calls = 1, .recoveries = 0},
      8);
  call().accept();
  call().call_begin(0, "1", "play");
  call().call_piece(0, "{}");
  call().call_begin(1, "2", "play");
  call().call_piece(1, "{}");
  call().tool_call({"1", "play", "{}"});
  call().tool_call({"2", "play", "{}"});
  call().end(FinishReason::tool_calls);
  turns();
  EXPECT_EQ(types_of(all()), "stage part tool_delta tool_call usage completed");
  EXPECT_EQ(decode_part(all()[1].payload)->index, 1u) << "the client has call 0";
  EXPECT_EQ(decode_part(all()[1].payload)->id, "2");
  EXPECT_EQ(decode_tool_delta(all()[2].payload)->index, 1u);
  EXPECT_EQ(end().actions.size(), 2u);
}

TEST_F(RunRecoveryTest, X2_after_too_many_recoveries_it_is_interrupted) {
  provider.continues = true;
  config.max_recoveries = 3;
  recover({.text = "x", .text_from = 1, .actions = {}, .recoveries = 2}, 5);
  EXPECT_EQ(provider.calls.size(), 1u);
  run->hand_over();
  events.committed.clear();
  recover({.text = "x", .text_from = 1, .actions = {}, .recoveries = 3}, 5);
  EXPECT_EQ(provider.calls.size(), 1u);
  EXPECT_EQ(all().back().type, EventType::interrupted);
}

TEST_F(RunRecoveryTest, X2_actions_that_were_told_before_the_crash_are_in_the_end_once) {
  provider.continues = true;
  recover({.text = "Playing. ", .text_from = 1, .actions = {{"1", "play", "{}"}}, .recoveries = 0}, 5);
  call().tool_call({"1", "play", "{}"});
  call().tool_call({"2", "play", "{}"});
  call().end(FinishReason::tool_calls);
  turns();
  EXPECT_EQ(count_of(all(), EventType::tool_call), 1u) << "the client has the other one";
  const Terminal terminal = end();
  ASSERT_EQ(terminal.actions.size(), 2u);
  EXPECT_EQ(terminal.actions[0].id, "1");
  EXPECT_EQ(terminal.actions[1].id, "2");
}

TEST_F(RunRecoveryTest, X2_a_run_cancelled_while_it_waits_to_be_taken_up_keeps_what_was_said) {
  provider.continues = true;
  make_run(9);
  run->recover_after(Milliseconds(1000), {.text = "Half", .text_from = 4, .actions = {}, .recoveries = 0});
  cancel();
  pass(2s);
  EXPECT_TRUE(provider.calls.empty());
  const Terminal terminal = end();
  EXPECT_EQ(terminal.text_from, 4u);
  EXPECT_EQ(terminal.text_bytes, 4u);
  EXPECT_EQ(cancels_seen, 1);
}

TEST_F(RunRecoveryTest, X2_the_deadline_counts_from_the_request_and_not_from_the_recovery) {
  provider.continues = true;
  config.run_deadline = 60s;
  clock.advance(50s);
  recover({.text = "x", .text_from = 1, .actions = {}, .recoveries = 0}, 5);
  run->shared_log()->open_first();
  pass(11s, 100ms);
  EXPECT_EQ(end().code, ErrorCode::deadline_exceeded);
}

}  // namespace
}  // namespace belay
