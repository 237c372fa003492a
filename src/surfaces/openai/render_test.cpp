// Chunks as literal bytes.
#include "surfaces/openai/render.hpp"

#include <gtest/gtest.h>

#include "core/types/payloads.hpp"

namespace belay::surfaces::openai {
namespace {

const LogHead kRun{*RunId::parse("20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427"),
                   "ann",
                   "openai",
                   0,
                   "small",
                   {1'795'267'085'123}};

// The event as the seventh of its log.
std::string rendered(EventType type, const std::string& payload, ShowUsage usage = ShowUsage::never,
                     const EventCounts& before = {}) {
  const Format& chunks = format(usage);
  std::string bytes;
  MessageWriter writer(chunks.framing, bytes);
  chunks.dialect.render(kRun, {7, type, {}, payload}, before, {1, 7}, writer);
  return bytes;
}

const std::string kBegin = R"({"id":"chatcmpl-20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427",)"
                           R"("object":"chat.completion.chunk","created":1795267085,"model":"small",)";

std::string chunk(const std::string& delta) {
  return "data: " + kBegin + R"("choices":[{"index":0,"delta":{)" + delta +
         R"(},"logprobs":null,"finish_reason":null}]})" + "\nid: 1-7\n\n";
}

TEST(ChatChunks, K2_the_first_one_has_the_role_and_the_others_have_text) {
  EXPECT_EQ(rendered(EventType::started, "…"), chunk(R"("role":"assistant","content":"")"));
  EXPECT_EQ(rendered(EventType::delta, "Hi \"you\"\r\n世"), chunk(R"("content":"Hi \"you\"\r\n世")"));
}

TEST(ChatChunks, K2_what_a_model_thinks_is_not_part_of_the_text) {
  EXPECT_EQ(rendered(EventType::reasoning_delta, "Hm."), chunk(R"("reasoning_content":"Hm.")"));
}

TEST(ChatChunks, K2_what_clients_do_not_know_is_not_shown) {
  for (const EventType type : {EventType::stage, EventType::usage, EventType::restarted})
    EXPECT_EQ(rendered(type, ""), "") << to_string(type);
  EXPECT_EQ(rendered(EventType::part, encode(PartEvent{PartKind::text, 0, {}, {}})), "");
}

TEST(ChatChunks, K2_an_answer_ends_with_its_reason_and_done) {
  Terminal terminal;
  EXPECT_EQ(rendered(EventType::completed, encode(terminal)),
            "data: " + kBegin +
                R"("choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]})" +
                "\n\ndata: [DONE]\nid: 1-7\n\n");
  for (const auto& [finish, name] : {std::pair{FinishReason::length, "length"},
                                     {FinishReason::tool_calls, "tool_calls"},
                                     {FinishReason::content_filter, "content_filter"}}) {
    terminal.finish = finish;
    EXPECT_NE(
        rendered(EventType::completed, encode(terminal)).find("\"finish_reason\":\"" + std::string(name)),
        std::string::npos);
  }
}

TEST(ChatChunks, K3_usage_comes_before_done_and_only_when_it_was_asked_for) {
  Terminal terminal;
  terminal.usage = {{12}, {3}, {4}, {1}, false, {48'000}};
  EXPECT_EQ(
      rendered(EventType::completed, encode(terminal), ShowUsage::at_end),
      "data: " + kBegin +
          R"("choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null})" +
          "\n\ndata: " + kBegin +
          R"("choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15,)"
          R"("prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":1}}})" +
          "\n\ndata: [DONE]\nid: 1-7\n\n");
  EXPECT_EQ(
      rendered(EventType::delta, "Hi", ShowUsage::at_end),
      "data: " + kBegin +
          R"("choices":[{"index":0,"delta":{"content":"Hi"},"logprobs":null,"finish_reason":null}],"usage":null})" +
          "\nid: 1-7\n\n");
}

TEST(ChatChunks, K5_every_other_end_is_an_error_and_never_done) {
  Terminal terminal;
  terminal.code = ErrorCode::provider_timeout;
  terminal.message = "The model fell silent.";
  EXPECT_EQ(
      rendered(EventType::failed, encode(terminal)),
      R"(data: {"error":{"message":"The model fell silent.","type":"server_error","param":null,"code":"provider_timeout"}}
id: 1-7

)");
  terminal.code = ErrorCode::cancelled;
  terminal.message = "The request was cancelled.";
  EXPECT_EQ(
      rendered(EventType::cancelled, encode(terminal)),
      R"(data: {"error":{"message":"The request was cancelled.","type":"invalid_request_error","param":null,"code":"cancelled"}}
id: 1-7

)");
  terminal.code = ErrorCode::interrupted;
  EXPECT_NE(rendered(EventType::interrupted, encode(terminal)).find(R"("code":"interrupted")"),
            std::string::npos);
}

TEST(ChatChunks, K9_a_call_comes_in_pieces_that_count_calls) {
  EXPECT_EQ(
      rendered(EventType::part, encode(PartEvent{PartKind::tool_call, 1, "c1", "cut"})),
      chunk(
          R"("tool_calls":[{"index":1,"id":"c1","type":"function","function":{"name":"cut","arguments":""}}])"));
  EXPECT_EQ(rendered(EventType::tool_delta, encode(ToolDelta{1, "{\"a\":"})),
            chunk(R"("tool_calls":[{"index":1,"function":{"arguments":"{\"a\":"}}])"));
  EventCounts open;
  open.tool_parts = 2;
  open.open_calls = 1;
  const ToolCallEvent call{{"c1", "cut", "{\"a\":1}"}, {}};
  EXPECT_EQ(rendered(EventType::tool_call, encode(call), ShowUsage::never, open), "");
}

TEST(ChatChunks, K9_a_call_that_came_whole_is_one_piece) {
  const ToolCallEvent call{{"c1", "cut", "{\"a\":1}"}, {}};
  EventCounts before;
  before.tool_parts = 1;
  before.whole_calls = 1;
  EXPECT_EQ(
      rendered(EventType::tool_call, encode(call), ShowUsage::never, before),
      chunk(
          R"("tool_calls":[{"index":2,"id":"c1","type":"function","function":{"name":"cut","arguments":"{\"a\":1}"}}])"));
}

TEST(ChatChunks, K11_a_number_counts_the_chunks_before) {
  const Dialect& dialect = format(ShowUsage::never).dialect;
  ASSERT_TRUE(dialect.numbers_messages());
  EventCounts counts;
  const auto add = [&](EventType type, const std::string& payload) {
    const std::uint64_t before = dialect.messages_in(counts);
    const std::string bytes = rendered(type, payload, ShowUsage::never, counts);
    counts.add(type, payload);
    std::size_t blocks = 0;
    for (std::size_t at = bytes.find("\n\n"); at != bytes.npos; at = bytes.find("\n\n", at + 2)) ++blocks;
    EXPECT_EQ(dialect.messages_in(counts) - before, blocks) << to_string(type);
  };
  add(EventType::started, "…");
  add(EventType::stage, encode(Stage{"provider", {}, {}, {}}));
  add(EventType::stage, encode(Stage{"answer", {}, {}, {}}));
  add(EventType::reasoning_delta, "Hm.");
  add(EventType::delta, "Hi");
  add(EventType::part, encode(PartEvent{PartKind::tool_call, 0, "c1", "cut"}));
  add(EventType::tool_delta, encode(ToolDelta{0, "{}"}));
  add(EventType::tool_call, encode(ToolCallEvent{{"c1", "cut", "{}"}, {}}));
  add(EventType::tool_call, encode(ToolCallEvent{{"c2", "cut", "{}"}, {}}));
  add(EventType::part, encode(PartEvent{PartKind::text, 0, {}, {}}));
  add(EventType::delta, "Done.");
  EXPECT_EQ(dialect.messages_in(counts), 7u);
  add(EventType::completed, encode(Terminal()));
  EXPECT_EQ(dialect.messages_in(counts), 9u);
  EXPECT_EQ(format(ShowUsage::at_end).dialect.messages_in(counts), 10u);
  EventCounts failed;
  failed.failed = 1;
  EXPECT_EQ(dialect.messages_in(failed), 1u);
}

TEST(ChatCompletion, K1_has_the_text_and_the_usage) {
  services::WholeAnswer answer{"One, \"two\".", "stop", {{12}, {3}, {4}, {1}, false, {}}, "small", {}};
  EXPECT_EQ(
      render_completion(kRun.id, answer),
      R"({"id":"chatcmpl-20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","object":"chat.completion",)"
      R"("created":1795267085,"model":"small","choices":[{"index":0,"message":{"role":"assistant",)"
      R"("content":"One, \"two\".","refusal":null},"logprobs":null,"finish_reason":"stop"}],)"
      R"("usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":4},)"
      R"("completion_tokens_details":{"reasoning_tokens":1}}})");
}

TEST(ChatCompletion, K9_calls_stand_beside_the_text_or_instead_of_it) {
  services::WholeAnswer answer{
      "", "tool_calls", {}, "small", {{"a", "cut", "{\"x\":1}"}, {"b", "paste", "{}"}}};
  const std::string both = render_completion(kRun.id, answer);
  EXPECT_NE(
      both.find(
          R"("content":null,"refusal":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"cut","arguments":"{\"x\":1}"}},)"
          R"({"id":"b","type":"function","function":{"name":"paste","arguments":"{}"}}]},"logprobs":null,"finish_reason":"tool_calls")"),
      std::string::npos)
      << both;
  answer.text = "Wait.";
  EXPECT_NE(render_completion(kRun.id, answer).find(R"("content":"Wait.","refusal":null,"tool_calls":[)"),
            std::string::npos);
}

TEST(ModelList, K4_has_the_members_of_both_apis) {
  Model small, large;
  small.alias = "small";
  large.alias = "large";
  EXPECT_EQ(
      render_models({&small, &large}),
      R"({"object":"list","data":[)"
      R"({"id":"small","object":"model","created":0,"owned_by":"belay","type":"model","display_name":"small","created_at":"1970-01-01T00:00:00Z"},)"
      R"({"id":"large","object":"model","created":0,"owned_by":"belay","type":"model","display_name":"large","created_at":"1970-01-01T00:00:00Z"}],)"
      R"("has_more":false,"first_id":"small","last_id":"large"})");
  EXPECT_EQ(render_models({}),
            R"({"object":"list","data":[],"has_more":false,"first_id":null,"last_id":null})");
}

}  // namespace
}  // namespace belay::surfaces::openai
