// Reads of durable streams, from literal bytes to literal bytes.
#include <gmock/gmock.h>

#include "surfaces/durable_streams/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::durable_streams {
namespace {

using testing::Answer;
using ::testing::HasSubstr;
using testing::Headers;
using ::testing::Not;
using testing::SurfaceFixture;

std::string offset(int number) {
  return offset_text({1, static_cast<Offset>(number)});
}

struct DurableStreams : ::testing::Test {
  SurfaceFixture fixture{durable_streams::make};
  const transport::Header ann = fixture.user("ann");
  std::string id;

  // A run of ann, as another surface starts it.
  void start_run() {
    services::StartRun start;
    start.caller.user = "ann";
    start.surface = "assistant";
    start.model = "small";
    boost::asio::co_spawn(
        fixture.loop().executor(),
        [this, &start]() -> Awaitable<> {
          (void)co_await fixture.runs.start(fixture.loop(), std::move(start));
        },
        boost::asio::detached);
    fixture.turns();
    id = fixture.runs.last_run().text();
  }
  void add_text(const std::string& text) {
    fixture.runs.text(text);
    fixture.turns();
  }
  std::string path(const std::string& rest = {}) const { return "/v1/stream/" + id + rest; }
  Answer get(const std::string& rest, Headers headers = {}) {
    headers.push_back(ann);
    return fixture.get(path(rest), headers);
  }
  static std::string head(int status, int next, const std::string& more) {
    return std::to_string(status) + "\nStream-Next-Offset: " + offset(next) +
           "\nX-Content-Type-Options: nosniff\nCross-Origin-Resource-Policy: cross-origin\n" + more;
  }
  std::string etag(int from, int to, const std::string& more = {}) const {
    return "ETag: \"" + id + "-" + offset(from) + "-" + offset(to) + more +
           "\"\nCache-Control: private, no-cache\n";
  }
  std::string event(int number, const std::string& members) const {
    return "{\"offset\":\"" + offset(number) + "\"," + members + "}";
  }
  std::string started() const {
    return event(1, R"("type":"started","run":")" + id + R"(","model":"small")");
  }
  std::string completed(int number) const {
    return event(number,
                 R"("type":"completed","finish":"stop","usage":{"input_tokens":0,"output_tokens":0})");
  }
};

TEST(StreamOffsets, K60_sort_as_texts) {
  EXPECT_EQ(offset_text({1, 7}), "0000000001_00000000000000000007");
  EXPECT_LT(offset_text({1, 9}), offset_text({1, 10}));
  EXPECT_LT(offset_text({9, 99}), offset_text({10, 1}));
  EXPECT_EQ(parse_offset(offset_text({12, 345})).value(), (Position{12, 345}));
  for (const std::string text :
       {"", "0", "1-7", "0000000000_00000000000000000007", "0000000001_0000000000000000000x",
        "0000000001-00000000000000000007", "0000000001_000000000000000000007"})
    EXPECT_EQ(parse_offset(text).error().code, ErrorCode::invalid_request) << text;
}

TEST_F(DurableStreams, K60_catch_up_gives_all_events_so_far_and_where_they_end) {
  start_run();
  add_text("Hel");
  Answer half = get("");
  EXPECT_EQ(half.text(),
            head(200, 2, "Stream-Up-To-Date: true\n" + etag(0, 2) + "Content-Type: application/json\n") +
                "\n[" + started() + "," + event(2, R"("type":"text","text":"Hel")") + "]");
  fixture.runs.answer("lo.\n");
  EXPECT_EQ(get("?offset=" + offset(2)).text(),
            head(200, 4,
                 "Stream-Up-To-Date: true\nStream-Closed: true\n" + etag(2, 4, "-closed") +
                     "Content-Type: application/json\n") +
                "\n[" + event(3, R"("type":"text","text":"lo.\n")") + "," + completed(4) + "]");
  EXPECT_EQ(get("?offset=-1").body, get("").body);
  EXPECT_EQ(get("?offset=" + offset(4)).body, "[]");
  EXPECT_EQ(get("?offset=now").text(), head(200, 4,
                                            "Stream-Up-To-Date: true\nStream-Closed: true\n" +
                                                etag(4, 4, "-closed") + "Content-Type: application/json\n") +
                                           "\n[]");
}

TEST_F(DurableStreams, K60_what_is_known_is_not_sent_again) {
  start_run();
  fixture.runs.answer("Hello.");
  const std::string tag = "\"" + id + "-" + offset(0) + "-" + offset(3) + "-closed\"";
  const Answer known = get("", {{"if-none-match", tag}});
  EXPECT_EQ(known.status, 304);
  EXPECT_EQ(known.body, "");
  EXPECT_EQ(get("", {{"if-none-match", "\"x\""}}).status, 200);
}

TEST_F(DurableStreams, K61_the_bare_answer) {
  start_run();
  add_text("Hel\r\n");
  fixture.runs.answer("lo.");
  EXPECT_EQ(get("/text").text(),
            head(200, 4,
                 "Stream-Up-To-Date: true\nStream-Closed: true\n" + etag(0, 4, "-text-closed") +
                     "Content-Type: text/plain; charset=utf-8\n") +
                "\nHel\r\nlo.");
  EXPECT_EQ(get("/text?offset=" + offset(2)).body, "lo.");
}

TEST_F(DurableStreams, K61_a_long_poll_waits_for_events) {
  start_run();
  add_text("Hel");
  EXPECT_EQ(get("?live=long-poll&offset=-1").text(),
            head(200, 2,
                 "Stream-Up-To-Date: true\nStream-Cursor: 2\nCache-Control: no-store\n"
                 "Content-Type: application/json\n") +
                "\n[" + started() + "," + event(2, R"("type":"text","text":"Hel")") + "]");
  const auto poll = fixture.begin("GET", path("?live=long-poll&cursor=7&offset=" + offset(2)), {ann});
  EXPECT_FALSE(poll->response);
  add_text("lo.");
  EXPECT_EQ(fixture.finish(*poll).text(),
            head(200, 3,
                 "Stream-Up-To-Date: true\nStream-Cursor: 8\nCache-Control: no-store\n"
                 "Content-Type: application/json\n") +
                "\n[" + event(3, R"("type":"text","text":"lo.")") + "]");
  const auto late = fixture.begin("GET", path("?live=long-poll&offset=now"), {ann});
  EXPECT_FALSE(late->response);
  fixture.advance(Milliseconds(26'000));
  EXPECT_EQ(fixture.finish(*late).text(),
            head(204, 3, "Stream-Up-To-Date: true\nStream-Cursor: 3\nCache-Control: no-store\n") + "\n");
  fixture.runs.end(EventType::completed, Terminal());
  EXPECT_EQ(get("?live=long-poll&offset=" + offset(4)).text(),
            head(204, 4, "Stream-Up-To-Date: true\nStream-Closed: true\nCache-Control: no-store\n") + "\n");
}

TEST_F(DurableStreams, K62_sse_sends_events_and_where_they_end) {
  start_run();
  Answer stream = get("?live=sse&offset=-1");
  Answer text = get("/text?live=sse&offset=-1");
  EXPECT_THAT(stream.head(), HasSubstr("Content-Type: text/event-stream; charset=utf-8\n"));
  EXPECT_THAT(text.head(), HasSubstr("Stream-SSE-Data-Encoding: base64\n"));
  fixture.runs.answer("Hello.\n");
  EXPECT_TRUE(stream.has_ended());
  const auto behind_retry = [](std::string bytes) { return bytes.substr(bytes.find('\n') + 1); };
  const auto control = [](int number, const std::string& more) {
    return "event: control\ndata: {\"streamNextOffset\":\"" + offset(number) + "\"," + more + "}\n\n";
  };
  EXPECT_EQ(behind_retry(stream.bytes()),
            "event: data\ndata: [" + started() + "]\n\n" + control(1, R"("streamCursor":"1")") +
                "event: data\ndata: [" + event(2, R"("type":"text","text":"Hello.\n")") + "]\n\n" +
                control(2, R"("streamCursor":"2")") + "event: data\ndata: [" + completed(3) + "]\n\n" +
                control(3, R"("upToDate":true,"streamClosed":true)"));
  EXPECT_TRUE(text.has_ended());
  EXPECT_EQ(behind_retry(text.bytes()), "event: data\ndata: SGVsbG8uCg==\n\n" +
                                            control(2, R"("streamCursor":"2")") +
                                            control(3, R"("upToDate":true,"streamClosed":true)"));
  EXPECT_EQ(get("?live=sse&offset=" + offset(3)).body, control(3, R"("upToDate":true,"streamClosed":true)"));
}

TEST_F(DurableStreams, K62_a_reader_at_the_tail_is_told_so) {
  start_run();
  Answer stream = get("?live=sse&offset=now");
  const std::string bytes = stream.bytes();
  EXPECT_EQ(bytes.substr(bytes.find('\n') + 1), "event: control\ndata: {\"streamNextOffset\":\"" + offset(1) +
                                                    "\",\"streamCursor\":\"1\",\"upToDate\":true}\n\n");
}

TEST_F(DurableStreams, K62_an_old_connection_ends_cleanly) {
  start_run();
  Answer stream = get("?live=sse&offset=-1");
  stream.bytes();
  EXPECT_FALSE(stream.has_ended());
  fixture.advance(Milliseconds(61'000));
  EXPECT_TRUE(stream.has_ended());
}

TEST_F(DurableStreams, K63_what_is_wrong_is_a_400_and_what_is_not_there_a_404) {
  start_run();
  for (const std::string query : {"?offset=", "?offset=7", "?offset=1-7", "?offset=-1&offset=-1", "?live=sse",
                                  "?live=long-poll", "?live=maybe&offset=-1", "?cursor=x&offset=-1"})
    EXPECT_EQ(get(query).status, 400) << query;
  EXPECT_EQ(get("?unknown=1").status, 200);
  EXPECT_EQ(get("?offset=" + offset(9)).status, 409);
  EXPECT_EQ(fixture.get(path(), {fixture.user("bob")}).status, 404);
  EXPECT_EQ(fixture.get("/v1/stream/x", {ann}).status, 404);
  EXPECT_EQ(fixture.get(path()).status, 401);
  EXPECT_THAT(fixture.get("/v1/stream/x", {ann}).head(), HasSubstr("application/problem+json"));
  const Answer head = fixture.send("HEAD", path(), {ann});
  EXPECT_EQ(head.status, 200);
  EXPECT_THAT(head.head(), HasSubstr("Stream-Next-Offset: " + offset(1) + "\n"));
  EXPECT_THAT(head.head(), HasSubstr("Cache-Control: no-store\n"));
  EXPECT_THAT(head.head(), Not(HasSubstr("Stream-Closed")));
  fixture.runs.answer("Hello.");
  EXPECT_THAT(fixture.send("HEAD", path(), {ann}).head(), HasSubstr("Stream-Closed: true\n"));
}

TEST_F(DurableStreams, K60_every_kind_of_event_is_an_object) {
  start_run();
  fixture.runs.append(EventType::stage, encode(Stage{"provider", {}, {}, {}}));
  fixture.runs.append(EventType::stage, encode(Stage{{}, "token", {}, {}}));
  fixture.runs.append(EventType::reasoning_delta, "Hm.");
  fixture.runs.append(EventType::part, encode(PartEvent{PartKind::tool_call, 0, "a", "cut"}));
  fixture.runs.append(EventType::tool_delta, encode(ToolDelta{0, "{}"}));
  fixture.runs.append(EventType::tool_call, encode(ToolCallEvent{{"a", "cut", "{}"}, {}}));
  fixture.runs.append(EventType::restarted, encode(Restarted{"Again.", {}}));
  Terminal failed;
  failed.code = ErrorCode::provider_timeout;
  failed.message = "The model fell silent.";
  fixture.runs.end(EventType::failed, failed);
  EXPECT_EQ(get("?offset=" + offset(1)).body,
            "[" + event(2, R"("type":"stage","name":"provider")") + "," +
                event(4, R"("type":"reasoning","text":"Hm.")") + "," +
                event(5, R"("type":"tool_call_begin","index":0,"id":"a","name":"cut")") + "," +
                event(6, R"("type":"tool_call_delta","index":0,"arguments":"{}")") + "," +
                event(7, R"("type":"tool_call","id":"a","name":"cut","arguments":"{}")") + "," +
                event(8, R"("type":"restarted")") + "," +
                event(9, R"("type":"failed","code":"provider_timeout","message":"The model fell silent.")") +
                "]");
}

}  // namespace
}  // namespace belay::surfaces::durable_streams
