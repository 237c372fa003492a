#include "surfaces/assistant/render.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/types/payloads.hpp"
#include "surfaces/testing/rendered.hpp"

namespace belay::surfaces::assistant {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string over_sse(EventType type, std::string payload) {
  return testing::rendered(format(), {.type = type, .payload = std::move(payload)});
}
std::vector<std::string> over_websocket(EventType type, std::string payload) {
  return testing::over_websocket(format(), {.type = type, .payload = std::move(payload)});
}

TEST(AssistantDialect, A3_a_delta_is_a_response_chunk) {
  EXPECT_EQ(over_sse(EventType::delta, "Hi \"you\"\n世"),
            "id: 1-7\nevent: response_chunk\ndata: {\"content\":\"Hi \\\"you\\\"\\n世\"}\n\n");
  EXPECT_THAT(over_websocket(EventType::delta, "Hi \"you\"\n世"),
              ElementsAre("{\"content\":\"Hi \\\"you\\\"\\n世\"}"));
}

TEST(AssistantDialect, A3_the_beginning_and_a_restart_are_statuses) {
  EXPECT_EQ(over_sse(EventType::started, "…"), "id: 1-7\nevent: status\ndata: {\"status\":\"queued\"}\n\n");
  EXPECT_THAT(over_websocket(EventType::started, "…"), ElementsAre("{\"status\":\"queued\"}"));
  const std::string restarted = encode(Restarted{"crash", {}});
  EXPECT_EQ(over_sse(EventType::restarted, restarted),
            "id: 1-7\nevent: status\ndata: {\"status\":\"restarted\"}\n\n");
  EXPECT_THAT(over_websocket(EventType::restarted, restarted), ElementsAre("{\"status\":\"restarted\"}"));
}

TEST(AssistantDialect, A3_a_stage_has_its_name_and_the_first_one_says_that_the_run_is_running) {
  EXPECT_EQ(over_sse(EventType::stage, encode(Stage{"provider", {}, {}, {}})),
            "event: status\ndata: {\"status\":\"running\"}\n\n"
            "id: 1-7\nevent: stage\ndata: {\"stage\":\"provider\"}\n\n");
  EXPECT_THAT(over_websocket(EventType::stage, encode(Stage{"provider", {}, {}, {}})),
              ElementsAre("{\"status\":\"running\"}", "{\"stage\":\"provider\"}"));
  EXPECT_EQ(over_sse(EventType::stage, encode(Stage{"answer", {}, {}, {}})),
            "id: 1-7\nevent: stage\ndata: {\"stage\":\"answer\"}\n\n");
  EXPECT_EQ(over_sse(EventType::stage, encode(Stage{})), "") << "clients are not notified of it";
}

TEST(AssistantDialect, A3_a_tool_call_is_an_action_and_one_that_does_not_match_is_refused) {
  const std::string call = encode(ToolCallEvent{{"c1", "set\"tempo", "{\"bpm\":\n120}"}, {}});
  EXPECT_EQ(over_sse(EventType::tool_call, call),
            "id: 1-7\nevent: action\n"
            "data: {\"id\":\"c1\",\"name\":\"set\\\"tempo\",\"arguments\":{\"bpm\": 120}}\n\n");
  EXPECT_THAT(over_websocket(EventType::tool_call, call),
              ElementsAre("{\"id\":\"c1\",\"name\":\"set\\\"tempo\",\"arguments\":{\"bpm\": 120}}"));
  const std::string refused = encode(ToolCallEvent{{"c1", "set", "{}"}, "\"bpm\" is missing"});
  EXPECT_EQ(over_sse(EventType::tool_call, refused),
            "id: 1-7\nevent: stage\ndata: {\"stage\":\"action_refused\",\"action\":\"set\",\"reason\":"
            "\"\\\"bpm\\\" is missing\"}\n\n");
  EXPECT_THAT(over_websocket(EventType::tool_call, refused),
              ElementsAre("{\"stage\":\"action_refused\",\"action\":\"set\",\"reason\":"
                          "\"\\\"bpm\\\" is missing\"}"));
}

TEST(AssistantDialect, A3_the_end_is_a_status_and_the_whole_answer_with_its_usage) {
  Terminal end;
  end.finish = FinishReason::tool_calls;
  end.usage = {{7}, {8}, {1}, {2}, true, {1'500'000'001}};
  end.actions = {{"c1", "a", "{}"}, {"c2", "b", "[]"}};
  end.appendix = {{"code", "c++", "x\n"}};
  const std::string id = RunId{}.text();
  // The text is inserted when the log is read (splice_test.cpp); here it is empty.
  const std::string data =
      "{\"request_id\":\"" + id +
      "\",\"content\":\"\",\"finish\":\"tool_calls\",\"usage\":{\"input_tokens\":7,\"output_tokens\":8,"
      "\"cached_tokens\":1,\"reasoning_tokens\":2,\"estimated\":true,\"cost_usd\":1.500000001},"
      "\"actions\":[{\"id\":\"c1\",\"name\":\"a\",\"arguments\":{}},{\"id\":\"c2\",\"name\":\"b\","
      "\"arguments\":[]}],\"appendix\":[{\"type\":\"code\",\"language\":\"c++\",\"content\":\"x\\n\"}]}";
  EXPECT_EQ(
      over_sse(EventType::completed, encode(end)),
      "event: status\ndata: {\"status\":\"completed\"}\n\nid: 1-7\nevent: complete\ndata: " + data + "\n\n");
  EXPECT_THAT(over_websocket(EventType::completed, encode(end)),
              ElementsAre("{\"status\":\"completed\"}", data));
}

TEST(AssistantDialect, A3_any_other_end_is_a_status_and_an_error) {
  Terminal end;
  end.code = ErrorCode::provider_timeout;
  end.message = "The model said \"nothing\".";
  EXPECT_EQ(over_sse(EventType::failed, encode(end)),
            "event: status\ndata: {\"status\":\"failed\"}\n\n"
            "id: 1-7\nevent: error\ndata: {\"code\":\"provider_timeout\",\"message\":"
            "\"The model said \\\"nothing\\\".\",\"retryable\":true}\n\n");
  EXPECT_THAT(over_websocket(EventType::failed, encode(end)),
              ElementsAre("{\"status\":\"failed\"}",
                          "{\"code\":\"provider_timeout\",\"message\":"
                          "\"The model said \\\"nothing\\\".\",\"retryable\":true}"));
  end.code = ErrorCode::cancelled;
  end.message = "x";
  EXPECT_EQ(
      over_sse(EventType::cancelled, encode(end)),
      "event: status\ndata: {\"status\":\"cancelled\"}\n\n"
      "id: 1-7\nevent: error\ndata: {\"code\":\"cancelled\",\"message\":\"x\",\"retryable\":false}\n\n");
  end.code = ErrorCode::interrupted;
  EXPECT_THAT(over_websocket(EventType::interrupted, encode(end)),
              ElementsAre("{\"status\":\"interrupted\"}", ::testing::HasSubstr("\"code\":\"interrupted\"")));
}

TEST(AssistantDialect, A3_other_events_are_not_sent) {
  for (const EventType silent :
       {EventType::usage, EventType::suggestion, EventType::upload_processed, EventType::slow}) {
    EXPECT_EQ(over_sse(silent, ""), "");
    EXPECT_THAT(over_websocket(silent, ""), IsEmpty());
  }
}

}  // namespace
}  // namespace belay::surfaces::assistant
