// The assistant's events as literal bytes.
#include <gtest/gtest.h>

#include "core/types/payloads.hpp"
#include "surfaces/assistant/render.hpp"

namespace belay::surfaces::assistant {
namespace {

const LogHead kRun{*RunId::parse("20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427"), "ann",
                   "assistant"};

// The event as the seventh of its log. The text of a whole answer stands where it is spliced in.
std::string rendered(EventType type, const std::string& payload, const std::string& text = "") {
  std::string bytes;
  MessageWriter writer(format().framing, bytes);
  format().dialect.render(kRun, {7, type, {}, payload}, {}, {1, 7}, writer);
  if (!writer.splices().empty()) bytes.insert(writer.splices().front().at, text);
  return bytes;
}

TEST(AssistantEvents, A3_a_delta_is_a_response_chunk) {
  EXPECT_EQ(rendered(EventType::delta, "Hi"),
            "id: 1-7\nevent: response_chunk\ndata: {\"content\":\"Hi\"}\n\n");
  EXPECT_EQ(rendered(EventType::delta, "a \"b\"\r\n\\\x01世"),
            "id: 1-7\nevent: response_chunk\ndata: {\"content\":\"a \\\"b\\\"\\r\\n\\\\\\u0001世\"}\n\n");
}

TEST(AssistantEvents, A3_a_run_says_when_it_is_queued_and_when_it_runs) {
  EXPECT_EQ(rendered(EventType::started, "…"), "id: 1-7\nevent: status\ndata: {\"status\":\"queued\"}\n\n");
  EXPECT_EQ(rendered(EventType::stage, encode(Stage{"provider"})),
            "event: status\ndata: {\"status\":\"running\"}\n\n"
            "id: 1-7\nevent: stage\ndata: {\"stage\":\"provider\"}\n\n");
  EXPECT_EQ(rendered(EventType::stage, encode(Stage{"answer"})),
            "id: 1-7\nevent: stage\ndata: {\"stage\":\"answer\"}\n\n");
  EXPECT_EQ(rendered(EventType::stage, encode(Stage{"recovered"})),
            "id: 1-7\nevent: stage\ndata: {\"stage\":\"recovered\"}\n\n");
  EXPECT_EQ(rendered(EventType::stage, encode(Stage{})), "") << "it is not for clients";
}

TEST(AssistantEvents, X2_restarted_tells_clients_to_drop_the_text) {
  EXPECT_EQ(rendered(EventType::restarted, encode(Restarted{"crash"})),
            "id: 1-7\nevent: status\ndata: {\"status\":\"restarted\"}\n\n");
}

TEST(AssistantEvents, A8_a_call_that_fits_its_declaration_is_an_action) {
  EXPECT_EQ(
      rendered(EventType::tool_call, encode(ToolCallEvent{{"call_1", "set_tempo", "{\"bpm\":\n120}"}, ""})),
      "id: 1-7\nevent: action\n"
      "data: {\"id\":\"call_1\",\"name\":\"set_tempo\",\"arguments\":{\"bpm\": 120}}\n\n");
}

TEST(AssistantEvents, A8_a_call_that_does_not_fit_is_only_reported) {
  EXPECT_EQ(
      rendered(EventType::tool_call,
               encode(ToolCallEvent{{"call_2", "fly", "{}"}, "This action was not offered to the model."})),
      "id: 1-7\nevent: stage\ndata: {\"stage\":\"action_refused\",\"action\":\"fly\","
      "\"reason\":\"This action was not offered to the model.\"}\n\n");
}

TEST(AssistantEvents, A3_the_end_has_the_whole_answer) {
  Terminal terminal;
  EXPECT_EQ(rendered(EventType::completed, encode(terminal), "One, two."),
            "event: status\ndata: {\"status\":\"completed\"}\n\n"
            "id: 1-7\nevent: complete\n"
            "data: {\"request_id\":\"20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427\","
            "\"content\":\"One, two.\",\"finish\":\"stop\","
            "\"usage\":{\"input_tokens\":0,\"output_tokens\":0,\"cached_tokens\":0,\"reasoning_tokens\":0,"
            "\"estimated\":false},\"actions\":[],\"appendix\":[]}\n\n");
}

TEST(AssistantEvents, A3_the_end_has_cost_actions_and_code) {
  Terminal terminal;
  terminal.finish = FinishReason::tool_calls;
  terminal.usage = {{120}, {22}, {4}, {1}, true, {1'000'048'000}};
  terminal.actions = {{"call_1", "set_tempo", "{\"bpm\":120}"}, {"call_2", "stop", "{}"}};
  terminal.appendix = {{"code", "js", "play();\n"}, {"code", "", "\"plain\""}};
  EXPECT_EQ(rendered(EventType::completed, encode(terminal), "x"),
            "event: status\ndata: {\"status\":\"completed\"}\n\n"
            "id: 1-7\nevent: complete\n"
            "data: {\"request_id\":\"20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427\","
            "\"content\":\"x\",\"finish\":\"tool_calls\","
            "\"usage\":{\"input_tokens\":120,\"output_tokens\":22,\"cached_tokens\":4,\"reasoning_tokens\":1,"
            "\"estimated\":true,\"cost_usd\":1.000048000},"
            "\"actions\":[{\"id\":\"call_1\",\"name\":\"set_tempo\",\"arguments\":{\"bpm\":120}},"
            "{\"id\":\"call_2\",\"name\":\"stop\",\"arguments\":{}}],"
            "\"appendix\":[{\"type\":\"code\",\"language\":\"js\",\"content\":\"play();\\n\"},"
            "{\"type\":\"code\",\"language\":\"\",\"content\":\"\\\"plain\\\"\"}]}\n\n");
}

TEST(AssistantEvents, A3_each_other_end_is_an_error) {
  struct Row {
    EventType type;
    ErrorCode code;
    const char* status;
    const char* error;
  };
  const Row rows[] = {
      {EventType::failed, ErrorCode::provider_timeout, "failed", "\"code\":\"provider_timeout\"|true"},
      {EventType::failed, ErrorCode::provider_rejected, "failed", "\"code\":\"provider_rejected\"|false"},
      {EventType::cancelled, ErrorCode::cancelled, "cancelled", "\"code\":\"cancelled\"|false"},
      {EventType::interrupted, ErrorCode::interrupted, "interrupted", "\"code\":\"interrupted\"|true"},
  };
  for (const Row& row : rows) {
    Terminal terminal;
    terminal.code = row.code;
    terminal.message = "It \"ended\".";
    const std::string error(row.error);
    const std::size_t bar = error.find('|');
    EXPECT_EQ(rendered(row.type, encode(terminal)),
              "event: status\ndata: {\"status\":\"" + std::string(row.status) +
                  "\"}\n\nid: 1-7\nevent: error\ndata: {" + error.substr(0, bar) +
                  ",\"message\":\"It \\\"ended\\\".\",\"retryable\":" + error.substr(bar + 1) + "}\n\n");
  }
}

TEST(AssistantEvents, A3_what_the_document_does_not_know_has_no_bytes) {
  EXPECT_EQ(rendered(EventType::usage, encode(Usage{})), "");
  for (const EventType type : {EventType::suggestion, EventType::upload_processed, EventType::slow})
    EXPECT_EQ(rendered(type, ""), "");
  EXPECT_EQ(rendered(EventType::tool_call, "\xFF"), "") << "a payload that nobody can read";
}

}  // namespace
}  // namespace belay::surfaces::assistant
