#include "providers/openai_compatible/chat_stream.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "providers/testing/recording_sink.hpp"

namespace belay::providers {
namespace {

// What came of a stream, as text: "text|text", "tool id name arguments", "usage in out cached reasoning", how
// it ended.
struct Outcome {
  std::string text;
  std::vector<std::string> tools;
  std::string usage;
  std::string end;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};
void PrintTo(const Outcome& o, std::ostream* out) {
  *out << "text [" << o.text << "] usage [" << o.usage << "] end [" << o.end << "]";
  for (const auto& tool : o.tools) *out << " tool [" << tool << "]";
}

Outcome run(const OpenAiConfig& config, const std::vector<std::string_view>& pieces) {
  ChatChunkReader reader;
  RecordingSink sink;
  sink.accepted = 1;
  ChatStream stream(config, reader, sink);
  Result<> pushed;
  for (const std::string_view piece : pieces) {
    const std::vector<char> copy(piece.begin(), piece.end());
    pushed = stream.push({copy.data(), copy.size()});
    if (!pushed) break;
  }
  Outcome outcome;
  outcome.text = sink.text;
  const Result<FinishReason> finished = pushed ? stream.finish() : Result<FinishReason>(pushed.error());
  outcome.end =
      finished ? std::to_string(static_cast<int>(*finished)) : std::string(to_string(finished.error().code));
  for (const ToolCall& call : sink.tool_calls)
    outcome.tools.push_back(call.id + " " + call.name + " " + call.arguments);
  if (const auto& usage = sink.usage)
    outcome.usage = std::to_string(usage->input.value) + " " + std::to_string(usage->output.value) + " " +
                    std::to_string(usage->cached.value) + " " + std::to_string(usage->reasoning.value);
  return outcome;
}

struct Fixture {
  const char* name;
  std::string bytes;
  Outcome outcome;
  OpenAiConfig config = {};
};

std::string chunk(std::string_view json) {
  return "data: " + std::string(json) + "\n\n";
}

std::string delta(std::string_view content, std::string_view finish = "null") {
  return chunk(R"({"id":"c1","object":"chat.completion.chunk","created":1,"model":"m",)"
               R"("choices":[{"index":0,"delta":{"content":")" +
               std::string(content) + R"("},"finish_reason":)" + std::string(finish) + R"(}],"usage":null})");
}

// A chunk whose delta holds pieces of tool calls; `more` follows the delta.
std::string tool_pieces(std::string_view pieces, std::string_view more = "") {
  return chunk(R"({"choices":[{"delta":{"tool_calls":[)" + std::string(pieces) + "]}" + std::string(more) +
               "}]}");
}

const std::string kFirst =
    chunk(R"({"id":"c1","object":"chat.completion.chunk",)"
          R"("choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]})");
const std::string kUsage = chunk(
    R"({"id":"c1","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":5,"total_tokens":17,)"
    R"("prompt_tokens_details":{"cached_tokens":3},"completion_tokens_details":{"reasoning_tokens":2}}})");
const std::string kDone = "data: [DONE]\n\n";

OpenAiConfig with(void (*change)(OpenAiConfig&)) {
  OpenAiConfig config;
  change(config);
  return config;
}

const Fixture kFixtures[] = {
    {"ATextWithUsage",
     kFirst + delta("Hel") + delta("lo \\u20ac \\ud83d\\ude00 \xE2\x82\xAC") + delta("", "\"stop\"") +
         kUsage + kDone,
     {"Hello € 😀 €", {}, "12 5 3 2", "1"}},
    {"CommentsCrlfAndUnknownEvents",
     ": OPENROUTER PROCESSING\r\n\r\nevent: ping\r\ndata: "
     "{}\r\n\r\ndata:{\"choices\":[{\"delta\":{\"content\":\"x\"},"
     "\"finish_reason\":\"stop\"}]}\r\n\r\ndata: [DONE]\r\n\r\n",
     {"x", {}, "", "1"}},
    {"NothingAfterDone", delta("a", "\"stop\"") + kDone + delta("b"), {"a", {}, "", "1"}},
    {"LengthIsAReason", delta("a", "\"length\"") + kDone, {"a", {}, "", "2"}},
    {"AFilterIsAReason", delta("a", "\"content_filter\"") + kDone, {"a", {}, "", "4"}},
    {"AReasonOfAnotherServer", delta("a", "\"eos\"") + kDone, {"a", {}, "", "1"}},
    {"OnlyTheFirstChoice",
     chunk(R"({"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"},)"
           R"({"index":1,"delta":{"content":"b"}}]})") +
         kDone,
     {"a", {}, "", "1"}},
    {"ARefusalIsText",
     chunk(R"({"choices":[{"delta":{"content":null,"refusal":"No."},"finish_reason":"stop"}]})") + kDone,
     {"No.", {}, "", "1"}},
    {"ReasoningIsNoText",
     chunk(R"({"choices":[{"delta":{"reasoning_content":"hm","content":null}}]})") + delta("a", "\"stop\"") +
         kDone,
     {"a", {}, "", "1"}},
    {"ToolCallsAreJoinedByIndex",
     tool_pieces(R"({"index":0,"id":"c1","type":"function","function":{"name":"set","arguments":""}})") +
         tool_pieces(R"({"index":1,"id":"c2","type":"function","function":{"name":"get","arguments":"{"}})") +
         tool_pieces(R"({"index":0,"function":{"arguments":"{\"a\":"}})") +
         tool_pieces(
             R"({"index":1,"function":{"arguments":"}"}},{"index":0,"function":{"arguments":"1}"}})") +
         chunk(R"({"choices":[{"delta":{},"finish_reason":"tool_calls"}]})") + kDone,
     {"", {"c1 set {\"a\":1}", "c2 get {}"}, "", "3"}},
    {"ToolCallsWithoutAnIndex",
     tool_pieces(R"({"id":"c1","function":{"name":"set","arguments":"{\"a\":"}})") +
         tool_pieces(R"({"function":{"arguments":"1}"}},{"id":"c2","function":{"name":"get"}})") +
         chunk(R"({"choices":[{"delta":{"content":null},"finish_reason":"tool_calls"}]})") + kDone,
     {"", {"c1 set {\"a\":1}", "c2 get {}"}, "", "3"}},
    {"ReasoningTokensMayBeExtra",
     delta("a", "\"stop\"") + kUsage + kDone,
     {"a", {}, "12 7 3 2", "1"},
     with([](OpenAiConfig& config) { config.reasoning_is_extra = true; })},
    {"OddUsageIsLeftAlone",
     delta("a", "\"stop\"") +
         chunk(R"({"choices":[],"usage":{"prompt_tokens":-1,"completion_tokens":2.5,)"
               R"("prompt_tokens_details":null}})") +
         kDone,
     {"a", {}, "0 0 0 0", "1"}},

    // X7: what is no whole answer is a failure.
    {"X7EndWithoutDone", delta("a") + delta("", "\"stop\""), {"a", {}, "", "provider_broken"}},
    {"EndWithoutDoneWhereThatIsAllowed",
     delta("a") + delta("", "\"stop\""),
     {"a", {}, "", "1"},
     with([](OpenAiConfig& config) { config.lenient_end = true; })},
    {"X7EndWithoutAReasonIsNeverAllowed",
     delta("a"),
     {"a", {}, "", "provider_broken"},
     with([](OpenAiConfig& config) { config.lenient_end = true; })},
    {"X7DoneWithoutAReason", delta("a") + kDone, {"a", {}, "", "provider_broken"}},
    {"X7ATruncatedToolCallIsNotPassedOn",
     tool_pieces(R"({"index":0,"id":"c1","function":{"name":"set","arguments":"{\"a\""}})"),
     {"", {}, "", "provider_broken"}},
    {"X7AnErrorWithinTheStream",
     delta("a") + chunk(R"({"error":{"message":"secret prompt","type":"server_error","code":null}})") + kDone,
     {"a", {}, "", "provider_unavailable"}},
    {"X7AnErrorWithinTheStreamWithAStatusAsCode",
     chunk(R"({"error":{"message":"x","code":429}})"),
     {"", {}, "", "provider_rate_limited"}},
    {"X7AnErrorOfXai",
     chunk(R"({"code":"The service is currently unavailable","error":"long text"})"),
     {"", {}, "", "provider_unavailable"}},
    {"X7AnEventNamedError",
     "event: error\ndata: {\"message\":\"x\"}\n\n",
     {"", {}, "", "provider_unavailable"}},
    {"X7NoJson", delta("a") + "data: <html>\n\n", {"a", {}, "", "provider_broken"}},
    {"X7BrokenJson", delta("a") + "data: {\"choices\":[{\n\n", {"a", {}, "", "provider_broken"}},
    {"X7TwoObjects", "data: {} {}\n\n", {"", {}, "", "provider_broken"}},
    {"X7WrongTypes", chunk(R"({"choices":[{"delta":{"content":5}}]})"), {"", {}, "", "provider_broken"}},
    {"X7AnArray", chunk("[1]"), {"", {}, "", "provider_broken"}},
    {"X7AToolCallWithoutAName",
     tool_pieces(R"({"index":0,"id":"c1","function":{"arguments":"{}"}})",
                 R"(,"finish_reason":"tool_calls")") +
         kDone,
     {"", {}, "", "provider_broken"}},
};

class ChatStreamFixtures : public testing::TestWithParam<Fixture> {};

TEST_P(ChatStreamFixtures, GiveTheSameHoweverTheyAreCut) {
  const Fixture& fixture = GetParam();
  const std::string_view bytes = fixture.bytes;
  EXPECT_EQ(run(fixture.config, {bytes}), fixture.outcome);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut)
    ASSERT_EQ(run(fixture.config, {bytes.substr(0, cut), bytes.substr(cut)}), fixture.outcome)
        << "cut at " << cut;
  std::vector<std::string_view> single;
  for (std::size_t i = 0; i < bytes.size(); ++i) single.push_back(bytes.substr(i, 1));
  EXPECT_EQ(run(fixture.config, single), fixture.outcome) << "a byte at a time";
}

INSTANTIATE_TEST_SUITE_P(All, ChatStreamFixtures, testing::ValuesIn(kFixtures),
                         [](const auto& tested) { return tested.param.name; });

TEST(ChatStream, AnErrorRepeatsNothingOfTheProviders) {
  ChatChunkReader reader;
  RecordingSink sink;
  const OpenAiConfig config;
  ChatStream stream(config, reader, sink);
  const auto pushed =
      stream.push(chunk(R"({"error":{"message":"your prompt was XYZZY","type":"XYZZY","code":"XYZZY"}})"));
  ASSERT_TRUE(pushed.has_error());
  EXPECT_EQ(pushed.error().detail.find("XYZZY"), std::string::npos);
}

TEST(ChatStream, ToolCallsAreBounded) {
  OpenAiConfig config;
  config.most_tool_calls = 2;
  config.most_tool_call_bytes = 64_B;
  const auto call = [](int index, std::string_view arguments) {
    return chunk(R"({"choices":[{"delta":{"tool_calls":[{"index":)" + std::to_string(index) +
                 R"(,"function":{"name":"f","arguments":")" + std::string(arguments) + R"("}}]}}]})");
  };
  EXPECT_EQ(run(config, {call(0, "x"), call(1, "x"), delta("", "\"stop\""), kDone}).end, "1");
  EXPECT_EQ(run(config, {call(0, "x"), call(1, "x"), call(2, "x")}).end, "provider_broken");
  EXPECT_EQ(run(config, {call(0, std::string(70, 'x'))}).end, "provider_broken");
}

TEST(ChatStream, OnlyContentIsProgress) {
  ChatChunkReader reader;
  RecordingSink sink;
  sink.accepted = 1;
  const OpenAiConfig config;
  ChatStream stream(config, reader, sink);
  for (const std::string& sign : {kFirst, std::string(": ping\n\n"), delta("")}) {
    ASSERT_TRUE(stream.push(sign));
    EXPECT_FALSE(stream.take_progress()) << sign;
  }
  ASSERT_TRUE(stream.push(delta("a")));
  EXPECT_TRUE(stream.take_progress());
  EXPECT_FALSE(stream.take_progress());
  ASSERT_TRUE(stream.push(chunk(R"({"choices":[{"delta":{"reasoning_content":"hm"}}]})")));
  EXPECT_TRUE(stream.take_progress());
}

TEST(ChatStream, ReadsAWholeAnswer) {
  ChatChunkReader reader;
  RecordingSink sink;
  sink.accepted = 1;
  const OpenAiConfig config;
  ChatStream stream(config, reader, sink);
  ASSERT_TRUE(stream.push_whole(
      R"({"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"All of it.",)"
      R"("tool_calls":[{"id":"c1","type":"function","function":{"name":"set","arguments":"{}"}}]},)"
      R"("finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":2}})"));
  const auto finished = stream.finish();
  ASSERT_TRUE(finished);
  EXPECT_EQ(*finished, FinishReason::tool_calls);
  EXPECT_EQ(sink.text, "All of it.");
  EXPECT_EQ(sink.tool_calls.size(), 1u);
  EXPECT_EQ(sink.usage->output.value, 2u);
}

TEST(ChatChunkReader, GivesBackWhatABigEventNeeded) {
  ChatChunkReader reader;
  const std::string big(300'000, 'x');
  ASSERT_TRUE(reader.read(R"({"choices":[{"delta":{"content":")" + big + R"("}}]})"));
  EXPECT_EQ(reader.chunk().content, big);
  ASSERT_TRUE(reader.read(R"({"choices":[{"delta":{"content":"small"}}]})"));
  EXPECT_EQ(reader.chunk().content, "small");
  EXPECT_TRUE(reader.read("").has_error());
  EXPECT_TRUE(reader.read("\xFF\xFE").has_error());
}

}  // namespace
}  // namespace belay::providers
