// The messages of a channel on the goal coach's sockets, as literal text.
#include "surfaces/goal_coach/dialect.hpp"

#include <gtest/gtest.h>

#include "core/types/channel.hpp"
#include "surfaces/testing/rendered.hpp"

namespace belay::surfaces::goal_coach {
namespace {

using Kind = ChannelMessage::Kind;
using List = std::vector<std::string>;

const RunId kRun{{1'795'000'001'000}, {1, 2, 3, 4, 5, 6, 0x47, 8, 0x89, 10, 11, 12, 13, 14, 15, 16}};
constexpr std::string_view kId = "20261118T110641000Z-01020304-0506-4708-890a-0b0c0d0e0f10-a";

List sent(const ChannelMessage& message) {
  return testing::over_websocket(format(), {EventType::channel_message, encode(message), 0, {1'795, 12}});
}

ChannelMessage message(Kind kind, std::string text = {}) {
  ChannelMessage made;
  made.kind = kind;
  made.run = kRun;
  made.text = std::move(text);
  return made;
}

std::string with_id(const std::string& text) {
  std::string out = text;
  out.replace(out.find("ID"), 2, kId);
  return out;
}

TEST(GoalCoachDialect, G2_a_question_that_is_being_answered_is_typing) {
  EXPECT_EQ(
      sent(message(Kind::processing)),
      List{with_id(
          R"({"type":"typing","content":"Coach is thinking...","message_id":"ID","position":"1795-12"})")});
  EXPECT_EQ(
      sent(message(Kind::slow)),
      List{with_id(
          R"({"type":"typing","content":"Coach is still thinking...","message_id":"ID","position":"1795-12"})")});
}

TEST(GoalCoachDialect, G2_a_piece_is_a_response_chunk) {
  EXPECT_EQ(sent(message(Kind::piece, "Go \"on\"\n")),
            List{with_id(
                R"({"type":"response_chunk","content":"Go \"on\"\n","is_complete":false,"message_id":"ID",)"
                R"("position":"1795-12"})")});
}

TEST(GoalCoachDialect, G2_the_whole_answer_is_a_response_with_its_id_and_tokens) {
  ChannelMessage whole = message(Kind::response, "Go on.");
  whole.tokens = 123;
  EXPECT_EQ(
      sent(whole),
      List{with_id(
          R"({"type":"response","content":"Go on.","message_id":"ID","is_complete":true,"tokens_used":123,)"
          R"("position":"1795-12"})")});
}

TEST(GoalCoachDialect, G2_an_answer_that_fails_is_an_error_with_a_code) {
  ChannelMessage failed = message(Kind::error, "The model did not answer.");
  failed.code = ErrorCode::provider_timeout;
  EXPECT_EQ(
      sent(failed),
      List{with_id(R"({"type":"error","content":"The model did not answer.","error":"provider_timeout",)"
                   R"("message_id":"ID","position":"1795-12"})")});
}

TEST(GoalCoachDialect, G2_an_error_without_a_run_has_no_id) {
  ChannelMessage failed;
  failed.kind = Kind::error;
  failed.text = "Wait.";
  failed.code = ErrorCode::rate_limited;
  EXPECT_EQ(sent(failed),
            List{R"({"type":"error","content":"Wait.","error":"rate_limited","position":"1795-12"})"});
}

TEST(GoalCoachDialect, G2_what_the_protocol_does_not_know_is_left_out) {
  EXPECT_EQ(sent(message(Kind::suggestion, "Look")), List{});
  EXPECT_EQ(sent(message(Kind::upload_processed, "CSV")), List{});
  EXPECT_EQ(testing::over_websocket(format(), {EventType::delta, "text"}), List{});
}

}  // namespace
}  // namespace belay::surfaces::goal_coach
