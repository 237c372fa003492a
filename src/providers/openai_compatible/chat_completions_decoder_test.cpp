#include "providers/openai_compatible/chat_completions_decoder.hpp"

#include <gtest/gtest.h>

#include "providers/testing/decoder_cases.hpp"

namespace belay::providers {
namespace {

std::string chunk(std::string_view json) {
  return "data: " + std::string(json) + "\n\n";
}

std::string delta(std::string_view content, std::string_view finish = "null") {
  return chunk(R"({"id":"c1","object":"chat.completion.chunk","created":1,"model":"m",)"
               R"("choices":[{"index":0,"delta":{"content":")" +
               std::string(content) + R"("},"finish_reason":)" + std::string(finish) + R"(}],"usage":null})");
}

// A chunk whose delta contains pieces of tool calls. `more` follows the delta.
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

const DecoderCase kCases[] = {
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
     with([](HttpProviderConfig& config) { config.reasoning_is_extra = true; })},
    {"OddUsageIsAnEstimate",
     delta("a", "\"stop\"") +
         chunk(R"({"choices":[],"usage":{"prompt_tokens":-1,"completion_tokens":2.5,)"
               R"("prompt_tokens_details":null}})") +
         kDone,
     {"a", {}, "0 0 0 0 …", "1"}},
    {"TheFinishReasonIsTheEnd", delta("a") + delta("", "\"stop\""), {"a", {}, "", "1"}},

    // X7: an incomplete answer is a failure.
    {"X7EndWithoutAReason", delta("a"), {"a", {}, "", "provider_broken"}},
    {"AnEndWithoutAReasonWhereThatIsAllowed",
     delta("a"),
     {"a", {}, "", "1"},
     with([](HttpProviderConfig& config) { config.lenient_end = true; })},
    {"X7ButNotOneWithoutAWord",
     delta(" "),
     {"", {}, "", "provider_broken"},
     with([](HttpProviderConfig& config) { config.lenient_end = true; })},
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

class ChatReaderFixtures : public testing::TestWithParam<DecoderCase> {};

TEST_P(ChatReaderFixtures, GiveTheSameHoweverTheyAreCut) {
  expect_same_however_cut(ProtocolKind::chat, GetParam());
}

INSTANTIATE_TEST_SUITE_P(All, ChatReaderFixtures, testing::ValuesIn(kCases),
                         [](const auto& tested) { return tested.param.name; });

DecoderOutcome read(const std::string& bytes, const HttpProviderConfig& config = {}) {
  return read_in_pieces(ProtocolKind::chat, config, bytes, bytes.size(), 1);
}

TEST(ChatCompletionsDecoder, AnErrorRepeatsNothingOfTheProviders) {
  DecoderFixture fixture(ProtocolKind::chat);
  const auto failure =
      fixture.push(chunk(R"({"error":{"message":"your prompt was XYZZY","type":"XYZZY","code":"XYZZY"}})"));
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->error.detail.find("XYZZY"), std::string::npos);
}

TEST(ChatCompletionsDecoder, ToolCallsAreBounded) {
  HttpProviderConfig config;
  config.max_tool_calls = 2;
  config.max_tool_call_bytes = 64_B;
  const auto call = [](int index, std::string_view arguments) {
    return chunk(R"({"choices":[{"delta":{"tool_calls":[{"index":)" + std::to_string(index) +
                 R"(,"function":{"name":"f","arguments":")" + std::string(arguments) + R"("}}]}}]})");
  };
  EXPECT_EQ(read(call(0, "x") + call(1, "x") + delta("", "\"stop\"") + kDone, config).end, "1");
  EXPECT_EQ(read(call(0, "x") + call(1, "x") + call(2, "x"), config).end, "provider_broken");
  EXPECT_EQ(read(call(0, std::string(70, 'x')), config).end, "provider_broken");
}

TEST(ChatCompletionsDecoder, C17_reasoning_is_kept_apart_from_the_text_where_the_model_shows_it) {
  const std::string stream =
      chunk(R"({"choices":[{"delta":{"reasoning_content":"h\u006d","reasoning":"hm","content":null}}]})") +
      chunk(R"({"choices":[{"delta":{"reasoning":" \ud83d"}}]})") +
      chunk(R"({"choices":[{"delta":{"reasoning":"\ude00"}}]})") +
      chunk(
          R"({"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"!"}]}]}}]})") +
      delta("a", "\"stop\"") + kDone;
  for (const bool shows : {true, false}) {
    DecoderFixture fixture(ProtocolKind::chat, {}, {}, shows);
    const DecoderOutcome outcome = fixture.finish(fixture.push(stream));
    EXPECT_EQ(outcome.text, "a");
    EXPECT_EQ(outcome.reasoning, shows ? "hm \xF0\x9F\x98\x80!" : "");
    EXPECT_EQ(fixture.decoder->reasoned(), shows);
  }
}

TEST(ChatCompletionsDecoder, OnlyContentIsProgress) {
  DecoderFixture fixture(ProtocolKind::chat);
  for (const std::string& sign : {kFirst, std::string(": ping\n\n"), delta("")}) {
    ASSERT_FALSE(fixture.push(sign));
    EXPECT_FALSE(fixture.decoder->take_progress()) << sign;
  }
  ASSERT_FALSE(fixture.push(chunk(R"({"choices":[{"delta":{"reasoning_content":"hm"}}]})")));
  EXPECT_TRUE(fixture.decoder->take_progress());
  EXPECT_FALSE(fixture.decoder->delivered());
  ASSERT_FALSE(fixture.push(delta("a")));
  EXPECT_TRUE(fixture.decoder->take_progress());
  EXPECT_FALSE(fixture.decoder->take_progress());
  EXPECT_TRUE(fixture.decoder->delivered());
}

TEST(ChatCompletionsDecoder, P4ReadsAWholeAnswer) {
  DecoderFixture fixture(ProtocolKind::chat);
  const auto outcome = fixture.finish(fixture.decoder->push_whole(
      R"({"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"All of it.",)"
      R"("tool_calls":[{"id":"c1","type":"function","function":{"name":"set","arguments":"{}"}}]},)"
      R"("finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":2}})"));
  EXPECT_EQ(outcome, (DecoderOutcome{"All of it.", {"c1 set {}"}, "1 2 0 0", "3"}));
}

TEST(ChatChunk, ABufferGivesBackWhatABigEventNeeded) {
  JsonBuffer buffer;
  ChatChunk read_chunk;
  const std::string big(300'000, 'x');
  ASSERT_TRUE(read_chunk.read(buffer, R"({"choices":[{"delta":{"content":")" + big + R"("}}]})"));
  EXPECT_EQ(read_chunk.content.first, big);
  ASSERT_TRUE(read_chunk.read(buffer, R"({"choices":[{"delta":{"content":"small"}}]})"));
  EXPECT_EQ(read_chunk.content.first, "small");
  EXPECT_FALSE(read_chunk.read(buffer, ""));
  EXPECT_FALSE(read_chunk.read(buffer, "\xFF\xFE"));
}

// All answers of a loop share a buffer.
TEST(ChatChunk, AChunkLikeTheLastIsReadAlsoAfterAnotherAnswersChunk) {
  JsonBuffer buffer;
  ChatChunk ours, others;
  const auto text_chunk = [](std::string_view text) {
    return R"({"id":"a","choices":[{"delta":{"content":")" + std::string(text) + R"("}}]})";
  };
  ASSERT_TRUE(ours.read(buffer, text_chunk("one")));
  ASSERT_TRUE(
      others.read(buffer, R"({"choices":[{"delta":{"content":"\ud83d"}}],"usage":{"prompt_tokens":5}})"));
  EXPECT_TRUE(buffer.has_placeholders());
  const std::string next = text_chunk(" two");
  ASSERT_TRUE(ours.read(buffer, next));
  EXPECT_FALSE(buffer.has_placeholders());
  EXPECT_EQ(ours.content.first, " two");
  EXPECT_EQ(ours.content.first.data(), next.data() + next.find(" two")) << "it was not parsed";
  EXPECT_TRUE(ours.has_delta && ours.has_choice);
  EXPECT_TRUE(ours.finish_reason.empty() && ours.tool_calls.empty() && !ours.usage && !ours.error);
}

TEST(ChatChunk, OnlyAChunkWithNothingButTextIsLearned) {
  for (const std::string_view around :
       {R"({"choices":[{"delta":{"content":"@"},"finish_reason":"stop"}]})",
        R"({"choices":[{"delta":{"content":"@","reasoning_content":"b"}}]})",
        R"({"choices":[{"delta":{"content":"@"}}],"usage":{"prompt_tokens":1}})",
        R"({"choices":[{"delta":{"content":["@"]}}]})", R"({"choices":[{"message":{"content":"@"}}]})",
        R"({"choices":[{"delta":{"content":"@","content":"b"}}]})",
        R"({"choices":[{"delta":{"content":"@","tool_calls":[{"index":0,"id":"c"}]}}]})",
        R"({"error":{"message":"m"},"choices":[{"delta":{"content":"@"}}]})"}) {
    JsonBuffer buffer;
    ChatChunk chunk;
    for (const char* text : {"one", "two"}) {
      std::string bytes(around);
      bytes.replace(bytes.find('@'), 1, text);
      ASSERT_TRUE(chunk.read(buffer, bytes)) << around;
      const char* const read = chunk.content.first.data();
      EXPECT_FALSE(read >= bytes.data() && read < bytes.data() + bytes.size()) << around;
      EXPECT_EQ(chunk.content.first, text) << around;
    }
  }
}

}  // namespace
}  // namespace belay::providers
