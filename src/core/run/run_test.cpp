#include "core/run/run.hpp"

#include <gtest/gtest.h>

#include "base/utf8.hpp"
#include "core/run/testing/run_fixture.hpp"

namespace belay {
namespace {

using namespace std::chrono_literals;
using testing::count_of;
using testing::LoggedEvent;
using testing::text_of;
using testing::types_of;

class RunTest : public testing::RunFixture {};

TEST_F(RunTest, an_answer_goes_from_the_request_to_completed) {
  start();
  ASSERT_EQ(provider.calls.size(), 1u);
  EXPECT_EQ(call().request.system, "Be good.");
  EXPECT_EQ(text_of(call().request.messages.at(0)), "Hello?");
  EXPECT_EQ(call().request.partial_answer, "");
  EXPECT_EQ(run->state(), RunState::running);
  call().accept();
  call().text("Hel");
  call().text("lo.");
  call().usage({{7}, {2}, {1}, {0}, false});
  call().end();
  turns();
  EXPECT_EQ(types_of(all()), "started stage stage delta delta usage completed");
  EXPECT_EQ(decode_stage(all()[1].payload)->name, kStageProvider);
  EXPECT_EQ(decode_stage(all()[2].payload)->name, kStageAnswer);
  EXPECT_EQ(text_of(all()), "Hello.");
  const Terminal terminal = end();
  EXPECT_EQ(terminal.finish, FinishReason::stop);
  EXPECT_EQ(terminal.text_bytes, 6u);
  EXPECT_EQ(terminal.text_from, 1u);
  EXPECT_EQ(terminal.usage.input.value, 7u);
  EXPECT_FALSE(terminal.usage.estimated);
  EXPECT_EQ(run->state(), RunState::completed);
  EXPECT_TRUE(call().closed);
  EXPECT_EQ(observer.first_deltas, 1);
  EXPECT_EQ(observer.published, 7u);
}

TEST_F(RunTest, X10_a_request_that_can_not_be_logged_is_refused_and_nobody_is_asked) {
  make_run();
  writer().refusals = 1;
  ErrorCode refused{};
  run->log_request([&](Result<> result) { refused = result.error().code; });
  loop.turn();
  EXPECT_EQ(refused, ErrorCode::storage_full);
  run.reset();
  pass(2s, 100ms);
  EXPECT_TRUE(provider.calls.empty());
  EXPECT_TRUE(events.committed.empty());
}

TEST_F(RunTest, A3_code_blocks_of_the_answer_stand_in_its_appendix) {
  start();
  call().text("See:\n```cpp\nint ");
  call().text("x;\n```\nDone.");
  call().end();
  turns();
  const Terminal terminal = end();
  ASSERT_EQ(terminal.appendix.size(), 1u);
  EXPECT_EQ(terminal.appendix[0].language, "cpp");
  EXPECT_EQ(terminal.appendix[0].content, "int x;\n");
}

TEST_F(RunTest, C17_reasoning_is_logged_apart_from_the_answer) {
  shows_reasoning = true;
  start();
  call().accept();
  call().reasoning("```\nhm\n```\n");
  call().text("Hello.");
  call().end();
  turns();
  EXPECT_EQ(types_of(all()), "started stage stage reasoning_delta delta usage completed");
  EXPECT_EQ(text_of(all()), "Hello.");
  const Terminal terminal = end();
  EXPECT_EQ(terminal.text_bytes, 6u);
  EXPECT_TRUE(terminal.appendix.empty());
  EXPECT_EQ(terminal.usage.output.value, 6u)
      << "the model was paid for its reasoning, so the estimate has it";
}

TEST_F(RunTest, C17_reasoning_of_a_model_that_hides_it_is_not_logged) {
  start();
  call().reasoning("hm");
  call().text("Hello.");
  call().end();
  turns();
  EXPECT_EQ(types_of(all()), "started stage delta usage completed");
}

TEST_F(RunTest, K20_a_log_that_streams_parts_says_where_each_begins_but_for_a_first_text) {
  shows_reasoning = true;
  request.streams_parts = true;
  start();
  call().accept();
  call().text("One");
  call().text(", two.");
  call().reasoning("hm");
  call().reasoning("…");
  call().text("Three.");
  call().end();
  turns();
  EXPECT_EQ(
      types_of(all()),
      "started stage stage delta delta part reasoning_delta reasoning_delta part delta usage completed");
  EXPECT_EQ(decode_part(all()[5].payload)->kind, PartKind::reasoning);
  EXPECT_EQ(decode_part(all()[8].payload)->kind, PartKind::text);
}

TEST_F(RunTest, K20_an_answer_that_is_only_text_has_the_same_log_whether_it_streams_parts_or_not) {
  request.streams_parts = true;
  start();
  call().accept();
  call().text("Hello.");
  call().end();
  turns();
  EXPECT_EQ(types_of(all()), "started stage stage delta usage completed");
}

TEST_F(RunTest, K9_a_call_is_logged_in_pieces_and_then_whole_and_unchecked) {
  request.streams_parts = true;
  start();
  EXPECT_TRUE(call().request.streams_calls);
  call().accept();
  call().text("Well.");
  call().call_begin(0, "c1", "play");
  call().call_piece(0, "{");
  call().call_piece(0, "}");
  call().call_begin(1, "c2", "play");
  call().call_piece(1, "[1]");
  call().tool_call({"c1", "play", "{}"});
  call().tool_call({"c2", "play", "[1]"});
  call().end(FinishReason::tool_calls);
  turns();
  EXPECT_EQ(types_of(all()),
            "started stage stage delta part tool_delta tool_delta part tool_delta tool_call tool_call usage "
            "completed");
  const auto part = decode_part(all()[4].payload);
  EXPECT_EQ(part->kind, PartKind::tool_call);
  EXPECT_EQ(part->index, 0u);
  EXPECT_EQ(part->id + ' ' + part->name, "c1 play");
  EXPECT_EQ(decode_tool_delta(all()[6].payload)->json, "}");
  EXPECT_EQ(decode_part(all()[7].payload)->index, 1u);
  EXPECT_EQ(decode_tool_delta(all()[8].payload)->index, 1u);
  EXPECT_EQ(decode_tool_call(all()[9].payload)->index, 0u);
  EXPECT_EQ(decode_tool_call(all()[10].payload)->index, 1u);
  EXPECT_EQ(decode_tool_delta(all()[8].payload)->place, 2u) << "behind a text and a call";
  EXPECT_EQ(decode_tool_call(all()[9].payload)->place, 1u);
  EXPECT_EQ(decode_tool_call(all()[10].payload)->place, 2u);
  EXPECT_EQ(decode_tool_call(all()[10].payload)->problem, "") << "the tools are the client's own";
  EXPECT_TRUE(end().open_calls.empty());
  ASSERT_EQ(end().actions.size(), 2u);
  EXPECT_EQ(end().actions[1].id, "c2");
}

TEST_F(RunTest, K73_an_end_names_the_calls_that_have_begun_and_are_not_whole) {
  request.streams_parts = true;
  start();
  call().accept();
  call().call_begin(0, "c1", "play");
  call().call_begin(1, "c2", "play");
  call().call_begin(2, "c3", "play");
  call().call_piece(2, "[");
  call().tool_call({"c2", "play", "[1]"});
  run->cancel(make_error(ErrorCode::cancelled, "Stopped."), [] {});
  turns();
  EXPECT_EQ(types_of(all()), "started stage stage part part part tool_delta tool_call usage cancelled");
  EXPECT_EQ(decode_tool_call(all()[7].payload)->index, 1u);
  EXPECT_EQ(end().open_calls, (std::vector<std::uint32_t>{0, 2}));
}

TEST_F(RunTest, K73_a_whole_call_that_does_not_fit_is_not_whole_in_the_log) {
  request.streams_parts = true;
  config.max_answer = ByteCount{20};
  start();
  call().accept();
  call().tool_call({"c1", "play", "{}"});
  call().tool_call({"c2", "play", std::string(40, ' ')});
  turns();
  EXPECT_EQ(types_of(all()), "started stage stage part tool_delta tool_call part usage failed");
  EXPECT_EQ(end().code, ErrorCode::answer_too_large);
  EXPECT_EQ(end().open_calls, std::vector<std::uint32_t>{1});
}

TEST_F(RunTest, K9_a_call_that_comes_whole_has_one_piece_in_a_log_that_streams_parts) {
  request.streams_parts = true;
  request.share_key = "shared";
  make_run();
  run->log_request([](Result<> logged) { ASSERT_TRUE(logged); });
  loop.turn();
  loop.post([this] { run->begin(); });
  turns();
  EXPECT_FALSE(call().request.streams_calls) << "runs that share an answer get its calls whole";
  call().accept();
  call().tool_call({"c1", "play", "{}"});
  call().tool_call({"c2", "play", "{}"});
  call().text("Done.");
  call().end();
  turns();
  EXPECT_EQ(types_of(all()),
            "started stage stage delta part tool_delta tool_call part tool_delta tool_call usage completed");
  EXPECT_EQ(decode_part(all()[7].payload)->index, 1u);
  EXPECT_EQ(decode_tool_delta(all()[8].payload)->index, 1u);
  EXPECT_EQ(decode_tool_delta(all()[8].payload)->json, "{}");
  EXPECT_EQ(decode_tool_call(all()[9].payload)->index, 1u);
  EXPECT_EQ(decode_tool_delta(all()[8].payload)->place, 2u);
  EXPECT_EQ(decode_tool_call(all()[9].payload)->place, 2u);
}

TEST_F(RunTest, K9_a_log_that_streams_no_parts_has_whole_calls_alone) {
  start();
  EXPECT_FALSE(call().request.streams_calls);
  call().accept();
  call().tool_call({"c1", "play", "{}"});
  call().end(FinishReason::tool_calls);
  turns();
  EXPECT_EQ(types_of(all()), "started stage stage tool_call usage completed");
}

TEST_F(RunTest, A5_pieces_of_calls_count_once_towards_the_longest_answer_and_the_estimate) {
  request.streams_parts = true;
  config.max_answer = ByteCount{50};
  start();
  call().accept();
  call().call_begin(0, "c1", "play");
  for (int i = 0; i < 4; ++i) call().call_piece(0, "0123456789");
  call().tool_call({"c1", "play", std::string(40, ' ')});
  turns();
  EXPECT_EQ(count_of(all(), EventType::tool_call), 1u) << "46 bytes, not 86";
  call().call_begin(1, "c2", "play");
  turns();
  EXPECT_EQ(end().code, ErrorCode::answer_too_large);
  EXPECT_EQ(end().usage.output.value, (46u + 2) / 3);
}

TEST_F(RunTest, A5_calls_in_pieces_are_counted_once) {
  request.streams_parts = true;
  config.max_tool_calls = 2;
  start();
  for (std::uint32_t i = 0; i < 2; ++i) {
    call().call_begin(i, std::to_string(i), "play");
    call().tool_call({std::to_string(i), "play", "{}"});
  }
  turns();
  EXPECT_FALSE(run->shared_log()->ended());
  call().call_begin(2, "2", "play");
  turns();
  EXPECT_EQ(end().code, ErrorCode::provider_broken);
}

TEST_F(RunTest, K30_an_end_names_the_stop_sequence_if_the_provider_does) {
  request.sampling.stop = {"END"};
  start();
  EXPECT_EQ(call().request.sampling.stop, std::vector<std::string>{"END"});
  call().text("Hello.");
  call().stop_sequence("END");
  call().end();
  turns();
  EXPECT_EQ(end().stop_sequence, "END");
}

TEST_F(RunTest, C17_reasoning_has_a_bound) {
  config.max_answer = ByteCount{10};
  shows_reasoning = true;
  start();
  call().reasoning("0123456");
  call().reasoning("0123456");
  turns();
  EXPECT_EQ(end().code, ErrorCode::answer_too_large);
}

TEST_F(RunTest, usage_is_estimated_where_the_provider_did_not_count) {
  start();
  call().text("four score");
  call().end();
  turns();
  const Terminal terminal = end();
  EXPECT_TRUE(terminal.usage.estimated);
  EXPECT_EQ(terminal.usage.output.value, 4u);
  EXPECT_EQ(terminal.usage.input.value, (std::string("Be good.Hello?").size() + 2) / 3);
}

TEST_F(RunTest, P4_a_count_that_is_not_the_providers_last_word_is_completed_by_an_estimate) {
  start();
  call().accept();
  call().usage({{50}, {1}, {}, {}, true, {}});
  call().text("four score and seven");
  call().error(ErrorCode::provider_broken);
  turns();
  const Usage usage = end().usage;
  EXPECT_TRUE(usage.estimated);
  EXPECT_EQ(usage.input.value, 50u);
  EXPECT_EQ(usage.output.value, 7u);
}

TEST_F(RunTest, P4_what_the_provider_never_accepted_costs_nothing) {
  start();
  call().error(ErrorCode::provider_unavailable);
  turns();
  EXPECT_EQ(end().usage.input.value, 0u);
  EXPECT_EQ(end().usage.output.value, 0u);
}

TEST_F(RunTest, X7_the_operators_advice_goes_to_the_observer_and_the_users_words_into_the_log) {
  start();
  call().error(ErrorCode::provider_rejected, "Choose another model.", "Set the key.");
  turns();
  EXPECT_EQ(end().message, "Choose another model.");
  ASSERT_EQ(observer.provider_failures.size(), 1u);
  EXPECT_NE(observer.provider_failures[0].find("provider_rejected: Choose another model. | Set the key."),
            std::string::npos)
      << observer.provider_failures[0];
  for (const auto& event : all()) EXPECT_EQ(event.payload.find("Set the key"), std::string::npos);
}

TEST_F(RunTest, A5_tool_calls_count_towards_the_longest_answer) {
  config.max_answer = {100};
  start();
  call().text(std::string(60, 'x'));
  call().tool_call({"1", "play", "{}"});
  call().tool_call({"2", "play", std::string(60, ' ')});
  turns();
  EXPECT_EQ(end().code, ErrorCode::answer_too_large);
  EXPECT_EQ(count_of(all(), EventType::tool_call), 1u);
  EXPECT_TRUE(call().closed);
}

TEST_F(RunTest, X7_pieces_that_split_characters_or_are_broken_become_valid_deltas) {
  const std::string text = "a€😀\xFFz\xE2\x82ü";
  for (std::size_t step : {1u, 2u, 3u, 5u, 100u}) {
    events.committed.clear();
    observer.ends.clear();
    ended = 0;
    request.id = RunId::make(clock, random);
    start();
    for (std::size_t at = 0; at < text.size(); at += step)
      call().text(std::string_view(text).substr(at, step));
    call().end();
    turns();
    for (const LoggedEvent& event : all()) {
      if (event.type != EventType::delta) continue;
      EXPECT_TRUE(is_valid_utf8(event.payload));
      EXPECT_FALSE(event.payload.empty());
    }
    EXPECT_EQ(text_of(all()), "a€😀\uFFFDz\uFFFDü") << step;
    EXPECT_EQ(end().text_bytes, text_of(all()).size());
  }
}

TEST_F(RunTest, X7_an_answer_that_ends_inside_a_character_ends_in_a_replacement) {
  start();
  call().text("a\xE2\x82");
  call().end();
  turns();
  EXPECT_EQ(text_of(all()), "a\uFFFD");
  end();
}

TEST_F(RunTest,
       X7_a_provider_that_fails_after_the_first_token_ends_in_a_typed_error_and_what_was_said_is_kept) {
  start();
  call().accept();
  call().text("Half an ans\xC3");
  call().error(ErrorCode::provider_broken, "The stream ended too early.");
  turns();
  EXPECT_EQ(text_of(all()), "Half an ans\uFFFD");
  const Terminal terminal = end();
  EXPECT_EQ(all().back().type, EventType::failed);
  EXPECT_EQ(terminal.code, ErrorCode::provider_broken);
  EXPECT_EQ(terminal.message, "The stream ended too early.");
  EXPECT_EQ(terminal.text_bytes, text_of(all()).size());
  EXPECT_EQ(run->state(), RunState::failed);
}

TEST_F(RunTest, an_answer_that_was_withheld_is_a_failure_and_one_that_was_cut_is_not) {
  start();
  call().end(FinishReason::content_filter);
  turns();
  EXPECT_EQ(end().code, ErrorCode::provider_content_filter);
}

TEST_F(RunTest, C15_an_answer_that_the_filter_cut_off_fails_and_its_text_is_kept) {
  start();
  call().text("As far as");
  call().end(FinishReason::content_filter);
  turns();
  EXPECT_EQ(all().back().type, EventType::failed);
  EXPECT_EQ(end().code, ErrorCode::provider_content_filter);
  EXPECT_EQ(end().finish, FinishReason::content_filter);
  EXPECT_EQ(end().text_bytes, 9u);
}

TEST_F(RunTest, C15_an_answer_that_was_cut_at_its_length_completes_and_says_so) {
  start();
  call().text("As far as");
  call().end(FinishReason::length);
  turns();
  EXPECT_EQ(all().back().type, EventType::completed);
  EXPECT_EQ(end().finish, FinishReason::length);
}

TEST_F(RunTest, K35_an_answer_with_calls_ends_with_them_also_if_its_provider_says_stop) {
  start();
  call().tool_call({"1", "play", "{}"});
  call().end(FinishReason::stop);
  turns();
  EXPECT_EQ(end().finish, FinishReason::tool_calls);
}

TEST_F(RunTest, K35_an_answer_with_calls_that_ends_otherwise_says_so) {
  start();
  call().tool_call({"1", "play", "{}"});
  call().end(FinishReason::length);
  turns();
  EXPECT_EQ(end().finish, FinishReason::length);
}

TEST_F(RunTest, K35_a_stop_sequence_ends_an_answer_with_calls_too) {
  start();
  call().tool_call({"1", "play", "{}"});
  call().stop_sequence("END");
  call().end(FinishReason::stop);
  turns();
  EXPECT_EQ(end().finish, FinishReason::stop);
  EXPECT_EQ(end().stop_sequence, "END");
}

TEST_F(RunTest, A8_actions_that_fit_are_told_and_others_are_reported) {
  start();
  call().tool_call({"1", "play", "{}"});
  call().tool_call({"2", "play", "{broken"});
  call().tool_call({"3", "format_disk", "{}"});
  call().end(FinishReason::tool_calls);
  turns();
  std::vector<std::string> problems;
  for (const LoggedEvent& event : all())
    if (event.type == EventType::tool_call) problems.push_back(decode_tool_call(event.payload)->problem);
  EXPECT_EQ(problems,
            (std::vector<std::string>{"", "does not fit", "This action was not offered to the model."}));
  const Terminal terminal = end();
  ASSERT_EQ(terminal.actions.size(), 1u);
  EXPECT_EQ(terminal.actions[0].id, "1");
}

TEST_F(RunTest, A5_actions_are_bounded_whether_they_fit_or_not) {
  config.max_tool_calls = 3;
  start();
  for (int i = 0; i < 3; ++i) call().tool_call({std::to_string(i), "unknown", "{}"});
  EXPECT_FALSE(run->shared_log()->ended());
  call().tool_call({"4", "play", "{}"});
  call().tool_call({"5", "play", "{}"});
  turns();
  EXPECT_EQ(count_of(all(), EventType::tool_call), 3u);
  EXPECT_EQ(end().code, ErrorCode::provider_broken);
  EXPECT_TRUE(call().closed);
}

TEST_F(RunTest, A5_an_answer_beyond_its_bound_fails_and_the_provider_is_let_go) {
  config.max_answer = {10};
  start();
  call().text("12345");
  call().text("67890");
  EXPECT_FALSE(run->shared_log()->ended());
  call().text("x");
  EXPECT_TRUE(run->shared_log()->ended());
  call().text("more");
  turns();
  EXPECT_EQ(text_of(all()), "1234567890");
  const Terminal terminal = end();
  EXPECT_EQ(terminal.code, ErrorCode::answer_too_large);
  EXPECT_EQ(terminal.text_bytes, 10u);
  EXPECT_TRUE(call().closed);
}

TEST_F(RunTest, A9_X5_a_cancel_closes_the_provider_at_once_and_ends_the_log) {
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

TEST_F(RunTest, A9_a_run_can_be_cancelled_before_the_provider_has_said_anything) {
  start();
  cancel();
  EXPECT_TRUE(call().closed);
  EXPECT_EQ(types_of(all()), "started stage usage cancelled");
  end();
}

TEST_F(RunTest, A9_a_second_cancel_is_told_like_the_first_and_changes_nothing) {
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

TEST_F(RunTest, A9_a_cancel_after_the_end_is_told_and_the_run_stays_completed) {
  start();
  call().text("all");
  call().end();
  run->cancel(make_error(ErrorCode::cancelled, "late"), [this] { ++cancels_seen; });
  turns();
  EXPECT_EQ(cancels_seen, 1);
  EXPECT_EQ(all().back().type, EventType::completed);
  end();
}

TEST_F(RunTest, a_run_has_a_deadline) {
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

TEST_F(RunTest, A5_a_run_that_nobody_opens_in_time_expires) {
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

TEST_F(RunTest, A5_a_run_that_was_opened_once_does_not_expire) {
  config.unopened_expiry = 5min;
  config.run_deadline = 1h;
  start();
  EXPECT_TRUE(run->shared_log()->open_first());
  EXPECT_FALSE(run->shared_log()->open_first());
  pass(10min, 1s);
  EXPECT_FALSE(run->shared_log()->ended());
}

TEST_F(RunTest, X5_a_run_whose_last_reader_has_gone_stops_after_the_grace_time_but_not_if_one_comes_back) {
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

TEST_F(RunTest, X5_a_request_says_itself_what_becomes_of_its_run_without_readers) {
  config.unwatched_grace = 10s;
  request.unwatched = Unwatched::never();
  start();
  run->shared_log()->open_first();
  pass(60s, 500ms);
  EXPECT_FALSE(run->shared_log()->ended());
}

TEST_F(RunTest, X5_a_run_may_be_cancelled_as_soon_as_its_last_reader_has_gone) {
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

TEST_F(RunTest, X5_without_a_grace_time_a_run_that_nobody_watches_goes_on) {
  config.unwatched_grace = 0s;
  start();
  run->shared_log()->open_first();
  pass(4min, 1s);
  EXPECT_FALSE(run->shared_log()->ended());
}

TEST_F(RunTest, X6_the_provider_is_read_more_slowly_while_the_journal_does_not_keep_up) {
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

TEST_F(RunTest, X10_a_full_disk_pauses_the_provider_and_nothing_is_lost) {
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

TEST_F(RunTest, X6_the_provider_is_read_more_slowly_while_the_store_does_not_keep_up_or_refuses) {
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

TEST_F(RunTest, a_resumed_provider_may_speak_and_end_at_once_from_inside_resume) {
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

TEST_F(RunTest, what_a_provider_says_after_the_end_is_not_heard) {
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

TEST_F(RunTest, X10_an_abandoned_run_lets_go_of_its_provider_and_leaves_its_log_open) {
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
