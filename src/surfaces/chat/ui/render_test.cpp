// Chunks of the UI message stream as literal bytes.
#include "surfaces/chat/ui/render.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/types/payloads.hpp"
#include "transport/framing/ndjson.hpp"

namespace belay::surfaces::chat::ui {
namespace {

const std::string kRunText = "20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427";
const LogHead kRun{*RunId::parse(kRunText), "ann", "chat", 0, "small", {1'795'267'085'123}};

// A log, rendered event by event as one reader gets it.
struct Log {
  std::string add(EventType type, const std::string& payload = {}) {
    std::string bytes;
    MessageWriter writer(lines().framing, bytes);
    ++offset;
    lines().dialect.render(kRun, {offset, type, {}, payload}, counts, {1, offset}, writer);
    const std::uint64_t number = lines().dialect.messages_in(counts);
    counts.add(type, payload);
    const auto written = static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
    EXPECT_EQ(lines().dialect.messages_in(counts), number + written) << to_string(type) << ": " << bytes;
    return bytes;
  }
  std::string part(PartKind kind, std::uint32_t index = 0, const std::string& id = {},
                   const std::string& name = {}) {
    return add(EventType::part, encode(PartEvent{kind, index, id, name}));
  }
  std::string call(const std::string& arguments, const std::string& problem = {}) {
    return add(EventType::tool_call, encode(ToolCallEvent{{"c1", "set_tempo", arguments}, problem}));
  }
  EventCounts counts;
  Offset offset = 0;
};

const std::string kStart = R"({"type":"start","messageId":")" + kRunText +
                           R"(-a","messageMetadata":{"runId":")" + kRunText + R"(","model":"small"}})" +
                           "\n" + R"({"type":"start-step"})" + "\n";
const std::string kUsage =
    R"("messageMetadata":{"usage":{"inputTokens":12,"outputTokens":3,"totalTokens":15,"cachedInputTokens":4,)"
    R"("reasoningTokens":1}}})";

Terminal terminal() {
  Terminal terminal;
  terminal.usage = {{12}, {3}, {4}, {1}, false, {}};
  return terminal;
}

TEST(UiChunks, K50_an_answer_of_text) {
  Log log;
  EXPECT_EQ(log.add(EventType::started, "…"), kStart);
  EXPECT_EQ(log.add(EventType::stage, encode(Stage{"answer", {}, {}, {}})), "");
  EXPECT_EQ(log.add(EventType::delta, "Hi \"you\"\r\n世"),
            "{\"type\":\"text-start\",\"id\":\"text-0\"}\n"
            R"({"type":"text-delta","id":"text-0","delta":"Hi \"you\"\r\n世"})"
            "\n");
  EXPECT_EQ(log.add(EventType::delta, "."), R"({"type":"text-delta","id":"text-0","delta":"."})"
                                            "\n");
  EXPECT_EQ(log.add(EventType::usage, encode(Usage{})), "");
  EXPECT_EQ(log.add(EventType::completed, encode(terminal())),
            "{\"type\":\"text-end\",\"id\":\"text-0\"}\n{\"type\":\"finish-step\"}\n"
            R"({"type":"finish","finishReason":"stop",)" +
                kUsage + "\n[DONE]\n");
}

TEST(UiChunks, K50_reasoning_is_a_part_of_its_own_and_parts_are_counted) {
  Log log;
  log.add(EventType::started, "…");
  EXPECT_EQ(log.add(EventType::reasoning_delta, "Hm"),
            "{\"type\":\"reasoning-start\",\"id\":\"reasoning-0\"}\n"
            "{\"type\":\"reasoning-delta\",\"id\":\"reasoning-0\",\"delta\":\"Hm\"}\n");
  EXPECT_EQ(
      log.add(EventType::delta, "A"),
      "{\"type\":\"reasoning-end\",\"id\":\"reasoning-0\"}\n{\"type\":\"text-start\",\"id\":\"text-0\"}\n"
      "{\"type\":\"text-delta\",\"id\":\"text-0\",\"delta\":\"A\"}\n");
  EXPECT_EQ(
      log.part(PartKind::reasoning),
      "{\"type\":\"text-end\",\"id\":\"text-0\"}\n{\"type\":\"reasoning-start\",\"id\":\"reasoning-1\"}\n");
  EXPECT_EQ(log.add(EventType::reasoning_delta, "so"),
            "{\"type\":\"reasoning-delta\",\"id\":\"reasoning-1\",\"delta\":\"so\"}\n");
  EXPECT_EQ(
      log.part(PartKind::text),
      "{\"type\":\"reasoning-end\",\"id\":\"reasoning-1\"}\n{\"type\":\"text-start\",\"id\":\"text-1\"}\n");
  EXPECT_EQ(log.part(PartKind::text),
            "{\"type\":\"text-end\",\"id\":\"text-1\"}\n{\"type\":\"text-start\",\"id\":\"text-2\"}\n");
  EXPECT_EQ(log.add(EventType::delta, "B"), "{\"type\":\"text-delta\",\"id\":\"text-2\",\"delta\":\"B\"}\n");
}

TEST(UiChunks, K55_tool_calls_become_tool_parts) {
  Log log;
  log.add(EventType::started, "…");
  log.add(EventType::delta, "I will.");
  EXPECT_EQ(log.part(PartKind::tool_call, 0, "c1", "set_tempo"),
            "{\"type\":\"text-end\",\"id\":\"text-0\"}\n"
            R"({"type":"tool-input-start","toolCallId":"c1","toolName":"set_tempo"})"
            "\n");
  EXPECT_EQ(log.add(EventType::tool_delta, encode(ToolDelta{0, "{\"bpm\""})), "");
  EXPECT_EQ(log.call("{ \"bpm\" : 120 }"),
            R"({"type":"tool-input-available","toolCallId":"c1","toolName":"set_tempo","input":{"bpm":120}})"
            "\n");
  EXPECT_EQ(log.call(""), R"({"type":"tool-input-error","toolCallId":"c1","toolName":"set_tempo","input":"",)"
                          R"("errorText":"The arguments of the call are no JSON object."})"
                          "\n")
      << "the call was cut off before its first argument";
  EXPECT_EQ(log.call("{\"bpm\":"),
            R"({"type":"tool-input-error","toolCallId":"c1","toolName":"set_tempo","input":"{\"bpm\":",)"
            R"("errorText":"The arguments of the call are no JSON object."})"
            "\n");
  EXPECT_EQ(log.call("{}", "Too fast."),
            R"({"type":"tool-input-error","toolCallId":"c1","toolName":"set_tempo","input":{},)"
            R"("errorText":"Too fast."})"
            "\n");
  Terminal end = terminal();
  end.finish = FinishReason::tool_calls;
  EXPECT_EQ(log.add(EventType::completed, encode(end)),
            "{\"type\":\"finish-step\"}\n{\"type\":\"finish\",\"finishReason\":\"tool-calls\"," + kUsage +
                "\n[DONE]\n");
}

TEST(UiChunks, K55_a_call_that_came_whole_ends_the_text_before_it) {
  Log log;
  log.add(EventType::started, "…");
  log.add(EventType::delta, "I will.");
  EXPECT_EQ(log.call("{}"),
            "{\"type\":\"text-end\",\"id\":\"text-0\"}\n"
            R"({"type":"tool-input-available","toolCallId":"c1","toolName":"set_tempo","input":{}})"
            "\n");
  EXPECT_EQ(log.add(EventType::delta, "Done."),
            "{\"type\":\"text-start\",\"id\":\"text-1\"}\n"
            "{\"type\":\"text-delta\",\"id\":\"text-1\",\"delta\":\"Done.\"}\n");
}

TEST(UiChunks, K58_every_end_has_one_finish) {
  const std::string finish = R"({"type":"finish","finishReason":")";
  Terminal end = terminal();
  end.code = ErrorCode::provider_unavailable;
  end.message = "The \"model\" fell.";
  for (const EventType type : {EventType::failed, EventType::interrupted}) {
    Log log;
    log.add(EventType::started, "…");
    log.add(EventType::delta, "Half");
    EXPECT_EQ(log.add(type, encode(end)),
              "{\"type\":\"text-end\",\"id\":\"text-0\"}\n"
              R"({"type":"error","errorText":"The \"model\" fell."})"
              "\n" +
                  finish + "error\"," + kUsage + "\n[DONE]\n");
  }
  Log log;
  log.add(EventType::started, "…");
  log.add(EventType::delta, "Half");
  EXPECT_EQ(log.add(EventType::cancelled, encode(end)),
            "{\"type\":\"text-end\",\"id\":\"text-0\"}\n{\"type\":\"abort\"}\n" + finish + "other\"," +
                kUsage + "\n[DONE]\n");
  for (const auto& [reason, name] :
       {std::pair{FinishReason::length, "length"}, {FinishReason::content_filter, "content-filter"}}) {
    Log other;
    end.finish = reason;
    EXPECT_NE(other.add(EventType::completed, encode(end)).find(finish + name + "\""), std::string::npos);
  }
}

TEST(UiChunks, K58_a_restart_is_a_data_part_which_every_version_knows) {
  Log log;
  log.add(EventType::started, "…");
  log.add(EventType::delta, "Half");
  EXPECT_EQ(log.add(EventType::restarted, encode(Restarted{"crash", {}})),
            "{\"type\":\"text-end\",\"id\":\"text-0\"}\n"
            "{\"type\":\"data-restarted\",\"data\":{},\"transient\":true}\n");
  EXPECT_EQ(log.add(EventType::delta, "New"),
            "{\"type\":\"text-start\",\"id\":\"text-1\"}\n"
            "{\"type\":\"text-delta\",\"id\":\"text-1\",\"delta\":\"New\"}\n");
}

TEST(UiChunks, K51_only_the_last_message_of_an_event_has_an_id_and_it_names_the_run) {
  std::string bytes;
  MessageWriter writer(format().framing, bytes);
  format().dialect.render(kRun, {7, EventType::delta, {}, "Hi"}, {}, {1, 7}, writer);
  // 0x1b4e28 & 0x3fffff | 0x400000 = 5983784; times 2^40, plus 7.
  EXPECT_EQ(bytes,
            "data: {\"type\":\"text-start\",\"id\":\"text-0\"}\n\n"
            "data: {\"type\":\"text-delta\",\"id\":\"text-0\",\"delta\":\"Hi\"}\n"
            "id: 1-6579240086099984391\n\n");
}

TEST(UiChunks, K54_access_that_is_taken_away_is_an_error) {
  std::string bytes;
  MessageWriter writer(lines().framing, bytes);
  lines().dialect.render_error(make_error(ErrorCode::revoked, "Your \"access\" ended."), writer);
  EXPECT_EQ(bytes, "{\"type\":\"error\",\"errorText\":\"Your \\\"access\\\" ended.\"}\n");
}

// As in the stream: a page must not take what was cut off for a call that waits to be carried out.
TEST(UiMessages, K53_a_call_whose_arguments_broke_off_is_an_error) {
  StoredMessage answer;
  answer.run = kRun.id;
  answer.role = Role::assistant;
  answer.tool_calls = {
      {"c1", "set_tempo", "{\"bpm\":120}"}, {"c2", "set_tempo", "{\"bpm\":"}, {"c3", "fly", ""}};
  MessagePage page;
  page.messages.push_back(answer);
  const std::string text = render_messages(page, {"ann", "chat", "chat-1", {}, {}}, {});
  EXPECT_NE(
      text.find(
          R"({"type":"tool-set_tempo","toolCallId":"c1","state":"input-available","input":{"bpm":120}},)"
          R"({"type":"tool-set_tempo","toolCallId":"c2","state":"output-error","input":"{\"bpm\":",)"
          R"("errorText":"The arguments of the call are no JSON object."},)"
          R"({"type":"tool-fly","toolCallId":"c3","state":"output-error","input":"",)"
          R"("errorText":"The arguments of the call are no JSON object."}])"),
      text.npos)
      << text;
}

}  // namespace
}  // namespace belay::surfaces::chat::ui
