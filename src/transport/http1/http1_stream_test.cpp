// Streams, heartbeats, slow readers and the shutdown.
#include <regex>

#include "transport/http1/test_server.hpp"

namespace belay::transport {
namespace {

// ---- streams ----

TEST_P(Http1Test, StreamsInTheseBytesAndGoesOnAfterwards) {
  preamble = "retry: 1\n\n";
  Client& client = connect();
  EXPECT_EQ(ask(client, kStream), std::string(kStreamHead) + "a\r\nretry: 1\n\n\r\n");
  client.got.clear();
  EXPECT_EQ(counts.streams.load(), 1u);
  feed().add("data: 1\n\n");
  settle();
  EXPECT_EQ(client.got, "9\r\ndata: 1\n\n\r\n");
  client.got.clear();
  feed().finish(ByteSource::State::ended);
  settle();
  EXPECT_EQ(client.got, "0\r\n\r\n");
  EXPECT_TRUE(feed().destroyed);
  EXPECT_EQ(counts.streams.load(), 0u);
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "complete"));
  EXPECT_EQ(ask(client, kHello), kHelloAnswer);
}

TEST_P(Http1Test, SendsWhatIsThereWithTheHead) {
  next_feed.bytes = "data: 1\n\n";
  next_feed.when_empty = ByteSource::State::ended;
  EXPECT_EQ(ask(kStream), std::string(kStreamHead) + "9\r\ndata: 1\n\n\r\n0\r\n\r\n");
}

TEST_P(Http1Test, AnswersRequestsThatWerePipelinedBehindAStream) {
  Client& client = connect();
  client.send(std::string(kStream) + std::string(kHello));
  settle();
  client.send(kHello);
  settle();
  client.got.clear();
  feed().finish(ByteSource::State::ended);
  settle();
  EXPECT_EQ(client.got, "0\r\n\r\n" + std::string(kHelloAnswer) + std::string(kHelloAnswer));
}

TEST_P(Http1Test, CutsAClientThatSendsTooMuchDuringAStream) {
  Client& client = connect();
  ask(client, kStream);
  client.send(std::string(config.max_sent_during_stream.value + 1, 'x'));
  settle();
  EXPECT_TRUE(client.closed());
  EXPECT_TRUE(feed().destroyed);
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "client_noisy"));
}

TEST_P(Http1InOnePieceTest, CutsALostStreamWithoutACleanEnd) {
  Client& client = connect();
  ask(client, kStream);
  client.got.clear();
  feed().bytes = "data: 1\n\n";
  feed().finish(ByteSource::State::lost);
  settle();
  EXPECT_EQ(client.got, "9\r\ndata: 1\n\n\r\n");  // earlier bytes arrive; the last chunk does not
  EXPECT_TRUE(client.closed());
  EXPECT_TRUE(feed().destroyed);
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "source_lost"));
}

TEST_P(Http1Test, StreamsToHttp10UntilTheClose) {
  Client& client = connect();
  const std::string head = ask(client, "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("chunked")));
  client.got.clear();
  feed().add("data: 1\n\n");
  feed().finish(ByteSource::State::ended);
  settle();
  EXPECT_EQ(client.got, "data: 1\n\n");
  EXPECT_TRUE(client.eof);
}

TEST_P(Http1Test, ResetsAnHttp10StreamThatIsCut) {
  Client& client = connect();
  ask(client, "GET /stream HTTP/1.0\r\n\r\n");
  feed().finish(ByteSource::State::lost);
  settle();
  EXPECT_TRUE(client.reset);
}

TEST_P(Http1Test, DropsTheSourceWhenTheClientCloses) {
  ask(connect(), kStream);
  ask(connect(), kStream);
  ask(connect(), kStream);
  clients[0].close();
  clients[1].close_with_reset();
  clients[2].finish_sending();
  settle();
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(feed(i).destroyed) << i;
  EXPECT_EQ(counts.connections.load(), 0u);
  EXPECT_EQ(counts.streams.load(), 0u);
}

TEST_P(Http1Test, X13SendsAHeartbeatAtLeastEveryInterval) {
  Client& client = connect();
  ask(client, kStream);
  client.got.clear();
  for (int i = 0; i < 4; ++i) advance(config.heartbeat_interval);
  EXPECT_EQ(client.got, "3\r\n:\n\n\r\n3\r\n:\n\n\r\n3\r\n:\n\n\r\n3\r\n:\n\n\r\n");
}

TEST_P(Http1Test, SendsNoHeartbeatWhileEventsFlow) {
  Client& client = connect();
  ask(client, kStream);
  client.got.clear();
  for (int i = 0; i < 10; ++i) {
    advance(Milliseconds(5000));
    feed().add("x");
    settle();
  }
  EXPECT_THAT(client.got, Not(HasSubstr(":")));
}

TEST_P(Http1Test, SendsNoHeartbeatInsideAFrame) {
  next_feed.when_empty = ByteSource::State::loading;
  Client& client = connect();
  ask(client, kStream);
  client.got.clear();
  advance(config.heartbeat_interval * 2);
  EXPECT_EQ(client.got, "");
  feed().finish(ByteSource::State::waiting);
  advance(config.heartbeat_interval);
  EXPECT_EQ(client.got, "3\r\n:\n\n\r\n");
}

std::string body_of_chunks(std::string_view wire) {
  std::string body;
  wire.remove_prefix(wire.find("\r\n\r\n") + 4);
  while (!wire.empty()) {
    const auto end = wire.find("\r\n");
    const std::size_t size = std::stoul(std::string(wire.substr(0, end)), nullptr, 16);
    if (size == 0) break;
    body += wire.substr(end + 2, size);
    wire.remove_prefix(std::min(wire.size(), end + 2 + size + 2));
  }
  return body;
}

TEST_P(Http1Test, X6KeepsASlowReaderFromHoldingUpOthersAndLosesNothing) {
  config.send_buffer = ByteCount{4096};
  Client& slow_reader = connect(4096);
  ask(slow_reader, kStream);
  Client& fast_reader = connect();
  ask(fast_reader, kStream);
  slow_reader.paused = true;
  std::string expected;
  SeededRandom bytes(3);
  for (int i = 0; i < 1000; ++i) {
    std::string piece(1 + bytes.below(3000), static_cast<char>('a' + i % 26));
    expected += piece;
    feed(0).add(piece);
    feed(1).add(piece);
    if (i % 50 == 0) settle();
  }
  feed(0).finish(ByteSource::State::ended);
  feed(1).finish(ByteSource::State::ended);
  EXPECT_TRUE(until([&] { return feed(1).destroyed && body_of_chunks(fast_reader.got) == expected; }));
  EXPECT_LT(feed(0).cursor, expected.size());
  EXPECT_FALSE(feed(0).destroyed);
  slow_reader.paused = false;
  EXPECT_TRUE(until([&] { return feed(0).destroyed && slow_reader.got.ends_with("\r\n0\r\n\r\n"); }));
  EXPECT_TRUE(body_of_chunks(slow_reader.got) == expected);
  EXPECT_EQ(ask(slow_reader, kHello), kHelloAnswer);
}

TEST_P(Http1Test, A5CutsAReaderThatTakesNothingForTooLong) {
  config.send_buffer = ByteCount{4096};
  Client& client = connect(4096);
  ask(client, kStream);
  client.paused = true;
  feed().add(std::string(1'000'000, 'x'));
  settle();
  advance(config.stalled_write_limit - Milliseconds(100));
  EXPECT_FALSE(feed().destroyed);
  advance(Milliseconds(100));
  EXPECT_TRUE(feed().destroyed);
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "stalled"));
}

TEST_P(Http1Test, A5DoesNotCutAReaderThatIsSlowButReads) {
  config.send_buffer = ByteCount{4096};
  Client& client = connect(4096);
  ask(client, kStream);
  feed().add(std::string(400'000, 'x'));
  client.paused = true;
  settle();
  for (int i = 0; i < 5; ++i) {
    advance(config.stalled_write_limit - Milliseconds(1000));
    ASSERT_FALSE(feed().destroyed) << i;
    const std::size_t before = feed().cursor;
    // TLS counts a record when all of it has left.
    const std::size_t enough = is_tls(over) ? 17'000 : 1;
    std::size_t taken = 0;
    ASSERT_TRUE(until([&] { return (taken += client.receive_some(16384)) >= enough; }));
    ASSERT_TRUE(until([&] { return feed().cursor > before; })) << i;
  }
}

TEST_P(Http1Test, DoesNotTakeSilenceOfTheSourceForAStall) {
  Client& client = connect();
  ask(client, kStream);
  for (int i = 0; i < 10; ++i) advance(config.stalled_write_limit);
  EXPECT_FALSE(feed().destroyed);
  EXPECT_FALSE(client.closed());
}

// ---- shutdown ----

TEST_P(Http1Test, X10StopsAcceptingAndDrains) {
  Client& idle = connect();
  ask(idle, kHello);
  Client& busy = connect();
  busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  settle();
  Client& streaming = connect();
  ask(streaming, kStream);
  server->stop_accepting();
  server->drain();
  settle();
  EXPECT_TRUE(idle.eof);
  slow.at(0)(200);
  settle();
  EXPECT_THAT(busy.got, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(busy.eof);
  EXPECT_FALSE(streaming.closed());
  feed().add("data: 1\n\n");
  feed().finish(ByteSource::State::ended);
  settle();
  EXPECT_THAT(streaming.got, testing::EndsWith("9\r\ndata: 1\n\n\r\n0\r\n\r\n"));
  EXPECT_TRUE(streaming.eof);
  advance(config.linger_limit);
  EXPECT_EQ(counts.connections.load(), 0u);
}

TEST_P(Http1InOnePieceTest, X10CutsStreamsAfterAHintAndNeverCleanly) {
  Client& client = connect();
  ask(client, kStream);
  client.got.clear();
  feed().bytes = "data: 1\n\n";  // ready, but the waker was not called
  server->cut_streams(Milliseconds(3000));
  settle();
  std::smatch match;
  ASSERT_TRUE(
      std::regex_match(client.got, match, std::regex("9\r\ndata: 1\n\n\r\nd\r\nretry: (\\d{4})\n\n\r\n")))
      << client.got;
  EXPECT_GE(std::stoi(match[1]), 3000);
  EXPECT_LE(std::stoi(match[1]), 6000);
  EXPECT_TRUE(client.closed());
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "drained"));
}

TEST_P(Http1Test, X10PutsNoHintInsideAFrame) {
  next_feed.when_empty = ByteSource::State::loading;
  Client& client = connect();
  ask(client, kStream);
  client.got.clear();
  server->cut_streams(Milliseconds(3000));
  settle();
  EXPECT_EQ(client.got, "");
  EXPECT_TRUE(client.closed());
}

// ---- streams that end early ----

TEST_P(Http1Test, X19EndsARevokedStreamBehindALastMessage) {
  watches_streams = true;
  Client& client = connect();
  ask(client, kStream);
  feed().add("data: 1\n\n");
  settle();
  client.got.clear();
  watched->stream->revoke("data: no\n\n");
  feed().add("data: 2\n\n");
  settle();
  EXPECT_EQ(client.got, "a\r\ndata: no\n\n\r\n0\r\n\r\n");
  EXPECT_TRUE(feed().destroyed);
  EXPECT_TRUE(watched->is_destroyed);
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "revoked"));
  EXPECT_EQ(counts.streams.load(), 0u);
  EXPECT_EQ(ask(client, kHello), kHelloAnswer) << "the connection goes on";
}

TEST_P(Http1Test, X19EndsARevokedHttp10StreamWithItsMessageAndAClose) {
  watches_streams = true;
  Client& client = connect();
  ask(client, "GET /stream HTTP/1.0\r\n\r\n");
  client.got.clear();
  watched->stream->revoke("data: no\n\n");
  settle();
  EXPECT_EQ(client.got, "data: no\n\n");
  EXPECT_TRUE(client.eof);
  EXPECT_FALSE(client.reset);
}

TEST_P(Http1Test, X19CutsARevokedStreamInsideAFrameOrWithoutAMessage) {
  watches_streams = true;
  next_feed.when_empty = ByteSource::State::loading;
  Client& inside = connect();
  ask(inside, kStream);
  inside.got.clear();
  watched->stream->revoke("data: no\n\n");
  settle();
  EXPECT_EQ(inside.got, "");
  EXPECT_TRUE(inside.closed());
  next_feed.when_empty = ByteSource::State::waiting;
  Client& silent = connect();
  ask(silent, kStream);
  silent.got.clear();
  watched->stream->revoke("");
  settle();
  EXPECT_EQ(silent.got, "");
  EXPECT_TRUE(silent.closed());
}

TEST_P(Http1InOnePieceTest, X20CutsAStreamWhoseSignInIsOverAfterAHint) {
  watches_streams = true;
  Client& client = connect();
  ask(client, kStream);
  client.got.clear();
  feed().bytes = "data: 1\n\n";  // ready, but the waker was not called
  watched->stream->expire(Milliseconds(3000));
  settle();
  EXPECT_EQ(client.got, "9\r\ndata: 1\n\n\r\nd\r\nretry: 3000\n\n\r\n");
  EXPECT_TRUE(client.closed());
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "sign_in_over"));
}

TEST_P(Http1InOnePieceTest, X19AStreamThatHasEndedIsNotEndedAgain) {
  watches_streams = true;
  Client& client = connect();
  ask(client, kStream);
  client.got.clear();
  feed().finish(ByteSource::State::ended);
  watched->stream->revoke("data: no\n\n");
  watched->stream->expire(Milliseconds(3000));
  settle();
  EXPECT_EQ(client.got, "0\r\n\r\n");
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "complete"));
}

TEST_P(Http1Test, CountsBackToZero) {
  for (int i = 0; i < 20; ++i) ask(connect(), i % 2 ? kStream : kHello);
  EXPECT_EQ(counts.connections.load(), 20u);
  EXPECT_EQ(counts.streams.load(), 10u);
  server->close();
  settle();
  EXPECT_EQ(counts.connections.load(), 0u);
  EXPECT_EQ(counts.streams.load(), 0u);
  EXPECT_EQ(observer.closed, 20);
  for (const auto& each : feeds) EXPECT_TRUE(each->destroyed);
}

}  // namespace
}  // namespace belay::transport
