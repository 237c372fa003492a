// HTTP/1.1 over a channel that blocks and breaks anywhere.
#include "transport/http1/test_server.hpp"

namespace belay::transport {

INSTANTIATE_TEST_SUITE_P(Each, Http1Test,
                         testing::Values(Over::socket, Over::channel_of_one_byte, Over::tls_socket,
                                         Over::tls_channel_of_one_byte),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Each, Http1InOnePieceTest,
                         testing::Values(Over::socket, Over::channel, Over::tls_socket, Over::tls_channel),
                         name_of);

namespace {

constexpr std::string_view kEcho =
    "POST /echo HTTP/1.1\r\nHost: a\r\nX-Request-Id: r.1\r\nExpect: 100-continue\r\nTransfer-Encoding: "
    "chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n";
constexpr std::string_view kLongPoll = "GET /wait HTTP/1.1\r\nHost: a\r\nX-Request-Id: r.1\r\n\r\n";

// A client that sends a POST, a request whose handler waits, one whose answer is a stream, and one more.
class Http1ChannelTest : public Http1Fixture {
 protected:
  Http1ChannelTest() { over = Over::channel; }

  std::shared_ptr<TestWire> make_wire(TestWire::Pieces pieces = TestWire::Pieces::whole,
                                      std::uint64_t seed = 1) {
    return std::make_shared<TestWire>(loop, pieces, 256 * 1024, seed);
  }
  // Returns what the client received.
  std::string converse(std::shared_ptr<TestWire> wire) {
    if (!server) start();
    slow.clear();
    feeds.clear();
    next_feed = Feed();
    next_feed.bytes = "data: 1\n\n";
    const int finished_before = slow_finished;
    Client& client = connect(std::move(wire));
    client.try_send(std::string(kEcho) + std::string(kLongPoll));
    settle();
    if (!slow.empty() && slow_finished == finished_before) slow[0](200);  // else its client was gone
    settle();
    client.try_send(std::string(kStream) + std::string(kHello));
    settle();
    if (!feeds.empty()) {
      feed().add("data: 2\n\n");
      settle();
      feed().finish(ByteSource::State::ended);
    }
    settle();
    return client.got;
  }
  // Whether the client is asked to continue depends on how much arrives at once.
  static std::string without_interim(std::string got) {
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    return got.starts_with(kContinue) ? got.substr(kContinue.size()) : got;
  }
  void expect_all_is_closed(std::size_t at) {
    EXPECT_EQ(counts.connections.load(), 0u) << at;
    EXPECT_EQ(counts.streams.load(), 0u) << at;
    EXPECT_EQ(observer.opened, observer.closed) << at;
    EXPECT_TRUE(observer.failures.empty()) << at;
    for (const auto& each : feeds) EXPECT_TRUE(each->destroyed) << at;
    const auto opened = std::count(observer.streams.begin(), observer.streams.end(), "open test.stream");
    EXPECT_EQ(observer.streams.size(), 2 * static_cast<std::size_t>(opened)) << at;
  }
};

TEST_F(Http1ChannelTest, the_bytes_are_the_same_however_few_a_channel_moves_at_a_time) {
  const std::string expected = converse(make_wire());
  ASSERT_THAT(expected, testing::EndsWith(std::string(kHelloAnswer)));
  ASSERT_THAT(expected, HasSubstr("abcdef"));
  // Which bytes of a stream share a chunk depends on the channel; the payload does not.
  const auto without_chunks = [](std::string text) {
    for (const char* head : {"12\r\n", "9\r\n", "\r\n"})
      for (auto at = text.find(head); at != text.npos; at = text.find(head)) text.erase(at, strlen(head));
    return text;
  };
  EXPECT_EQ(without_interim(converse(make_wire(TestWire::Pieces::one_byte))), expected);
  for (std::uint64_t seed = 1; seed <= 200; ++seed)
    ASSERT_EQ(without_chunks(without_interim(converse(make_wire(TestWire::Pieces::random, seed)))),
              without_chunks(expected))
        << seed;
}

TEST_F(Http1ChannelTest, a_channel_that_breaks_at_any_byte_leaves_nothing_open) {
  const std::shared_ptr<TestWire> whole = make_wire();
  const std::string expected = converse(whole);
  clients.clear();
  settle();
  expect_all_is_closed(0);
  for (std::size_t at = 0; at < whole->bytes_read; ++at) {
    const std::shared_ptr<TestWire> wire = make_wire();
    wire->reads_break_at = at;
    EXPECT_THAT(expected, StartsWith(without_interim(converse(wire)))) << at;
    expect_all_is_closed(at);
  }
  for (std::size_t at = 0; at < whole->bytes_written; ++at) {
    const std::shared_ptr<TestWire> wire = make_wire();
    wire->writes_break_at = at;
    EXPECT_EQ(converse(wire), expected.substr(0, at));
    expect_all_is_closed(at);
  }
}

TEST_F(Http1ChannelTest, a_client_that_stops_sending_at_any_byte_is_closed_by_a_deadline) {
  const std::shared_ptr<TestWire> whole = make_wire();
  const std::string expected = converse(whole);
  clients.clear();
  settle();
  for (std::size_t at = 0; at < whole->bytes_read; ++at) {
    const std::shared_ptr<TestWire> wire = make_wire();
    wire->reads_block_at = at;
    converse(wire);
    for (const Milliseconds limit : {config.body_deadline, config.idle_limit, config.linger_limit})
      advance(limit);
    expect_all_is_closed(at);
  }
}

TEST_F(Http1ChannelTest, a_client_that_stops_reading_at_any_byte_is_closed_by_a_deadline) {
  const std::shared_ptr<TestWire> whole = make_wire();
  const std::string expected = converse(whole);
  clients.clear();
  settle();
  for (std::size_t at = 0; at < whole->bytes_written; ++at) {
    const std::shared_ptr<TestWire> wire = make_wire();
    wire->writes_block_at = at;
    EXPECT_EQ(converse(wire).size(), at);
    advance(config.stalled_write_limit);
    expect_all_is_closed(at);
  }
}

TEST_F(Http1ChannelTest, a_client_that_closes_after_any_byte_leaves_nothing_open) {
  const std::string sent = std::string(kEcho) + std::string(kLongPoll) + std::string(kStream);
  start();
  for (std::size_t at = 0; at <= sent.size(); ++at) {
    slow.clear();
    feeds.clear();
    Client& client = connect(make_wire());
    client.send(std::string_view(sent).substr(0, at));
    settle();
    client.close();
    settle();
    expect_all_is_closed(at);
  }
}

TEST_F(Http1ChannelTest, X21_an_interim_answer_that_was_sent_in_part_is_completed_before_the_answer) {
  start();
  Client& client = connect(make_wire(TestWire::Pieces::one_byte));
  client.send(kLongPoll);
  settle();
  client.finish_sending();
  settle();
  EXPECT_EQ(client.got, "H");
  slow.at(0)(200);
  settle();
  EXPECT_THAT(client.got, StartsWith("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(client.got, testing::EndsWith("slow"));
  EXPECT_EQ(clients_gone, 0);
}

}  // namespace
}  // namespace belay::transport
