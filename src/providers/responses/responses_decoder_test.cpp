#include "providers/responses/responses_decoder.hpp"

#include <gtest/gtest.h>

#include "providers/testing/decoder_cases.hpp"

namespace belay::providers {
namespace {

// Numbers the events in the order in which they are made.
struct Stream {
  int number = 0;
  std::string bytes;
  Stream& event(std::string_view type, std::string_view members = "") {
    bytes += "event: " + std::string(type) + "\ndata: {\"type\":\"" + std::string(type) +
             "\",\"sequence_number\":" + std::to_string(number++);
    if (!members.empty()) bytes += "," + std::string(members);
    bytes += "}\n\n";
    return *this;
  }
  Stream& raw(std::string_view text) {
    bytes += text;
    return *this;
  }
  Stream& begin() {
    return event("response.created",
                 R"("response":{"id":"resp_1","status":"in_progress","error":null,"usage":null})")
        .event("response.in_progress", R"("response":{"id":"resp_1","status":"in_progress"})");
  }
  Stream& text(std::string_view piece) {
    return event(
        "response.output_text.delta",
        R"("item_id":"msg_1","output_index":0,"content_index":0,"delta":")" + std::string(piece) + '"');
  }
  Stream& end(std::string_view status = "completed", std::string_view more = "") {
    return event("response." + std::string(status),
                 R"("response":{"id":"resp_1","status":")" + std::string(status) +
                     R"(","output":[{"type":)"
                     R"("message","content":[{"type":"output_text","text":"not told twice"}]}],"usage":)"
                     R"({"input_tokens":12,"input_tokens_details":{"cached_tokens":3},"output_tokens":5,)"
                     R"("output_tokens_details":{"reasoning_tokens":2},"total_tokens":17})" +
                     std::string(more) + "}");
  }
};

const DecoderCase kCases[] = {
    {"ATextWithUsage",
     Stream()
         .begin()
         .event("response.output_item.added", R"("output_index":0,"item":{"type":"message","content":[]})")
         .event("response.content_part.added", R"("part":{"type":"output_text","text":""})")
         .text("Hel")
         .text("lo \\u20ac \xE2\x82\xAC")
         .event("response.output_text.done", R"("text":"Hello € €")")
         .event("response.content_part.done", R"("part":{"type":"output_text","text":"Hello"})")
         .event(
             "response.output_item.done",
             R"("output_index":0,"item":{"type":"message","content":[{"type":"output_text","text":"Hello"}]})")
         .end()
         .bytes,
     {"Hello € €", {}, "12 5 3 2", "1"}},
    {"CrlfCommentsAndUnknownEvents",
     Stream()
         .raw(": hi\r\n\r\n")
         .begin()
         .event("response.hologram", R"("delta":{"x":1})")
         .text("a")
         .end()
         .bytes,
     {"a", {}, "12 5 3 2", "1"}},
    {"ARefusalIsText",
     Stream().begin().event("response.refusal.delta", R"("delta":"No.")").end().bytes,
     {"No.", {}, "12 5 3 2", "1"}},
    {"ReasoningIsNoText",
     Stream()
         .begin()
         .event("response.reasoning_summary_text.delta", R"("delta":"hm")")
         .event("response.reasoning_text.delta", R"("delta":"hm")")
         .text("a")
         .end()
         .bytes,
     {"a", {}, "12 5 3 2", "1"}},
    {"ToolCallsAreJoinedFromTheirPieces",
     Stream()
         .begin()
         .event(
             "response.output_item.added",
             R"("output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"c1","name":"set","arguments":""})")
         .event(
             "response.output_item.added",
             R"("output_index":1,"item":{"type":"function_call","call_id":"c2","name":"get","arguments":""})")
         .event("response.function_call_arguments.delta", R"("output_index":0,"delta":"{\"a\":")")
         .event("response.function_call_arguments.delta", R"("output_index":0,"delta":"1}")")
         .event("response.function_call_arguments.done", R"("output_index":0,"arguments":"{\"a\":1}")")
         .event(
             "response.output_item.done",
             R"("output_index":0,"item":{"type":"function_call","call_id":"c1","name":"set","arguments":"{\"a\":1}"})")
         .event(
             "response.output_item.done",
             R"("output_index":1,"item":{"type":"function_call","call_id":"c2","name":"get","arguments":"{}"})")
         .event("response.completed",
                R"("response":{"status":"completed","output":[)"
                R"({"type":"function_call","call_id":"c1","name":"set","arguments":"{\"a\":1}"},)"
                R"({"type":"function_call","call_id":"c2","name":"get","arguments":"{}"}],)"
                R"("usage":{"input_tokens":12,"input_tokens_details":{"cached_tokens":3},)"
                R"("output_tokens":5,"output_tokens_details":{"reasoning_tokens":2}}})")
         .bytes,
     {"", {"c1 set {\"a\":1}", "c2 get {}"}, "12 5 3 2", "3"}},
    {"LengthIsAReason",
     Stream()
         .begin()
         .text("a")
         .end("incomplete", R"(,"incomplete_details":{"reason":"max_output_tokens"})")
         .bytes,
     {"a", {}, "12 5 3 2", "2"}},
    {"AFilterIsAReason",
     Stream()
         .begin()
         .text("a")
         .end("incomplete", R"(,"incomplete_details":{"reason":"content_filter"})")
         .bytes,
     {"a", {}, "12 5 3 2", "4"}},
    {"NothingAfterTheEnd", Stream().begin().text("a").end().text("b").bytes, {"a", {}, "12 5 3 2", "1"}},
    {"ADoneThatDoesNotBelongHere",
     Stream().raw("data: [DONE]\n\n").begin().text("a").end().bytes,
     {"a", {}, "12 5 3 2", "1"}},
    {"NumbersAreNotNeeded",
     "data: {\"type\":\"response.output_text.delta\",\"delta\":\"a\"}\n\n"
     "data: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\"}}\n\n",
     {"a", {}, "", "1"}},
    {"NumbersMeanNothingWithoutBackground",
     [] {
       Stream stream;
       stream.begin().text("a");
       ++stream.number;
       return stream.text("c").end().bytes;
     }(),
     {"ac", {}, "12 5 3 2", "1"}},

    // X7: an incomplete answer is a failure.
    {"X7EndWithoutATerminalEvent", Stream().begin().text("a").bytes, {"a", {}, "", "provider_broken"}},
    {"X7ATerminalEventThatIsNoEnd",
     Stream().begin().text("a").raw("data: [DONE]\n\n").bytes,
     {"a", {}, "", "provider_broken"}},
    {"X7EventsAreMissing",
     [] {
       Stream stream;
       stream.begin().text("a");
       ++stream.number;
       return stream.text("c").end().bytes;
     }(),
     {"a", {}, "", "provider_broken"},
     with([](HttpProviderConfig& config) { config.background = true; })},
    {"X7Failed",
     Stream().begin().text("a").end("failed", R"(,"error":{"code":"server_error","message":"XYZZY"})").bytes,
     {"a", {}, "12 5 3 2", "provider_unavailable"}},
    {"X7FailedForTheRate",
     Stream().begin().end("failed", R"(,"error":{"code":"rate_limit_exceeded","message":"XYZZY"})").bytes,
     {"", {}, "12 5 3 2", "provider_rate_limited"}},
    {"X7FailedWithoutAnError",
     Stream().begin().end("failed").bytes,
     {"", {}, "12 5 3 2", "provider_unavailable"}},
    {"X7CancelledElsewhere",
     Stream().begin().text("a").end("cancelled").bytes,
     {"a", {}, "12 5 3 2", "provider_unavailable"}},
    {"X7AnError",
     Stream()
         .begin()
         .text("a")
         .event("error", R"("code":"insufficient_quota","message":"XYZZY","param":null)")
         .bytes,
     {"a", {}, "", "provider_rejected"}},
    {"X7AnErrorOneLevelDeeper",
     Stream()
         .event("error", R"("error":{"type":"server_error","code":"overloaded","message":"XYZZY"})")
         .bytes,
     {"", {}, "", "provider_unavailable"}},
    {"X7NoJson", Stream().begin().raw("data: <html>\n\n").bytes, {"", {}, "", "provider_broken"}},
    {"X7NoType", "data: {}\n\n", {"", {}, "", "provider_broken"}},
    {"X7AToolCallThatIsNotWhatItsPiecesWere",
     Stream()
         .begin()
         .event("response.output_item.added",
                R"("output_index":0,"item":{"type":"function_call","call_id":"c1","name":"set"})")
         .event("response.function_call_arguments.delta", R"("output_index":0,"delta":"{}")")
         .event("response.function_call_arguments.done", R"("output_index":0,"arguments":"{\"a\":1}")")
         .end()
         .bytes,
     {"", {}, "", "provider_broken"}},
};

class ResponsesReaderFixtures : public testing::TestWithParam<DecoderCase> {};

TEST_P(ResponsesReaderFixtures, GiveTheSameHoweverTheyAreCut) {
  expect_same_however_cut(ProtocolKind::responses, GetParam());
}

INSTANTIATE_TEST_SUITE_P(All, ResponsesReaderFixtures, testing::ValuesIn(kCases),
                         [](const auto& tested) { return tested.param.name; });

TEST(ResponsesDecoder, C17_the_parts_of_a_reasoning_summary_are_paragraphs) {
  DecoderFixture fixture(ProtocolKind::responses, {}, {}, true);
  Stream stream;
  stream.begin()
      .event("response.reasoning_summary_part.added", R"("summary_index":0)")
      .event("response.reasoning_summary_text.delta", R"("delta":"One")")
      .event("response.reasoning_summary_text.done", R"("text":"One")")
      .event("response.reasoning_summary_part.added", R"("summary_index":1)")
      .event("response.reasoning_summary_text.delta", R"("delta":"Two")")
      .event("response.output_text.delta", R"("delta":"Hi")")
      .event("response.completed", R"("response":{"status":"completed"})");
  const DecoderOutcome outcome = fixture.finish(fixture.push(stream.bytes));
  EXPECT_EQ(outcome.reasoning, "One\n\nTwo");
  EXPECT_EQ(outcome.text, "Hi");
  EXPECT_EQ(outcome.end, "1");
}

TEST(ResponsesDecoder, X7SignsOfLifeAreNoProgress) {
  DecoderFixture fixture(ProtocolKind::responses);
  Stream stream;
  ASSERT_FALSE(fixture.push(stream.begin().event("response.queued").bytes));
  EXPECT_FALSE(fixture.decoder->take_progress());
  stream.bytes.clear();
  ASSERT_FALSE(fixture.push(stream.event("response.reasoning_text.delta", R"("delta":"hm")").bytes));
  EXPECT_TRUE(fixture.decoder->take_progress());
  EXPECT_FALSE(fixture.decoder->delivered());
}

TEST(ResponsesDecoder, P4ReadsAWholeAnswer) {
  DecoderFixture fixture(ProtocolKind::responses);
  const auto outcome = fixture.finish(fixture.decoder->push_whole(
      R"({"id":"resp_1","object":"response","status":"completed","error":null,"output":[)"
      R"({"type":"reasoning","summary":[]},{"type":"message","content":[{"type":"output_text","text":"All "},)"
      R"({"type":"output_text","text":"of it."}]},)"
      R"({"type":"function_call","call_id":"c1","name":"set","arguments":"{\"a\":1}"}],)"
      R"("usage":{"input_tokens":1,"output_tokens":2}})"));
  EXPECT_EQ(outcome, (DecoderOutcome{"All of it.", {"c1 set {\"a\":1}"}, "1 2 0 0", "3"}));
  DecoderFixture empty(ProtocolKind::responses);
  EXPECT_EQ(empty.finish(empty.decoder->push_whole("{}")).end, "provider_broken");
}

TEST(ResponsesDecoder, X2AResponseIsKeptOnlyWhereThatIsConfigured) {
  for (const bool background : {false, true}) {
    HttpProviderConfig config;
    config.background = background;
    DecoderFixture fixture(ProtocolKind::responses, config);
    Stream stream;
    ASSERT_FALSE(fixture.push(stream.begin().text("a").bytes));
    EXPECT_EQ(fixture.sink.token, background ? "resp_1" : "");
    EXPECT_EQ(fixture.decoder->resume_path(),
              background ? "/responses/resp_1?stream=true&starting_after=2" : "");
    EXPECT_EQ(fixture.decoder->cancel_path(), background ? "/responses/resp_1/cancel" : "");
    stream.bytes.clear();
    ASSERT_FALSE(fixture.push(stream.end().bytes));
    EXPECT_EQ(fixture.decoder->resume_path(), "") << "it is over";
    EXPECT_EQ(fixture.decoder->cancel_path(), "");
  }
}

TEST(ResponsesDecoder, AnIdThatIsNoneIsNotPutIntoAnAddress) {
  HttpProviderConfig config;
  config.background = true;
  for (const char* id : {"../../keys", "a?b", "", "a b", "resp\\u0000"}) {
    DecoderFixture fixture(ProtocolKind::responses, config);
    fixture.push(
        std::string("data: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"") +
        id + "\"}}\n\n");
    EXPECT_EQ(fixture.sink.token, "") << id;
    EXPECT_EQ(fixture.decoder->cancel_path(), "");
  }
}

}  // namespace
}  // namespace belay::providers
