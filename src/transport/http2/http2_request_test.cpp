// Requests and their answers.
#include "transport/http2/test_fixture.hpp"

namespace belay::transport {
namespace {

TEST_P(Http2Test, X13_a_request_is_answered_as_over_http_1_1) {
  Http2TestClient& client = connect();
  const Answer& answer = get(client, "/hello", {{"x-request-id", "r.1"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "hello");
  EXPECT_TRUE(answer.is_complete);
  std::vector<std::string> headers;
  for (const Header& each : answer.headers) headers.push_back(each.name + ": " + each.value);
  EXPECT_THAT(headers, ElementsAre("content-type: text/plain", "x-request-id: r.1",
                                   "x-content-type-options: nosniff", "referrer-policy: no-referrer",
                                   "content-length: 5", "date: Sun, 06 Nov 1994 08:49:37 GMT"));
  EXPECT_THAT(observer.requests, ElementsAre("GET test.hello 200"));
  EXPECT_EQ(counts.connections.load(), 1u);
}

TEST_P(Http2Test, X13_many_requests_are_answered_at_once_in_any_order) {
  Http2TestClient& client = connect();
  const auto first = client.request("GET", "/slow");
  const auto second = client.request("GET", "/slow");
  const auto third = client.request("GET", "/hello");
  settle();
  EXPECT_EQ(client.answer(third).body, "hello");
  EXPECT_EQ(client.answer(first).status, 0);
  slow.at(1)(200);
  settle();
  EXPECT_EQ(client.answer(second).body, "slow");
  EXPECT_EQ(client.answer(first).status, 0);
  slow.at(0)(201);
  settle();
  EXPECT_EQ(client.answer(first).status, 201);
}

TEST_P(Http2Test, a_body_is_collected_and_a_large_answer_is_exact) {
  Http2TestClient& client = connect();
  Upload upload{"0123456789"};
  EXPECT_EQ(post(client, "/echo", upload).body, "0123456789");
  Upload with_length{"abc"};
  EXPECT_EQ(post(client, "/echo", with_length, {{"content-length", "3"}}).body, "abc");
  big.resize(300'000);
  const Answer& answer = get(client, "/big");
  EXPECT_TRUE(answer.body == big);
  EXPECT_EQ(answer.header("content-length"), "300000");
}

TEST_P(Http2Test, answers_without_a_body_end_with_their_head) {
  Http2TestClient& client = connect();
  const auto head = client.request("HEAD", "/hello");
  settle();
  EXPECT_EQ(client.answer(head).header("content-length"), "5");
  EXPECT_TRUE(client.answer(head).is_complete);
  EXPECT_EQ(client.answer(head).body, "");
  const Answer& none = get(client, "/nothing");
  EXPECT_EQ(none.status, 204);
  EXPECT_EQ(none.header("content-length"), "");
  EXPECT_TRUE(none.is_complete);
  EXPECT_TRUE(none.pieces.empty());
}

TEST_P(Http2Test, a_handler_that_throws_or_answers_with_what_cannot_be_sent_becomes_a_500) {
  Http2TestClient& client = connect();
  EXPECT_EQ(get(client, "/throw").status, 500);
  EXPECT_EQ(get(client, "/bad-header").status, 500);
  EXPECT_THAT(observer.failures,
              ElementsAre("test.throw: the handler is broken", testing::StartsWith("test.bad-header: ")));
  EXPECT_EQ(get(client, "/hello").status, 200) << "the connection goes on";
}

TEST_F(Http2Fixture, an_upgrade_cannot_be_answered_here) {
  class Nothing final : public UpgradeHandler {
   public:
    void start(ByteChannel&, std::string, Done) override {}
    void cut(Milliseconds) override {}
  };
  add("GET", "/upgrade", [](Request&) -> Awaitable<Response> {
    Response response;
    response.status = 101;
    response.body = Upgrade{"websocket", std::make_unique<Nothing>()};
    co_return response;
  });
  EXPECT_EQ(get(connect(), "/upgrade").status, 500);
  EXPECT_THAT(observer.failures,
              ElementsAre("test.upgrade: HTTP/2 has no upgrade but for an extended CONNECT"));
}

// ---- what a request may look like

TEST_F(Http2Fixture, cookies_in_pieces_are_joined) {
  add("GET", "/cookies", [](Request& request) -> Awaitable<Response> {
    co_return text_response(std::string(request.cookie("a").value_or("-")) +
                            std::string(request.cookie("b").value_or("-")) + " in " +
                            std::string(*request.header("cookie")));
  });
  EXPECT_EQ(get(connect(), "/cookies", {{"cookie", "a=1"}, {"x-other", "2"}, {"cookie", "b=3"}}).body,
            "13 in a=1; b=3");
}

TEST_F(Http2Fixture, the_authority_stands_for_the_host_and_must_agree_with_it) {
  add("GET", "/host", [](Request& request) -> Awaitable<Response> {
    co_return text_response(std::string(request.header("host").value_or("-")));
  });
  Http2TestClient& client = connect();
  EXPECT_EQ(get(client, "/host").body, "a");
  EXPECT_EQ(get(client, "/host", {{"host", "A"}}).body, "A");
  EXPECT_EQ(get(client, "/host", {{"host", "b"}}).status, 400);
  const auto only_host =
      client.request({{":method", "GET"}, {":scheme", "https"}, {":path", "/host"}, {"host", "b"}});
  const auto ftp =
      client.request({{":method", "GET"}, {":scheme", "ftp"}, {":path", "/host"}, {":authority", "a"}});
  const auto user =
      client.request({{":method", "GET"}, {":scheme", "http"}, {":path", "/host"}, {":authority", "u@a"}});
  settle();
  EXPECT_EQ(client.answer(only_host).body, "b");
  EXPECT_EQ(client.answer(ftp).status, 400);
  EXPECT_EQ(client.answer(user).status, 400);
}

TEST_F(Http2Fixture, only_allowed_hosts_are_served) {
  config.allowed_hosts = {"chat.example.com"};
  Http2TestClient& client = connect();
  EXPECT_EQ(get(client, "/hello").status, 400);
  const auto allowed = client.request(
      {{":method", "GET"}, {":scheme", "http"}, {":path", "/hello"}, {":authority", "Chat.Example.com:443"}});
  settle();
  EXPECT_EQ(client.answer(allowed).status, 200);
}

TEST_F(Http2Fixture, paths_mean_the_same_as_in_http_1_1) {
  const std::pair<std::string, int> paths[] = {
      {"/hello", 200},         {"/hello?a=1&b=2", 200}, {"/%68ello", 200},      {"/hello/", 404},
      {"/nowhere", 404},       {"/a/../hello", 400},    {"/./hello", 400},      {"/%2e%2e/hello", 400},
      {"/a%2fb", 400},         {"/%00", 400},           {"/%zz", 400},          {"/hello#x", 400},
      {"/hello?a=1&a=2", 400}, {"http://a/hello", 400}, {"/h\xC3\xA9llo", 400}, {"//hello", 404}};
  for (const auto& [path, status] : paths) {
    Http2TestClient& client = connect();
    const Answer& answer = get(client, path);
    const bool is_reset = answer.closed_with == std::uint32_t{NGHTTP2_PROTOCOL_ERROR};  // by the library
    EXPECT_TRUE(answer.status == status || (status == 400 && is_reset)) << path << " " << answer.status;
  }
}

TEST_F(Http2Fixture, limits_of_the_head_are_those_of_http_1_1) {
  Http2TestClient& client = connect();
  EXPECT_EQ(get(client, "/" + std::string(config.max_target.value, 'x')).status, 414);
  EXPECT_EQ(get(client, "/hello", {{"x-large", std::string(config.max_header_bytes.value, 'x')}}).status,
            431);
  std::vector<Header> many(config.max_headers + 1, Header{"x-one", "1"});
  EXPECT_EQ(get(client, "/hello", many).status, 431);
  many.pop_back();
  EXPECT_EQ(get(client, "/hello", many).status, 200);
  const std::vector<Header> twice = {{"authorization", "a"}, {"authorization", "b"}};
  EXPECT_EQ(get(client, "/hello", twice).status, 400);
  EXPECT_EQ(get(client, "/hello", {{"expect", "miracles"}}).status, 417);
  EXPECT_EQ(client.server_settings[NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE],
            config.max_header_bytes.value + 32 * config.max_headers);
}

struct Malformed {
  const char* name;
  std::string fields;
};

TEST_F(Http2Fixture, malformed_requests_are_reset_and_never_reach_a_handler) {
  const std::string good = pseudo("GET", "/hello");
  const Malformed cases[] = {
      {"no path", field(":method", "GET") + field(":scheme", "http") + field(":authority", "a")},
      {"no method", field(":path", "/hello") + field(":scheme", "http") + field(":authority", "a")},
      {"no scheme", field(":method", "GET") + field(":path", "/hello") + field(":authority", "a")},
      {"an empty path", pseudo("GET", "")},
      {"two methods", field(":method", "GET") + good},
      {"a pseudo header behind a field", field("x-a", "1") + good},
      {"an unknown pseudo header", good + field(":foo", "1")},
      {"a pseudo header of answers", good + field(":status", "200")},
      {"a protocol without CONNECT", field(":protocol", "websocket") + good},
      {"an extended CONNECT without a path", field(":protocol", "websocket") + field(":method", "CONNECT") +
                                                 field(":scheme", "http") + field(":authority", "a")},
      {"upper case", good + field("X-A", "1")},
      {"connection", good + field("connection", "keep-alive")},
      {"keep-alive", good + field("keep-alive", "1")},
      {"proxy-connection", good + field("proxy-connection", "close")},
      {"transfer-encoding", good + field("transfer-encoding", "chunked")},
      {"upgrade", good + field("upgrade", "h2c")},
      {"te", good + field("te", "gzip")},
      {"a line feed", good + field("x-a", "1\n2")},
      {"a zero byte", good + field("x-a", std::string_view("1\0", 2))},
      {"a space before a value", good + field("x-a", " 1")},
      {"two lengths", good + field("content-length", "1") + field("content-length", "1")},
      {"a length that is no number", good + field("content-length", "1x")},
  };
  for (const Malformed& each : cases) {
    const auto frames = exchange_raw(frame(kHeaders, kEndStream | kEndHeaders, 1, each.fields) +
                                     frame(kHeaders, kEndStream | kEndHeaders, 3, good));
    EXPECT_EQ(reset_of(frames, 1), std::uint32_t{NGHTTP2_PROTOCOL_ERROR}) << each.name;
    EXPECT_FALSE(goaway_of(frames)) << each.name;
    EXPECT_FALSE(reset_of(frames, 3)) << each.name;
    EXPECT_THAT(observer.requests, ElementsAre("GET test.hello 200"))
        << each.name << ": the connection goes on";
    observer.requests.clear();
  }
}

TEST_F(Http2Fixture, te_trailers_and_unknown_fields_are_fine) {
  const auto frames =
      exchange_raw(frame(kHeaders, kEndStream | kEndHeaders, 1,
                         pseudo("GET", "/hello") + field("te", "trailers") + field("x-a", "\t")));
  EXPECT_TRUE(reset_of(frames, 1)) << "a value is not only white space";
  const auto fine = exchange_raw(
      frame(kHeaders, kEndStream | kEndHeaders, 1, pseudo("GET", "/hello") + field("te", "trailers")));
  EXPECT_FALSE(reset_of(fine, 1));
  EXPECT_THAT(observer.requests, ElementsAre("GET test.hello 200"));
}

TEST_F(Http2Fixture, a_body_must_have_the_length_that_its_head_says) {
  const std::string head = pseudo("POST", "/echo") + field("content-length", "3");
  for (const std::string_view body : {"ab", "abcd", ""}) {
    const auto frames =
        exchange_raw(frame(kHeaders, kEndHeaders, 1, head) + frame(kData, kEndStream, 1, body));
    EXPECT_EQ(reset_of(frames, 1), std::uint32_t{NGHTTP2_PROTOCOL_ERROR}) << body;
  }
  EXPECT_THAT(observer.requests, ElementsAre());
  const auto fine = exchange_raw(frame(kHeaders, kEndHeaders, 1, head) + frame(kData, 0, 1, "a") +
                                 frame(kData, kEndStream, 1, "bc"));
  EXPECT_FALSE(reset_of(fine, 1));
  EXPECT_THAT(observer.requests, ElementsAre("POST test.echo 200"));
}

TEST_F(Http2Fixture, fields_behind_the_body_are_dropped_and_limited) {
  const auto with_trailers = [&](const std::string& trailers) {
    return exchange_raw(frame(kHeaders, kEndHeaders, 1, pseudo("POST", "/echo")) + frame(kData, 0, 1, "abc") +
                        frame(kHeaders, kEndStream | kEndHeaders, 1, trailers));
  };
  with_trailers(field("x-checksum", "1"));
  std::string many;
  for (int i = 0; i < 20; ++i) many += field("x-a", std::string(100, 'x'));
  with_trailers(many);
  EXPECT_THAT(observer.requests, ElementsAre("POST test.echo 200", "POST other 431"));
}

TEST_F(Http2Fixture, priorities_are_read_over) {
  const std::string priority = number(0, 4) + '\xff';
  const auto frames = exchange_raw(
      frame(kPriority, 0, 3, priority) + frame(kPriority, 0, 5, number(3, 4) + '\x01') +
      frame(kHeaders, kEndStream | kEndHeaders | 0x20, 1,
            number(0x80000003, 4) + '\x10' + pseudo("GET", "/hello")) +
      frame(kHeaders, kEndStream | kEndHeaders, 7, pseudo("GET", "/hello") + field("priority", "u=0, i")) +
      frame(16, 0, 0, number(7, 4) + "u=7"));
  EXPECT_FALSE(goaway_of(frames));
  EXPECT_THAT(observer.requests, ElementsAre("GET test.hello 200", "GET test.hello 200"));
}

INSTANTIATE_TEST_SUITE_P(Each, Http2Test,
                         testing::Values(TestWire::Pieces::whole, TestWire::Pieces::one_byte),
                         name_of_pieces);

}  // namespace
}  // namespace belay::transport
