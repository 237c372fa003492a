#include "providers/anthropic/messages_decoder.hpp"

#include <gtest/gtest.h>

#include "providers/testing/decoder_cases.hpp"

namespace belay::providers {
namespace {

std::string event(std::string_view type, std::string_view members) {
  std::string out = "event: " + std::string(type) + "\ndata: {\"type\":\"" + std::string(type) + "\"";
  if (!members.empty()) out += "," + std::string(members);
  return out + "}\n\n";
}

const std::string kStart =
    event("message_start",
          R"("message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],)"
          R"("stop_reason":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":4,)"
          R"("cache_read_input_tokens":6,"output_tokens":1}})");
const std::string kTextBlock =
    event("content_block_start", R"("index":0,"content_block":{"type":"text","text":""})");
std::string text(std::string_view piece) {
  return event("content_block_delta",
               R"("index":0,"delta":{"type":"text_delta","text":")" + std::string(piece) + R"("})");
}
const std::string kBlockStop = event("content_block_stop", R"("index":0)");
std::string stop(std::string_view reason) {
  return event("message_delta", R"("delta":{"stop_reason":")" + std::string(reason) +
                                    R"(","stop_sequence":null},"usage":{"output_tokens":7})") +
         event("message_stop", "");
}
std::string input_json(int index, std::string_view piece) {
  return event("content_block_delta", R"("index":)" + std::to_string(index) +
                                          R"(,"delta":{"type":"input_json_delta","partial_json":")" +
                                          std::string(piece) + R"("})");
}
std::string tool_block(int index, std::string_view id, std::string_view name) {
  return event("content_block_start", R"("index":)" + std::to_string(index) +
                                          R"(,"content_block":{"type":"tool_use","id":")" + std::string(id) +
                                          R"(","name":")" + std::string(name) + R"(","input":{}})");
}
std::string error(std::string_view type) {
  return event("error",
               R"("error":{"type":")" + std::string(type) + R"(","message":"XYZZY"},"request_id":"req_1")");
}

const DecoderCase kCases[] = {
    {"ATextWithCumulativeUsage",
     kStart + event("ping", "") + kTextBlock + text("Hel") + text("lo \\u20ac \xE2\x82\xAC") + kBlockStop +
         stop("end_turn"),
     {"Hello € €", {}, "20 7 6 0", "1"}},
    {"CrlfCommentsAndABom",
     "\xEF\xBB\xBF: hi\r\nevent: message_start\r\ndata: {\"type\":\"message_start\",\r\ndata: "
     "\"message\":{}}\r\n\r\n" +
         kTextBlock + text("a") + stop("stop_sequence"),
     {"a", {}, "0 7 0 0 …", "1"}},
    {"TheTypeOfTheJsonIsTheTruth",
     "data: "
     "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}\n\n" +
         stop("end_turn"),
     {"a", {}, "0 7 0 0 …", "1"}},
    {"UnknownEventsBlocksAndDeltas",
     kStart + event("brand_new", R"("delta":{"text":"no"})") +
         event("content_block_start", R"("index":0,"content_block":{"type":"hologram","text":"no"})") +
         event("content_block_delta", R"("index":0,"delta":{"type":"hologram_delta","text":"no"})") +
         text("yes") + stop("end_turn"),
     {"yes", {}, "20 7 6 0", "1"}},
    {"ThinkingIsNoText",
     kStart + event("content_block_start", R"("index":0,"content_block":{"type":"thinking","thinking":""})") +
         event("content_block_delta", R"("index":0,"delta":{"type":"thinking_delta","thinking":"hm"})") +
         event("content_block_delta", R"("index":0,"delta":{"type":"signature_delta","signature":"x"})") +
         text("a") + stop("end_turn"),
     {"a", {}, "20 7 6 0", "1"}},
    {"ToolCallsAreJoinedByIndex",
     kStart + text("Faster.") + tool_block(1, "t1", "set") + tool_block(2, "t2", "get") +
         input_json(1, "{\\\"a\\\":") + input_json(2, "") + input_json(1, "1}") + stop("tool_use"),
     {"Faster.", {"t1 set {\"a\":1}", "t2 get {}"}, "20 7 6 0", "3"}},
    {"LengthIsAReason", kStart + text("a") + stop("max_tokens"), {"a", {}, "20 7 6 0", "2"}},
    {"AFullWindowIsLengthToo",
     kStart + text("a") + stop("model_context_window_exceeded"),
     {"a", {}, "20 7 6 0", "2"}},
    {"ARefusalIsAFilter", kStart + text("a") + stop("refusal"), {"a", {}, "20 7 6 0", "4"}},
    {"APauseIsACut", kStart + text("a") + stop("pause_turn"), {"a", {}, "20 7 6 0", "2"}},
    {"TheStopReasonIsTheEnd",
     kStart + text("a") +
         event("message_delta", R"("delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7})"),
     {"a", {}, "20 7 6 0", "1"}},
    {"NothingAfterTheStop", kStart + text("a") + stop("end_turn") + text("b"), {"a", {}, "20 7 6 0", "1"}},

    // X7: an incomplete answer is a failure, and usage that is not final is marked as such.
    {"X7EndWithoutStop", kStart + text("a"), {"a", {}, "20 1 6 0 …", "provider_broken"}},
    {"X7StopWithoutAReason",
     kStart + text("a") + event("message_stop", ""),
     {"a", {}, "20 1 6 0 …", "provider_broken"}},
    {"X7Overloaded",
     kStart + text("a") + error("overloaded_error"),
     {"a", {}, "20 1 6 0 …", "provider_unavailable"}},
    {"X7RateLimited", error("rate_limit_error"), {"", {}, "", "provider_rate_limited"}},
    {"X7BillingError", error("billing_error"), {"", {}, "", "provider_rejected"}},
    {"X7AnErrorOfNoKnownType", error("brand_new"), {"", {}, "", "provider_unavailable"}},
    {"X7NoJson", kStart + "data: <html>\n\n", {"", {}, "20 1 6 0 …", "provider_broken"}},
    {"X7NoType", "data: {}\n\n", {"", {}, "", "provider_broken"}},
    {"X7ATruncatedToolCallIsNotPassedOn",
     kStart + tool_block(0, "t1", "set") + input_json(0, "{"),
     {"", {}, "20 1 6 0 …", "provider_broken"}},
    {"X7ALineWithoutEnd",
     kStart + text(std::string(2000, 'x')),
     {"", {}, "20 1 6 0 …", "provider_broken"},
     with([](HttpProviderConfig& config) { config.max_event_bytes = 1_KiB; })},
};

class MessagesReaderFixtures : public testing::TestWithParam<DecoderCase> {};

TEST_P(MessagesReaderFixtures, GiveTheSameHoweverTheyAreCut) {
  expect_same_however_cut(ProtocolKind::messages, GetParam());
}

INSTANTIATE_TEST_SUITE_P(All, MessagesReaderFixtures, testing::ValuesIn(kCases),
                         [](const auto& tested) { return tested.param.name; });

TEST(MessagesDecoder, C17_thinking_is_kept_apart_from_the_text_where_the_model_shows_it) {
  const auto thinking = [](std::string_view piece) {
    return event("content_block_delta",
                 R"("index":0,"delta":{"type":"thinking_delta","thinking":")" + std::string(piece) + R"("})");
  };
  const std::string block =
      event("content_block_start", R"("index":0,"content_block":{"type":"thinking","thinking":""})");
  const std::string signature =
      event("content_block_delta", R"("index":0,"delta":{"type":"signature_delta","signature":"abc"})");
  const std::string stream = kStart + block + thinking("One") + signature + kBlockStop + block +
                             thinking("Two") + kBlockStop + kTextBlock + text("Hi") + stop("end_turn");
  for (const bool shows : {true, false}) {
    DecoderFixture fixture(ProtocolKind::messages, {}, {}, shows);
    const DecoderOutcome outcome = fixture.finish(fixture.push(stream));
    EXPECT_EQ(outcome.reasoning, shows ? "One\n\nTwo" : "");
    EXPECT_EQ(outcome.text, "Hi");
  }
}

TEST(MessagesDecoder, X7PingsAreNoProgress) {
  DecoderFixture fixture(ProtocolKind::messages);
  for (const std::string& sign : {kStart, event("ping", ""), kBlockStop}) {
    ASSERT_FALSE(fixture.push(sign));
    EXPECT_FALSE(fixture.decoder->take_progress()) << sign;
  }
  ASSERT_FALSE(fixture.push(
      event("content_block_delta", R"("index":0,"delta":{"type":"thinking_delta","thinking":"hm"})")));
  EXPECT_TRUE(fixture.decoder->take_progress());
  EXPECT_FALSE(fixture.decoder->delivered());
}

TEST(MessagesDecoder, AnErrorRepeatsNothingOfTheProviders) {
  DecoderFixture fixture(ProtocolKind::messages);
  const auto failure = fixture.push(error("overloaded_error"));
  ASSERT_TRUE(failure);
  EXPECT_TRUE(failure->may_retry);
  EXPECT_EQ(failure->error.detail.find("XYZZY"), std::string::npos);
}

TEST(MessagesDecoder, P4ReadsAWholeAnswer) {
  DecoderFixture fixture(ProtocolKind::messages);
  const auto outcome = fixture.finish(fixture.decoder->push_whole(
      R"({"id":"msg_1","type":"message","role":"assistant","content":[{"type":"text","text":"All of it."},)"
      R"({"type":"tool_use","id":"t1","name":"set","input":{"a": {"b":[1]}}},)"
      R"({"type":"tool_use","id":"t2","name":"get","input":{}}],)"
      R"("stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":2}})"));
  EXPECT_EQ(outcome,
            (DecoderOutcome{"All of it.", {R"(t1 set {"a": {"b":[1]}})", "t2 get {}"}, "1 2 0 0", "3"}));
}

TEST(MessagesDecoder, X2WhiteSpaceThatThePrefillLeftOutIsNotToldTwice) {
  for (const std::string again : {" \nthe end", "the end"}) {
    DecoderFixture fixture(ProtocolKind::messages, {}, {Overlap::Kind::white_space, " \n"});
    std::string bytes = kStart;
    for (const char c : again) bytes += text(c == '\n' ? std::string("\\n") : std::string(1, c));
    EXPECT_EQ(fixture.finish(fixture.push(bytes + stop("end_turn"))).text, "the end");
  }
}

TEST(MessagesDecoder, K30TheStopSequenceIsPassedOn) {
  struct StopSink final : GenerationSink {
    void on_accepted() override {}
    void on_text(std::string_view) override {}
    void on_tool_call(ToolCall) override {}
    void on_usage(const Usage&) override {}
    void on_stop_sequence(std::string_view sequence) override { at = sequence; }
    void on_end(FinishReason) override {}
    void on_error(Error) override {}
    std::string at;
  };
  for (const bool is_there : {true, false}) {
    StopSink sink;
    const HttpProviderConfig config;
    JsonBuffer json;
    const auto decoder = make_protocol(ProtocolKind::messages)->decoder({config, json, sink, {}});
    const std::string end = is_there
                                ? R"("delta":{"stop_reason":"stop_sequence","stop_sequence":"\u20ac END"})"
                                : R"("delta":{"stop_reason":"end_turn","stop_sequence":null})";
    ASSERT_FALSE(decoder->push(kStart + kTextBlock + text("a") + event("message_delta", end) +
                               event("message_stop", "")));
    ASSERT_FALSE(decoder->finish());
    EXPECT_EQ(decoder->finish_reason(), FinishReason::stop);
    EXPECT_EQ(sink.at, is_there ? "€ END" : "");
  }
}

TEST(MessageEvent, AnEventLikeTheLastIsReadAlsoAfterAnotherAnswersEvent) {
  JsonBuffer buffer;
  MessageEvent ours, others;
  const auto text_event = [](std::string_view text) {
    return R"({"type":"content_block_delta","index":3,"delta":{"type":"text_delta","text":")" +
           std::string(text) + R"("}})";
  };
  ASSERT_TRUE(ours.read(buffer, text_event("one")));
  ASSERT_TRUE(others.read(buffer, R"({"type":"message_delta","delta":{"stop_reason":"\ud83d"}})"));
  EXPECT_TRUE(buffer.has_placeholders());
  const std::string next = text_event(" two");
  ASSERT_TRUE(ours.read(buffer, next));
  EXPECT_FALSE(buffer.has_placeholders());
  EXPECT_EQ(ours.text, " two");
  EXPECT_EQ(ours.text.data(), next.data() + next.find(" two")) << "it was not parsed";
  EXPECT_EQ(ours.type, "content_block_delta");
  EXPECT_EQ(ours.delta_type, "text_delta");
  EXPECT_EQ(ours.index, 3u);
  ASSERT_TRUE(ours.read(buffer, R"({"type":"message_stop"})"));
  EXPECT_EQ(ours.type, "message_stop");
  EXPECT_EQ(ours.text, "");
}

TEST(MessageEvent, OnlyAnEventWithNothingButTextIsLearned) {
  for (
      const std::string_view around :
      {R"({"type":"content_block_start","content_block":{"type":"text","text":"@"}})",
       R"({"type":"content_block_delta","delta":{"type":"other","text":"@"}})",
       R"({"type":"content_block_delta","delta":{"type":"text_delta","text":"@"},"usage":{"output_tokens":2}})",
       R"({"type":"message_delta","delta":{"type":"text_delta","text":"@"}})",
       R"({"type":"content_block_delta","delta":{"type":"text_delta","text":"@","thinking":"b"}})"}) {
    JsonBuffer buffer;
    MessageEvent event;
    for (const char* text : {"one", "two"}) {
      std::string bytes(around);
      bytes.replace(bytes.find('@'), 1, text);
      ASSERT_TRUE(event.read(buffer, bytes)) << around;
      const char* const read = event.text.data();
      EXPECT_FALSE(read >= bytes.data() && read < bytes.data() + bytes.size()) << around;
    }
  }
}

}  // namespace
}  // namespace belay::providers
