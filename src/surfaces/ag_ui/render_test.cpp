// AG-UI events as literal bytes.
#include "surfaces/ag_ui/render.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/types/payloads.hpp"
#include "transport/framing/ndjson.hpp"

namespace belay::surfaces::ag_ui {
namespace {

const std::string kRunText = "20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427";
const LogHead kRun{*RunId::parse(kRunText), "ann", "ag_ui",  0, "small",
                   {1'795'267'085'123},     "t-1", "t-1/r:2"};

// A log, rendered event by event as one reader gets it.
struct Log {
  std::string add(EventType type, const std::string& payload = {}) {
    const Format lines{format().dialect, transport::ndjson_framing()};
    std::string bytes;
    MessageWriter writer(lines.framing, bytes);
    ++offset;
    lines.dialect.render(head, {offset, type, {}, payload}, counts, {1, offset}, writer);
    const std::uint64_t number = lines.dialect.messages_in(counts);
    counts.add(type, payload);
    const auto written = static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
    EXPECT_EQ(lines.dialect.messages_in(counts), number + written) << to_string(type) << ": " << bytes;
    return bytes;
  }
  std::string part(PartKind kind, std::uint32_t index = 0, const std::string& name = {}) {
    return add(EventType::part, encode(PartEvent{kind, index, "provider's", name}));
  }
  std::string piece(std::uint32_t index, const std::string& json) {
    return add(EventType::tool_delta, encode(ToolDelta{index, json}));
  }
  std::string call(std::uint32_t index, const std::string& arguments) {
    return add(EventType::tool_call,
               encode(ToolCallEvent{{"provider's", "set_tempo", arguments}, {}, index}));
  }
  LogHead head = kRun;
  EventCounts counts;
  Offset offset = 0;
};

std::string text_event(const std::string& type, const std::string& more = {}) {
  return R"({"type":"TEXT_MESSAGE_)" + type + R"(","messageId":")" + kRunText + "-a\"" + more + "}\n";
}
std::string thought_event(const std::string& type, int part, const std::string& more = {}) {
  return R"({"type":"REASONING_)" + type + R"(","messageId":")" + kRunText + "-r" + std::to_string(part) +
         "\"" + more + "}\n";
}
std::string call_event(const std::string& type, int index, const std::string& more = {}) {
  return R"({"type":"TOOL_CALL_)" + type + R"(","toolCallId":")" + kRunText + "-c" + std::to_string(index) +
         "\"" + more + "}\n";
}
const std::string kTextStart = text_event("START", R"(,"role":"assistant")");
const std::string kCalled = R"(,"toolCallName":"set_tempo","parentMessageId":")" + kRunText + "-a\"";
std::string thought_start(int part) {
  return thought_event("START", part) + thought_event("MESSAGE_START", part, R"(,"role":"reasoning")");
}
std::string thought_end(int part) {
  return thought_event("MESSAGE_END", part) + thought_event("END", part);
}
const std::string kNamed = R"("threadId":"t-1","runId":"r:2")";
const std::string kUsage =
    R"("usage":[{"model":"small","inputTokens":12,"outputTokens":3,"totalTokens":15,"cachedInputTokens":4,)"
    R"("reasoningTokens":1}])";

Terminal terminal(std::vector<std::uint32_t> open_calls = {}) {
  Terminal terminal;
  terminal.usage = {{12}, {3}, {4}, {1}, false, {}};
  terminal.open_calls = std::move(open_calls);
  return terminal;
}
const std::string kCancelled =
    R"({"type":"RUN_FINISHED",)" + kNamed + R"(,"outcome":{"type":"cancelled"},)" + kUsage + "}\n";

TEST(AgUiEvents, K70_an_answer_of_text) {
  Log log;
  EXPECT_EQ(log.add(EventType::started, "…"), R"({"type":"RUN_STARTED",)" + kNamed + "}\n");
  EXPECT_EQ(log.add(EventType::stage, encode(Stage{"answer", {}, {}, {}})), "");
  EXPECT_EQ(log.add(EventType::delta, "Hi \"you\"\r\n世"),
            kTextStart + text_event("CONTENT", R"(,"delta":"Hi \"you\"\r\n世")"));
  EXPECT_EQ(log.add(EventType::delta, "."), text_event("CONTENT", R"(,"delta":".")"));
  EXPECT_EQ(log.add(EventType::usage, encode(Usage{})), "");
  EXPECT_EQ(log.add(EventType::completed, encode(terminal())),
            text_event("END") + R"({"type":"RUN_FINISHED",)" + kNamed +
                R"(,"outcome":{"type":"success"},"result":{"finishReason":"stop"},)" + kUsage + "}\n");
}

TEST(AgUiEvents, K70_the_position_is_the_last_line_of_an_events_last_block) {
  std::string bytes;
  MessageWriter writer(format().framing, bytes);
  format().dialect.render(kRun, {2, EventType::delta, {}, "Hi"}, {}, {1, 2}, writer);
  EXPECT_EQ(bytes,
            "data: " + kTextStart + "\ndata: " + text_event("CONTENT", R"(,"delta":"Hi")") + "id: 1-2\n\n");
}

TEST(AgUiEvents, K70_a_run_whose_key_was_forgotten_has_a_name_of_its_own) {
  Log log;
  log.head.key.clear();
  EXPECT_EQ(log.add(EventType::started, "…"),
            R"({"type":"RUN_STARTED","threadId":"t-1","runId":")" + kRunText + "\"}\n");
}

TEST(AgUiEvents, K70_reasoning_is_a_message_of_its_own_for_each_part) {
  Log log;
  log.add(EventType::started, "…");
  EXPECT_EQ(log.add(EventType::reasoning_delta, "Hm"),
            thought_start(0) + thought_event("MESSAGE_CONTENT", 0, R"(,"delta":"Hm")"));
  EXPECT_EQ(log.add(EventType::delta, "A"),
            thought_end(0) + kTextStart + text_event("CONTENT", R"(,"delta":"A")"));
  EXPECT_EQ(log.part(PartKind::reasoning), text_event("END") + thought_start(1));
  EXPECT_EQ(log.add(EventType::reasoning_delta, "so"),
            thought_event("MESSAGE_CONTENT", 1, R"(,"delta":"so")"));
  EXPECT_EQ(log.part(PartKind::text), thought_end(1) + kTextStart);
  EXPECT_EQ(log.part(PartKind::reasoning), text_event("END") + thought_start(2));
  EXPECT_EQ(log.add(EventType::cancelled, encode(terminal())), thought_end(2) + kCancelled);
}

TEST(AgUiEvents, K73_tool_calls_in_pieces_that_overlap) {
  Log log;
  log.add(EventType::started, "…");
  log.add(EventType::delta, "I will.");
  EXPECT_EQ(log.part(PartKind::tool_call, 0, "set_tempo"),
            text_event("END") + call_event("START", 0, kCalled));
  EXPECT_EQ(log.piece(0, "{\"bpm\""), call_event("ARGS", 0, R"(,"delta":"{\"bpm\"")"));
  EXPECT_EQ(log.part(PartKind::tool_call, 1, "set_tempo"), call_event("START", 1, kCalled));
  EXPECT_EQ(log.piece(1, "{}"), call_event("ARGS", 1, R"(,"delta":"{}")"));
  EXPECT_EQ(log.piece(0, ":1}"), call_event("ARGS", 0, R"(,"delta":":1}")"));
  EXPECT_EQ(log.call(1, "{}"), call_event("END", 1));
  EXPECT_EQ(log.call(0, "{\"bpm\":1}"), call_event("END", 0));
  Terminal end = terminal();
  end.finish = FinishReason::tool_calls;
  EXPECT_EQ(log.add(EventType::completed, encode(end)),
            R"({"type":"RUN_FINISHED",)" + kNamed +
                R"(,"outcome":{"type":"success"},"result":{"finishReason":"tool_calls"},)" + kUsage + "}\n");
}

TEST(AgUiEvents, K73_a_call_in_a_log_without_parts_is_shown_whole) {
  Log log;
  log.add(EventType::started, "…");
  log.add(EventType::delta, "I will.");
  EXPECT_EQ(log.call(0, "{}"), text_event("END") + call_event("START", 0, kCalled) +
                                   call_event("ARGS", 0, R"(,"delta":"{}")") + call_event("END", 0));
  EXPECT_EQ(log.call(0, "[]"), call_event("START", 1, kCalled) + call_event("ARGS", 1, R"(,"delta":"[]")") +
                                   call_event("END", 1));
}

TEST(AgUiEvents, K73_what_is_open_is_closed_before_every_end) {
  for (const EventType type : {EventType::cancelled, EventType::failed, EventType::interrupted}) {
    Log log;
    log.add(EventType::started, "…");
    log.part(PartKind::tool_call, 0, "set_tempo");
    log.part(PartKind::tool_call, 1, "set_tempo");
    log.part(PartKind::tool_call, 2, "set_tempo");
    log.call(1, "{}");
    log.part(PartKind::text);
    Terminal end = terminal({0, 2});
    end.code = type == EventType::failed ? ErrorCode::provider_broken : ErrorCode::interrupted;
    end.message = "It \"fell\".";
    const std::string error = type == EventType::failed ? "provider_broken" : "interrupted";
    EXPECT_EQ(log.add(type, encode(end)),
              text_event("END") + call_event("END", 0) + call_event("END", 2) +
                  (type == EventType::cancelled ? kCancelled
                                                : R"({"type":"RUN_ERROR","message":"It \"fell\".","code":")" +
                                                      error + "\"," + kUsage + "}\n"));
  }
}

TEST(AgUiEvents, X2_a_client_that_can_drop_a_message_is_told_so) {
  Log log;
  log.add(EventType::started, "…");
  log.part(PartKind::tool_call, 0, "set_tempo");
  log.part(PartKind::text);
  log.add(EventType::delta, "Half");
  const std::string restarted =
      R"({"type":"CUSTOM","name":"restarted","value":{"messageId":")" + kRunText + "-a\"}}\n";
  EXPECT_EQ(log.add(EventType::restarted, encode(Restarted{"crash", {}, {0}})),
            text_event("END") + call_event("END", 0) + restarted);
  EXPECT_EQ(log.add(EventType::delta, "Whole"), kTextStart + text_event("CONTENT", R"(,"delta":"Whole")"));
  EXPECT_EQ(log.part(PartKind::tool_call, 0, "set_tempo"),
            text_event("END") + call_event("START", 0, kCalled));
  EXPECT_EQ(log.add(EventType::restarted, encode(Restarted{"crash", {}, {0}})),
            call_event("END", 0) + restarted);
}

TEST(AgUiEvents, K72_a_reader_whose_access_ended_gets_an_error) {
  std::string bytes;
  MessageWriter writer(format().framing, bytes);
  format().dialect.render_error(make_error(ErrorCode::revoked, "Sign in again."), writer);
  EXPECT_EQ(bytes, "data: {\"type\":\"RUN_ERROR\",\"message\":\"Sign in again.\",\"code\":\"revoked\"}\n\n");
}

TEST(AgUiEvents, K71_the_messages_of_a_thread) {
  StoredMessage asked;
  asked.run = kRun.id;
  asked.content = "Hi \"you\"";
  StoredMessage answered;
  answered.run = kRun.id;
  answered.role = Role::assistant;
  answered.reasoning = "Hm";
  answered.tool_calls = {{"provider's", "play", "{\"a\":1}"}, {"x", "stop", "{}"}};
  MessagePage page{{asked, answered}, {}};
  const MessageFilter of{"ann", "ag_ui", "t-1", {}, {}};
  EXPECT_EQ(render_messages(page, of, "r:2"),
            R"({"messages":[{"id":")" + kRunText + R"(-u","role":"user","content":"Hi \"you\""},{"id":")" +
                kRunText + R"(-r0","role":"reasoning","content":"Hm"},{"id":")" + kRunText +
                R"(-a","role":"assistant","toolCalls":[{"id":")" + kRunText +
                R"(-c0","type":"function","function":{"name":"play","arguments":"{\"a\":1}"}},{"id":")" +
                kRunText +
                R"(-c1","type":"function","function":{"name":"stop","arguments":"{}"}}]}],)"
                R"("activeRunId":"r:2","nextCursor":null})");
  page.messages = {answered};
  page.messages[0].content = "Done.";
  page.messages[0].reasoning.clear();
  page.messages[0].tool_calls.clear();
  EXPECT_EQ(render_messages(page, of, {}), R"({"messages":[{"id":")" + kRunText +
                                               R"(-a","role":"assistant","content":"Done."}],)"
                                               R"("activeRunId":null,"nextCursor":null})");
}

}  // namespace
}  // namespace belay::surfaces::ag_ui
