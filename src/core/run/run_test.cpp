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

}  // namespace
}  // namespace belay
