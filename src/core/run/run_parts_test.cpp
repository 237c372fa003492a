// The parts of an answer and the pieces of its calls in the log.
#include <gtest/gtest.h>

#include "base/utf8.hpp"
#include "core/run/run.hpp"
#include "core/run/testing/run_fixture.hpp"

namespace belay {
namespace {

using testing::count_of;
using testing::types_of;

class RunPartsTest : public testing::RunFixture {};

TEST_F(RunPartsTest, K20_a_log_that_streams_parts_says_where_each_begins_but_for_a_first_text) {
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

TEST_F(RunPartsTest, K20_an_answer_that_is_only_text_has_the_same_log_whether_it_streams_parts_or_not) {
  request.streams_parts = true;
  start();
  call().accept();
  call().text("Hello.");
  call().end();
  turns();
  EXPECT_EQ(types_of(all()), "started stage stage delta usage completed");
}

TEST_F(RunPartsTest, K9_a_call_is_logged_in_pieces_and_then_whole_and_unchecked) {
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

TEST_F(RunPartsTest, K73_an_end_names_the_calls_that_have_begun_and_are_not_whole) {
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

TEST_F(RunPartsTest, K73_a_whole_call_that_does_not_fit_is_not_whole_in_the_log) {
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

TEST_F(RunPartsTest, K9_a_call_that_comes_whole_has_one_piece_in_a_log_that_streams_parts) {
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

TEST_F(RunPartsTest, K9_a_log_that_streams_no_parts_has_whole_calls_alone) {
  start();
  EXPECT_FALSE(call().request.streams_calls);
  call().accept();
  call().tool_call({"c1", "play", "{}"});
  call().end(FinishReason::tool_calls);
  turns();
  EXPECT_EQ(types_of(all()), "started stage stage tool_call usage completed");
}

TEST_F(RunPartsTest, A5_pieces_of_calls_count_once_towards_the_longest_answer_and_the_estimate) {
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

TEST_F(RunPartsTest, A5_calls_in_pieces_are_counted_once) {
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

}  // namespace
}  // namespace belay
