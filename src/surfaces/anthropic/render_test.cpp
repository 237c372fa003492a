// Messages as literal bytes.
#include "surfaces/anthropic/render.hpp"

#include <gtest/gtest.h>

#include "core/types/payloads.hpp"

namespace belay::surfaces::anthropic {
namespace {

const LogHead kRun{*RunId::parse("20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427"),
                   "ann",
                   "anthropic",
                   0,
                   "small",
                   {1'795'267'085'123}};

// The event as the seventh of its log.
std::string rendered(EventType type, const std::string& payload, const EventCounts& before = {},
                     const Format& format = anthropic::format()) {
  std::string bytes;
  MessageWriter writer(format.framing, bytes);
  format.dialect.render(kRun, {7, type, {}, payload}, before, {1, 7}, writer);
  return bytes;
}

std::string event(const std::string& name, const std::string& members, bool is_last = true) {
  return "event: " + name + "\ndata: {\"type\":\"" + name + '"' + members + "}\n" +
         (is_last ? "id: 1-7\n\n" : "\n");
}
std::string stop(int index, bool is_last = false) {
  return event("content_block_stop", ",\"index\":" + std::to_string(index), is_last);
}
std::string start(int index, const std::string& block, bool is_last = false) {
  return event("content_block_start", ",\"index\":" + std::to_string(index) + ",\"content_block\":" + block,
               is_last);
}
std::string delta(int index, const std::string& members) {
  return event("content_block_delta", ",\"index\":" + std::to_string(index) + ",\"delta\":" + members);
}

const std::string kText = R"({"type":"text","text":""})";
const std::string kThinking = R"({"type":"thinking","thinking":"","signature":""})";

// The counts behind these events, and what they render to.
struct Answer {
  EventCounts counts;
  std::string bytes;
  std::string whole;

  void add(EventType type, const std::string& payload = {}) {
    const std::uint64_t before = format().dialect.messages_in(counts);
    const std::string more = rendered(type, payload, counts);
    whole += rendered(type, payload, counts, whole_format());
    counts.add(type, payload);
    std::size_t blocks = 0;
    for (std::size_t at = more.find("\n\n"); at != more.npos; at = more.find("\n\n", at + 2)) ++blocks;
    EXPECT_EQ(format().dialect.messages_in(counts) - before, blocks) << to_string(type);
    bytes += more;
  }
};

TEST(MessageEvents, K31_an_answer_begins_with_an_empty_message_and_a_ping) {
  RunRequest request;
  request.system = "Be brief.";
  request.messages = {Message(Role::user, "Hi")};
  EXPECT_EQ(rendered(EventType::started, encode(request)),
            event("message_start",
                  R"(,"message":{"id":"msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427",)"
                  R"("type":"message","role":"assistant","model":"small","content":[],"stop_reason":null,)"
                  R"("stop_sequence":null,"usage":{"input_tokens":23,"cache_creation_input_tokens":0,)"
                  R"("cache_read_input_tokens":0,"output_tokens":0}})",
                  false) +
                event("ping", ""));
}

TEST(MessageEvents, K31_the_first_delta_begins_a_block) {
  EventCounts open;
  EXPECT_EQ(rendered(EventType::delta, "Hi \"you\"\r\n世"),
            start(0, kText) + delta(0, R"({"type":"text_delta","text":"Hi \"you\"\r\n世"})"));
  open.add(EventType::delta, "Hi");
  EXPECT_EQ(rendered(EventType::delta, ".", open), delta(0, R"({"type":"text_delta","text":"."})"));
}

TEST(MessageEvents, K31_what_a_model_thinks_is_a_block_of_its_own) {
  Answer answer;
  answer.add(EventType::reasoning_delta, "Hm.");
  answer.add(EventType::part, encode(PartEvent{PartKind::text, 0, {}, {}}));
  answer.add(EventType::delta, "Yes.");
  EXPECT_EQ(answer.bytes, start(0, kThinking) + delta(0, R"({"type":"thinking_delta","thinking":"Hm."})") +
                              stop(0) + start(1, kText, true) +
                              delta(1, R"({"type":"text_delta","text":"Yes."})"));
}

TEST(MessageEvents, K31_what_clients_do_not_know_is_not_shown) {
  for (const EventType type : {EventType::stage, EventType::usage, EventType::restarted})
    EXPECT_EQ(rendered(type, ""), "") << to_string(type);
}

TEST(MessageEvents, K31_an_answer_ends_with_its_reason_and_its_usage) {
  EventCounts open;
  open.add(EventType::delta, "Hi");
  Terminal terminal;
  terminal.usage = {{12}, {3}, {4}, {1}, false, {}};
  const auto end = [&](const std::string& reason, const std::string& sequence) {
    return stop(0) +
           event(
               "message_delta",
               ",\"delta\":{\"stop_reason\":\"" + reason + "\",\"stop_sequence\":" + sequence +
                   R"(},"usage":{"input_tokens":8,"cache_creation_input_tokens":0,"cache_read_input_tokens":4,"output_tokens":3})",
               false) +
           event("message_stop", "");
  };
  EXPECT_EQ(rendered(EventType::completed, encode(terminal), open), end("end_turn", "null"));
  terminal.stop_sequence = "END";
  EXPECT_EQ(rendered(EventType::completed, encode(terminal), open), end("stop_sequence", "\"END\""));
  terminal.stop_sequence.clear();
  for (const auto& [finish, name] : {std::pair{FinishReason::length, "max_tokens"},
                                     {FinishReason::tool_calls, "tool_use"},
                                     {FinishReason::content_filter, "refusal"}}) {
    terminal.finish = finish;
    EXPECT_EQ(rendered(EventType::completed, encode(terminal), open), end(name, "null"));
  }
}

TEST(MessageEvents, K32_every_other_end_is_an_error_and_never_message_stop) {
  Terminal terminal;
  terminal.code = ErrorCode::provider_timeout;
  terminal.message = "The model fell silent.";
  EXPECT_EQ(
      rendered(EventType::failed, encode(terminal)),
      event(
          "error",
          R"(,"error":{"type":"timeout_error","message":"The model fell silent.","code":"provider_timeout"})"));
  EventCounts open;
  open.add(EventType::delta, "Hi");
  terminal.code = ErrorCode::cancelled;
  terminal.message = "The request was cancelled.";
  EXPECT_EQ(
      rendered(EventType::cancelled, encode(terminal), open),
      stop(0) +
          event(
              "error",
              R"(,"error":{"type":"invalid_request_error","message":"The request was cancelled.","code":"cancelled"})"));
}

TEST(MessageEvents, K35_calls_come_in_pieces_one_block_after_the_other) {
  Answer answer;
  answer.add(EventType::delta, "Wait.");
  answer.bytes.clear();
  answer.add(EventType::part, encode(PartEvent{PartKind::tool_call, 0, "a", "cut"}));
  answer.add(EventType::tool_delta, encode(ToolDelta{0, "{\"a\":"}));
  answer.add(EventType::tool_delta, encode(ToolDelta{0, "1}"}));
  answer.add(EventType::part, encode(PartEvent{PartKind::tool_call, 1, "b", "paste"}));
  answer.add(EventType::tool_delta, encode(ToolDelta{1, "{}"}));
  answer.add(EventType::tool_call, encode(ToolCallEvent{{"a", "cut", "{\"a\":1}"}, {}}));
  answer.add(EventType::tool_call, encode(ToolCallEvent{{"b", "paste", "{}"}, {}}));
  Terminal terminal;
  terminal.finish = FinishReason::tool_calls;
  answer.add(EventType::completed, encode(terminal));
  EXPECT_EQ(
      answer.bytes,
      stop(0) + start(1, R"({"type":"tool_use","id":"a","name":"cut","input":{}})", true) +
          delta(1, R"({"type":"input_json_delta","partial_json":"{\"a\":"})") +
          delta(1, R"({"type":"input_json_delta","partial_json":"1}"})") + stop(1) +
          start(2, R"({"type":"tool_use","id":"b","name":"paste","input":{}})", true) +
          delta(2, R"({"type":"input_json_delta","partial_json":"{}"})") + stop(2) +
          event(
              "message_delta",
              R"(,"delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0})",
              false) +
          event("message_stop", ""));
}

TEST(MessageEvents, K35_a_call_without_arguments_needs_no_piece) {
  Answer answer;
  answer.add(EventType::part, encode(PartEvent{PartKind::tool_call, 0, "a", "cut"}));
  answer.add(EventType::part, encode(PartEvent{PartKind::tool_call, 1, "b", "paste"}));
  answer.bytes.clear();
  answer.add(EventType::tool_delta, encode(ToolDelta{0, "{}"}));
  EXPECT_EQ(answer.bytes, event("ping", ""));
  answer.bytes.clear();
  answer.add(EventType::completed, encode(Terminal()));
  EXPECT_NE(answer.bytes.find("event: message_stop\n"), std::string::npos);
}

TEST(MessageEvents, K32_K35_after_late_pieces_the_end_is_one_error_and_nothing_follows_it) {
  Answer answer;
  answer.add(EventType::part, encode(PartEvent{PartKind::tool_call, 0, "a", "cut"}));
  answer.add(EventType::part, encode(PartEvent{PartKind::tool_call, 1, "b", "paste"}));
  answer.add(EventType::tool_delta, encode(ToolDelta{0, "{\"a\":"}));
  answer.add(EventType::tool_delta, encode(ToolDelta{1, "{\"b\":"}));
  answer.add(EventType::tool_delta, encode(ToolDelta{0, "1}"}));
  answer.add(EventType::tool_delta, encode(ToolDelta{1, "2}"}));
  answer.add(EventType::tool_call, encode(ToolCallEvent{{"a", "cut", "{\"a\":1}"}, {}}));
  answer.add(EventType::tool_call, encode(ToolCallEvent{{"b", "paste", "{\"b\":2}"}, {}}));
  Terminal terminal;
  terminal.finish = FinishReason::tool_calls;
  answer.add(EventType::completed, encode(terminal));
  EXPECT_EQ(
      answer.bytes,
      start(0, R"({"type":"tool_use","id":"a","name":"cut","input":{}})", true) + stop(0) +
          start(1, R"({"type":"tool_use","id":"b","name":"paste","input":{}})", true) + event("ping", "") +
          delta(1, R"({"type":"input_json_delta","partial_json":"{\"b\":"})") + event("ping", "") +
          delta(1, R"({"type":"input_json_delta","partial_json":"2}"})") + stop(1) +
          event(
              "error",
              R"(,"error":{"type":"api_error","message":"The model's provider sent pieces of a tool call when another part had begun. A streamed message has no form for that. Ask without `stream`.","code":"provider_broken"})"));
}

TEST(MessageEvents, K32_after_late_pieces_every_other_end_is_its_own_error) {
  Answer answer;
  answer.add(EventType::part, encode(PartEvent{PartKind::tool_call, 0, "a", "cut"}));
  answer.add(EventType::delta, "t");
  answer.add(EventType::tool_delta, encode(ToolDelta{0, "{\"a\":1}"}));
  answer.bytes.clear();
  Terminal terminal;
  terminal.code = ErrorCode::cancelled;
  terminal.message = "The request was cancelled.";
  answer.add(EventType::cancelled, encode(terminal));
  EXPECT_EQ(
      answer.bytes,
      stop(1) +
          event(
              "error",
              R"(,"error":{"type":"invalid_request_error","message":"The request was cancelled.","code":"cancelled"})"));
}

TEST(MessageEvents, K35_a_call_that_came_whole_is_a_block) {
  Answer answer;
  answer.add(EventType::delta, "Wait.");
  answer.bytes.clear();
  answer.add(EventType::tool_call, encode(ToolCallEvent{{"a", "cut", "{\"a\":1}"}, {}}));
  answer.add(EventType::delta, "Done.");
  EXPECT_EQ(answer.bytes,
            stop(0) + start(1, R"({"type":"tool_use","id":"a","name":"cut","input":{}})") +
                event("content_block_delta",
                      R"(,"index":1,"delta":{"type":"input_json_delta","partial_json":"{\"a\":1}"})", false) +
                stop(1, true) + start(2, kText) + delta(2, R"({"type":"text_delta","text":"Done."})"));
}

TEST(MessageEvents, K31_their_number_is_arithmetic) {
  Answer answer;
  answer.add(EventType::started, encode(RunRequest()));
  answer.add(EventType::stage, encode(Stage{"provider", {}, {}, {}}));
  answer.add(EventType::reasoning_delta, "Hm.");
  answer.add(EventType::reasoning_delta, "Hm.");
  answer.add(EventType::part, encode(PartEvent{PartKind::text, 0, {}, {}}));
  answer.add(EventType::delta, "Hi");
  answer.add(EventType::restarted, encode(Restarted{"It begins again.", {}}));
  answer.add(EventType::delta, "Hi");
  answer.add(EventType::failed, encode(Terminal()));
}

TEST(WholeMessage, K30_has_thoughts_text_calls_and_usage) {
  Answer answer;
  answer.add(EventType::started, encode(RunRequest()));
  answer.add(EventType::reasoning_delta, "Hm");
  answer.add(EventType::reasoning_delta, ".");
  answer.add(EventType::part, encode(PartEvent{PartKind::text, 0, {}, {}}));
  answer.add(EventType::delta, "One, ");
  answer.add(EventType::delta, "\"two\".");
  answer.add(EventType::part, encode(PartEvent{PartKind::tool_call, 0, "a", "cut"}));
  answer.add(EventType::tool_delta, encode(ToolDelta{0, "{ \"a\": 1 }"}));
  answer.add(EventType::part, encode(PartEvent{PartKind::text, 0, {}, {}}));
  answer.add(EventType::delta, "And");
  answer.add(EventType::tool_call, encode(ToolCallEvent{{"a", "cut", "{ \"a\": 1 }"}, {}}));
  Terminal terminal;
  terminal.finish = FinishReason::tool_calls;
  terminal.usage = {{12}, {3}, {4}, {1}, false, {}};
  terminal.actions = {{"a", "cut", "{ \"a\": 1 }"}};
  answer.add(EventType::completed, encode(terminal));
  EXPECT_EQ(
      split_whole(answer.whole).value(),
      R"({"id":"msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","type":"message","role":"assistant",)"
      R"("model":"small","content":[{"type":"thinking","signature":"","thinking":"Hm."},{"type":"text","text":"One, \"two\"."},)"
      R"({"type":"text","text":"And"},{"type":"tool_use","id":"a","name":"cut","input":{"a":1}}],"stop_reason":"tool_use",)"
      R"("stop_sequence":null,"usage":{"input_tokens":8,"cache_creation_input_tokens":0,"cache_read_input_tokens":4,"output_tokens":3}})");
}

TEST(WholeMessage, K30_may_be_empty) {
  Answer answer;
  answer.add(EventType::started, encode(RunRequest()));
  answer.add(EventType::completed, encode(Terminal()));
  EXPECT_NE(split_whole(answer.whole).value().find(R"("content":[],"stop_reason":"end_turn")"),
            std::string::npos);
}

TEST(WholeMessage, K32_half_an_answer_is_an_error) {
  Answer answer;
  answer.add(EventType::started, encode(RunRequest()));
  answer.add(EventType::delta, "Half\nan answer");
  Terminal terminal;
  terminal.code = ErrorCode::provider_timeout;
  terminal.message = "The model fell silent.";
  answer.add(EventType::failed, encode(terminal));
  const auto whole = split_whole(answer.whole);
  ASSERT_FALSE(whole);
  EXPECT_EQ(whole.error().code, ErrorCode::provider_timeout);
  EXPECT_EQ(whole.error().detail, "The model fell silent.");
}

TEST(WholeMessage, K35_arguments_that_are_no_object_are_an_error) {
  for (const std::string arguments : {"[1]", "{\"a\":", "nonsense"}) {
    Answer answer;
    answer.add(EventType::started, encode(RunRequest()));
    Terminal terminal;
    terminal.actions = {{"a", "cut", arguments}};
    answer.add(EventType::completed, encode(terminal));
    EXPECT_EQ(split_whole(answer.whole).error().code, ErrorCode::provider_broken) << arguments;
  }
}

TEST(WholeMessage, K30_K35_a_call_that_the_largest_output_cut_off_is_left_out) {
  Answer answer;
  answer.add(EventType::started, encode(RunRequest()));
  answer.add(EventType::delta, "Wait.");
  Terminal terminal;
  terminal.finish = FinishReason::length;
  terminal.actions = {{"a", "cut", "{\"a\":1}"}, {"b", "paste", "{\"b\""}};
  answer.add(EventType::completed, encode(terminal));
  EXPECT_EQ(
      split_whole(answer.whole).value(),
      R"({"id":"msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","type":"message","role":"assistant",)"
      R"("model":"small","content":[{"type":"text","text":"Wait."},)"
      R"({"type":"tool_use","id":"a","name":"cut","input":{"a":1}}],"stop_reason":"max_tokens","stop_sequence":null,)"
      R"("usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}})");
}

}  // namespace
}  // namespace belay::surfaces::anthropic
