#include "surfaces/chat/render.hpp"

#include <gtest/gtest.h>

#include "core/types/payloads.hpp"

namespace belay::surfaces::chat {
namespace {

std::string rendered(EventType type, const std::string& payload, std::uint32_t turn = 0) {
  const ChatDialect dialect;
  LogHead run;
  run.turn = turn;
  Frame frame;
  dialect.render(run, {4, type, {}, payload}, {1, 4}, frame);
  return frame.bytes;
}

TEST(ChatDialect, C15_the_end_says_how_the_answer_ended) {
  Terminal end;
  end.finish = FinishReason::length;
  EXPECT_EQ(rendered(EventType::completed, encode(end)),
            "id: 1-4\ndata: {\"type\":\"done\",\"finish\":\"length\"}\n\n");
  end.finish = FinishReason::tool_calls;
  end.source = AnswerSource::stale;
  EXPECT_EQ(rendered(EventType::completed, encode(end)),
            "id: 1-4\ndata: {\"type\":\"done\",\"finish\":\"tool_calls\",\"source\":\"stale\"}\n\n");
}

TEST(ChatDialect, C2SaysWhatTheDocumentSays) {
  EXPECT_EQ(rendered(EventType::started, ""), "id: 1-4\ndata: {\"type\":\"typing\"}\n\n");
  EXPECT_EQ(rendered(EventType::delta, "a \"b\"\n"),
            "id: 1-4\ndata: {\"type\":\"token\",\"content\":\"a \\\"b\\\"\\n\"}\n\n");
  EXPECT_EQ(rendered(EventType::completed, encode(Terminal{})),
            "id: 1-4\ndata: {\"type\":\"done\",\"finish\":\"stop\"}\n\n");
  Terminal failed;
  failed.code = ErrorCode::provider_timeout;
  failed.message = "The provider was silent.";
  EXPECT_EQ(rendered(EventType::failed, encode(failed)),
            "id: 1-4\ndata: {\"type\":\"error\",\"message\":\"The provider was silent.\",\"code\":"
            "\"provider_timeout\",\"retryable\":true}\n\n");
  for (const EventType silent : {EventType::stage, EventType::usage, EventType::tool_call})
    EXPECT_EQ(rendered(silent, ""), "");
}

TEST(ChatDialect, X1IdsOfLaterAnswersOfASessionAreLater) {
  EXPECT_EQ(rendered(EventType::delta, "x", 1),
            "id: 1-1099511627780\ndata: {\"type\":\"token\",\"content\":\"x\"}\n\n");
}

TEST(ChatHistory, C3ListsMessagesAndWhereThePageBeforeBegins) {
  MessagePage page;
  StoredMessage& message = page.messages.emplace_back();
  message.content = "a\"b";
  message.state = "complete";
  message.conversation = "c";
  page.older = MessagePlace{{7}, 3, Role::user};
  const std::string text = render_history(page, {"ada", "chat", "c", {}, {}});
  EXPECT_NE(text.find("\"content\":\"a\\\"b\""), text.npos) << text;
  EXPECT_NE(text.find("\"nextCursor\":\"7.3.1\""), text.npos) << text;
  EXPECT_EQ(render_history({}, {"ada", "chat", "c", {}, {}}),
            "{\"messages\":[],\"chatId\":\"c\",\"nextCursor\":null}");
}

}  // namespace
}  // namespace belay::surfaces::chat
