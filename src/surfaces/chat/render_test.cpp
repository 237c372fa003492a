#include "surfaces/chat/render.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/types/payloads.hpp"
#include "surfaces/testing/rendered.hpp"

namespace belay::surfaces::chat {
namespace {

// The answer of the run that a test renders.
const std::string kMessage = MessageId{{}, Role::assistant}.text();

std::string rendered(EventType type, const std::string& payload, std::uint32_t turn = 0) {
  return testing::rendered(format(), {type, payload, turn, {1, 4}});
}

std::vector<std::string> over_websocket(EventType type, const std::string& payload) {
  return testing::over_websocket(format(), {type, payload, 0, {1, 4}});
}

TEST(ChatDialect, C15_the_end_says_how_the_answer_ended) {
  Terminal end;
  end.finish = FinishReason::length;
  EXPECT_EQ(
      rendered(EventType::completed, encode(end)),
      "id: 1-4\ndata: {\"type\":\"done\",\"messageId\":\"" + kMessage + "\",\"finish\":\"length\"}\n\n");
  end.finish = FinishReason::tool_calls;
  end.source = AnswerSource::stale;
  EXPECT_EQ(rendered(EventType::completed, encode(end)),
            "id: 1-4\ndata: {\"type\":\"done\",\"messageId\":\"" + kMessage +
                "\",\"finish\":\"tool_calls\",\"source\":\"stale\"}\n\n");
}

TEST(ChatDialect, C2SaysWhatTheDocumentSays) {
  EXPECT_EQ(rendered(EventType::started, ""), "id: 1-4\ndata: {\"type\":\"typing\"}\n\n");
  EXPECT_EQ(rendered(EventType::delta, "a \"b\"\n"),
            "id: 1-4\ndata: {\"type\":\"token\",\"content\":\"a \\\"b\\\"\\n\"}\n\n");
  EXPECT_EQ(rendered(EventType::completed, encode(Terminal{})),
            "id: 1-4\ndata: {\"type\":\"done\",\"messageId\":\"" + kMessage + "\",\"finish\":\"stop\"}\n\n");
  Terminal failed;
  failed.code = ErrorCode::provider_timeout;
  failed.message = "The provider was silent.";
  EXPECT_EQ(rendered(EventType::failed, encode(failed)),
            "id: 1-4\ndata: {\"type\":\"error\",\"messageId\":\"" + kMessage +
                "\",\"message\":\"The provider was silent.\",\"code\":"
                "\"provider_timeout\",\"retryable\":true}\n\n");
  for (const EventType silent : {EventType::stage, EventType::usage, EventType::tool_call})
    EXPECT_EQ(rendered(silent, ""), "");
}

TEST(ChatDialect, C2_over_a_websocket_the_messages_are_the_same) {
  using ::testing::ElementsAre;
  EXPECT_THAT(over_websocket(EventType::started, ""), ElementsAre("{\"type\":\"typing\"}"));
  EXPECT_THAT(over_websocket(EventType::delta, "a \"b\"\n"),
              ElementsAre("{\"type\":\"token\",\"content\":\"a \\\"b\\\"\\n\"}"));
  EXPECT_THAT(over_websocket(EventType::restarted, encode(Restarted{"crash", {}})),
              ElementsAre("{\"type\":\"restarted\"}"));
  EXPECT_THAT(over_websocket(EventType::completed, encode(Terminal{})),
              ElementsAre("{\"type\":\"done\",\"messageId\":\"" + kMessage + "\",\"finish\":\"stop\"}"));
  Terminal ended;
  ended.code = ErrorCode::cancelled;
  ended.message = "x";
  for (const EventType type : {EventType::failed, EventType::cancelled, EventType::interrupted})
    EXPECT_THAT(over_websocket(type, encode(ended)),
                ElementsAre("{\"type\":\"error\",\"messageId\":\"" + kMessage +
                            "\",\"message\":\"x\",\"code\":\"cancelled\",\"retryable\":false}"));
  EXPECT_THAT(over_websocket(EventType::usage, ""), ElementsAre());
}

TEST(ChatDialect, C2_a_restart_drops_the_text_so_far) {
  EXPECT_EQ(rendered(EventType::restarted, encode(Restarted{"crash", {}})),
            "id: 1-4\ndata: {\"type\":\"restarted\"}\n\n");
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
  const std::string text = render_history(page, {"ada", "chat", "c", {}, {}}, {});
  EXPECT_NE(text.find("\"content\":\"a\\\"b\""), text.npos) << text;
  EXPECT_NE(text.find("\"nextCursor\":\"7.3.1.eb96c26b\""), text.npos) << text;
  EXPECT_EQ(render_history({}, {"ada", "chat", "c", {}, {}}, {}),
            "{\"messages\":[],\"chatId\":\"c\",\"nextCursor\":null}");
}

TEST(ChatHistory, C14AnAnswerThatIsOnThePageIsNotRunning) {
  MessagePage page;
  StoredMessage& message = page.messages.emplace_back();
  message.role = Role::assistant;
  const Running running{{message.run, "c", "s"}};
  EXPECT_EQ(render_history(page, {"ada", "chat", "c", {}, {}}, running).find("running"), std::string::npos);
  message.role = Role::user;
  EXPECT_NE(render_history(page, {"ada", "chat", "c", {}, {}}, running).find("\"running\""),
            std::string::npos);
}

}  // namespace
}  // namespace belay::surfaces::chat
