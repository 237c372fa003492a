// The life of a connection: shutdown, idle clients, clients that are gone, and a server that is full.
#include "transport/http2/test_fixture.hpp"

namespace belay::transport {
namespace {

constexpr std::uint32_t kNone = NGHTTP2_NO_ERROR;
constexpr std::uint32_t kNoLimit = 0x7fffffff;

class Http2LifeTest : public Http2Test {};

TEST_P(Http2LifeTest, X13_a_drain_announces_itself_then_refuses_and_ends_with_the_last_stream) {
  Http2TestClient& client = connect();
  const auto stream = client.request("GET", "/stream");
  settle();
  client.request("GET", "/hello");  // on the way while the server announces its end
  driver->drain();
  settle();
  EXPECT_EQ(client.answer(3).status, 200) << "no request gets lost on the way";
  EXPECT_THAT(client.goaways, ElementsAre(kNone, kNone));
  EXPECT_THAT(client.last_streams, ElementsAre(kNoLimit, 3u));
  feed().add("data: 1\n\n");
  settle();
  EXPECT_EQ(client.answer(stream).body, "data: 1\n\n") << "streams go on";
  EXPECT_FALSE(client.is_closed());
  feed().finish(ByteSource::State::ended);
  settle();
  EXPECT_TRUE(client.answer(stream).is_complete);
  EXPECT_TRUE(client.is_closed());
  client.close();
  settle();
  EXPECT_EQ(counts.connections.load(), 0u);
}

TEST_P(Http2LifeTest, a_drain_closes_idle_connections_and_those_that_come_later) {
  Http2TestClient& idle = connect();
  get(idle, "/hello");
  driver->drain();
  settle();
  EXPECT_TRUE(idle.is_closed());
  Http2TestClient& late = connect();
  settle();
  EXPECT_EQ(goaway_of(late.frames()), kNone);
  EXPECT_TRUE(late.is_closed());
}

TEST_P(Http2LifeTest, a_client_that_does_not_answer_the_drain_is_refused_after_a_second) {
  Client& client = connect_raw();
  client.send(std::string(kPreface) + frame(kSettings, 0, 0, "") +
              frame(kHeaders, kEndStream | kEndHeaders, 1, pseudo("GET", "/stream")));
  settle();
  driver->drain();
  settle();
  advance(Milliseconds(1000));
  std::vector<std::uint32_t> last;
  for (const ReceivedFrame& each : frames_of(client.got))
    if (each.type == kGoaway) last.push_back(error_code(each.payload.substr(0, 4)));
  EXPECT_THAT(last, ElementsAre(kNoLimit, 1u));
}

TEST_P(Http2LifeTest, X13_streams_are_cut_with_a_time_to_come_back_and_no_clean_end) {
  Http2TestClient& client = connect();
  const auto first = client.request("GET", "/stream");
  const auto second = client.request("GET", "/stream");
  const auto text = client.request("GET", "/slow");
  settle();
  feed(1).when_empty = ByteSource::State::loading;
  feed(1).add("data: he");
  settle();
  driver->drain();
  driver->cut_streams(Milliseconds(3000));
  settle();
  EXPECT_THAT(client.answer(first).body, testing::MatchesRegex("retry: [3-6][0-9][0-9][0-9]\n\n"));
  EXPECT_EQ(client.answer(second).body, "data: he");
  for (const auto id : {first, second}) {
    EXPECT_FALSE(client.answer(id).is_complete);
    EXPECT_EQ(client.answer(id).closed_with, std::uint32_t{NGHTTP2_INTERNAL_ERROR});
  }
  slow.at(0)(200);
  settle();
  EXPECT_EQ(client.answer(text).body, "slow") << "answers that are no streams are finished";
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "open test.stream", "drained", "drained"));
}

TEST_P(Http2LifeTest, closing_the_server_closes_everything) {
  Http2TestClient& client = connect();
  client.request("GET", "/stream");
  client.request("GET", "/wait");
  settle();
  driver->close();
  settle();
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(clients_gone, 1);
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "closed"));
  EXPECT_EQ(counts.connections.load(), 0u);
  EXPECT_EQ(counts.by_address->total(), 0u);
}

// ---- time

TEST_P(Http2LifeTest, a_connection_without_a_request_is_closed_at_the_header_deadline) {
  Http2TestClient& client = connect();
  settle();
  advance(config.header_deadline - Milliseconds(100));
  EXPECT_FALSE(client.is_closed());
  advance(Milliseconds(200));
  EXPECT_THAT(client.goaways, ElementsAre(kNone));
  EXPECT_TRUE(client.is_closed());
}

TEST_P(Http2LifeTest, a_client_that_says_nothing_at_all_is_closed_too) {
  Client& client = connect_raw();
  settle();
  advance(config.header_deadline);
  EXPECT_TRUE(client.closed());
  advance(config.linger_limit);
  EXPECT_EQ(counts.connections.load(), 0u);
}

TEST_P(Http2LifeTest, a_head_that_does_not_end_is_closed_at_the_header_deadline) {
  Client& client = connect_raw();
  client.send(std::string(kPreface) + frame(kSettings, 0, 0, "") +
              frame(kHeaders, kEndStream | kEndHeaders, 1, pseudo("GET", "/hello")));
  settle();
  client.send(frame(kHeaders, kEndStream, 3, pseudo("GET", "/hello")));
  settle();
  advance(config.header_deadline);
  EXPECT_EQ(goaway_of(frames_of(client.got)), std::uint32_t{NGHTTP2_ENHANCE_YOUR_CALM});
}

TEST_P(Http2LifeTest, an_idle_connection_is_closed_at_the_idle_limit) {
  Http2TestClient& client = connect();
  get(client, "/hello");
  advance(config.idle_limit - Milliseconds(1000));
  EXPECT_FALSE(client.is_closed());
  get(client, "/hello");
  advance(config.idle_limit - Milliseconds(1000));
  EXPECT_FALSE(client.is_closed());
  advance(Milliseconds(2000));
  EXPECT_THAT(client.goaways, ElementsAre(kNone));
  EXPECT_TRUE(client.is_closed());
}

TEST_P(Http2LifeTest, X13_a_silent_client_with_streams_is_pinged_and_kept_when_it_answers) {
  Http2TestClient& client = connect();
  client.request("GET", "/stream");
  settle();
  for (int i = 1; i <= 3; ++i) {
    advance(config.http2.ping_after);
    EXPECT_EQ(client.pings, i);
    advance(config.http2.ping_deadline / 2);
  }
  EXPECT_FALSE(feed().destroyed);
}

TEST_P(Http2LifeTest, X13_a_client_that_does_not_answer_a_ping_is_gone) {
  Client& client = connect_raw();
  client.send(std::string(kPreface) + frame(kSettings, 0, 0, "") +
              frame(kHeaders, kEndStream | kEndHeaders, 1, pseudo("GET", "/stream")));
  settle();
  advance(config.http2.ping_after);
  EXPECT_FALSE(feed().destroyed);
  advance(config.http2.ping_deadline);
  EXPECT_TRUE(feed().destroyed);
  EXPECT_TRUE(client.reset);
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "client_gone"));
}

// ---- a server that is full

TEST_P(Http2LifeTest, X17_a_connection_beyond_the_limit_gets_its_refusal_and_ends) {
  const std::pair<ConnectionPurpose, int> cases[] = {{ConnectionPurpose::refuse, 503},
                                                     {ConnectionPurpose::refuse_address, 429},
                                                     {ConnectionPurpose::serve_health, 503}};
  for (const auto& [purpose, status] : cases) {
    Http2TestClient& client = connect({}, purpose);
    EXPECT_EQ(get(client, "/hello").status, status);
    EXPECT_TRUE(client.is_closed());
    client.close();
    settle();
  }
  EXPECT_EQ(observer.refused, 3);
  EXPECT_EQ(driver->refusing(), 0u);
  EXPECT_EQ(counts.connections.load() + counts.reserve_used.load(), 0u);
}

TEST_P(Http2LifeTest, X17_the_reserve_serves_health) {
  Route route{"GET", "/healthz", [](Request&) -> Awaitable<Response> { co_return text_response("ok"); },
              ByteCount{0}, "test.healthz"};
  route.served_when_full = true;
  ASSERT_TRUE(router.add(std::move(route)));
  Http2TestClient& client = connect({}, ConnectionPurpose::serve_health);
  EXPECT_EQ(get(client, "/healthz").body, "ok");
  EXPECT_TRUE(client.is_closed());
  Http2TestClient& silent = connect({}, ConnectionPurpose::serve_health);
  settle();
  advance(kHealthDeadline);
  EXPECT_TRUE(silent.is_closed());
}

// ---- a connection that breaks anywhere

TEST_F(Http2Fixture, X13_a_connection_may_break_at_every_byte) {
  for (std::size_t at = 0; at < 400; ++at) {
    auto wire = make_wire();
    (at % 2 == 0 ? wire->writes_break_at : wire->reads_break_at) = at / 2;
    next_feed.bytes = "data: 1\n\n";
    Http2TestClient& client = h2_clients.emplace_back(wire, Http2TestClient::Options{});
    client.request("GET", "/stream");
    client.request("GET", "/wait");
    settle();
    client.close();
    settle();
    ASSERT_EQ(counts.connections.load(), 0u) << at;
    ASSERT_EQ(counts.streams.load(), 0u) << at;
  }
  for (const auto& each : feeds) EXPECT_TRUE(each->destroyed);
  EXPECT_EQ(static_cast<std::size_t>(clients_gone), slow.size());
}

INSTANTIATE_TEST_SUITE_P(Each, Http2LifeTest,
                         testing::Values(TestWire::Pieces::whole, TestWire::Pieces::one_byte),
                         name_of_pieces);

}  // namespace
}  // namespace belay::transport
