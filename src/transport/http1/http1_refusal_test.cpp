// Requests that are refused or come too late, and that their answers arrive.
#include <sys/resource.h>

#include "transport/http1/test_server.hpp"

namespace belay::transport {
namespace {

// ---- refusals ----

TEST_F(Http1ServerTest, RefusesSmugglingAndClosesSoThatTheAnswerArrives) {
  Client& client = connect();
  const std::string answer =
      ask(client,
          "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
          "0\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(answer, HasSubstr("\"field\":\"transfer-encoding\""));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("hello")));
  EXPECT_TRUE(client.eof);
}

TEST_F(Http1ServerTest, F10_AConnectionThatThereIsNoDescriptorForIsTakenOnceThereIs) {
  start();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next = ::dup(0);
  ::close(next);
  rlimit scarce = before;
  scarce.rlim_cur = static_cast<rlim_t>(next) + 1;  // one more: the client's own
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &scarce), 0);
  Client& client = connect();
  client.send(kHello);
  settle();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(observer.last_refusal, ConnectionRefusal::no_descriptors);
  EXPECT_EQ(client.got, "");
  advance(Milliseconds(50));
  EXPECT_TRUE(until([&] { return client.got == kHelloAnswer; })) << client.got;
}

TEST_F(Http1ServerTest, RefusesALargeBodyBeforeReadingIt) {
  const std::string answer =
      ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer, Not(HasSubstr("100 Continue")));
}

TEST_F(Http1ServerTest, RefusesALargeBodyWhileItIsSent) {
  Client& client = connect();
  const std::string answer =
      ask(client, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n200\r\n" +
                      std::string(0x200, 'x') + "\r\n200\r\n" + std::string(0x200, 'x'));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  for (int i = 0; i < 20; ++i) client.try_send(std::string(10'000, 'x'));  // the client has not looked yet
  settle();
  EXPECT_TRUE(client.eof);
  EXPECT_FALSE(client.reset);
}

TEST_F(Http1ServerTest, ContinuesWhenAskedTo) {
  Client& client = connect();
  EXPECT_EQ(
      ask(client, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"),
      "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(ask(client, "abc"),
              testing::AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), testing::EndsWith("\r\n\r\nabc")));
}

TEST_F(Http1ServerTest, DoesNotContinueWhatIsThereAlready) {
  EXPECT_THAT(ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc"),
              StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(Http1ServerTest, RefusesOtherExpectations) {
  EXPECT_THAT(ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: tea\r\n\r\n"),
              StartsWith("HTTP/1.1 417 "));
}

TEST_F(Http1ServerTest, ClosesAfterAnErrorWhoseBodyWasNotRead) {
  EXPECT_THAT(ask("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"),
              testing::AllOf(StartsWith("HTTP/1.1 404 "), HasSubstr("Connection: close\r\n")));
  EXPECT_TRUE(clients[0].eof);
}

TEST_F(Http1ServerTest, RefusesAHeaderThatNeverEnds) {
  Client& client = connect();
  client.send("GET /hello HTTP/1.1\r\nHost: a\r\n");
  for (int i = 0; i < 30 && !client.eof; ++i) {
    client.try_send("X-" + std::to_string(i) + ": " + std::string(1000, 'a') + "\r\n");
    settle();
  }
  EXPECT_THAT(client.got, StartsWith("HTTP/1.1 431 "));
  EXPECT_TRUE(client.eof);
}

// ---- deadlines ----

TEST_F(Http1ServerTest, CountsTheHeaderDeadlineInTotalAndNotByTheByte) {
  Client& client = connect();
  client.send("GET /hello HTTP/1.1\r\nHost: a\r\nX: ");
  settle();
  for (int i = 0; i < 12 && client.got.empty(); ++i) {
    client.try_send("a");
    settle();
    advance(Milliseconds(1000));
  }
  EXPECT_THAT(client.got, testing::AllOf(StartsWith("HTTP/1.1 408 "), HasSubstr("Connection: close\r\n")));
  EXPECT_TRUE(client.eof);
}

TEST_F(Http1ServerTest, ClosesInSilenceWhenNoRequestEverBegan) {
  Client& client = connect();
  settle();
  EXPECT_EQ(counts.connections.load(), 1u);
  advance(config.header_deadline);
  EXPECT_TRUE(client.eof);
  EXPECT_EQ(client.got, "");
}

TEST_F(Http1ServerTest, ClosesAnIdleConnectionInSilence) {
  Client& client = connect();
  ask(client, kHello);
  advance(config.idle_limit - Milliseconds(100));
  EXPECT_FALSE(client.closed());
  client.got.clear();
  advance(Milliseconds(100));
  EXPECT_TRUE(client.eof);
  EXPECT_EQ(client.got, "");
}

TEST_F(Http1ServerTest, GivesALaterRequestItsOwnHeaderDeadline) {
  Client& client = connect();
  ask(client, kHello);
  advance(Milliseconds(60'000));
  client.got.clear();
  client.send("GET /hello HTTP/1.1\r\n");
  settle();
  advance(config.header_deadline - Milliseconds(100));
  EXPECT_EQ(client.got, "");
  advance(Milliseconds(100));
  EXPECT_THAT(client.got, StartsWith("HTTP/1.1 408 "));
}

TEST_F(Http1ServerTest, LimitsTheTimeOfABody) {
  Client& client = connect();
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
  settle();
  advance(config.body_deadline - Milliseconds(100));
  client.send("d");
  settle();
  EXPECT_EQ(client.got, "");
  advance(Milliseconds(100));
  EXPECT_THAT(client.got, StartsWith("HTTP/1.1 408 "));
  EXPECT_TRUE(client.eof);
}

TEST_F(Http1ServerTest, DoesNotLingerForEver) {
  Client& client = connect();
  ask(client, "BAD\r\n\r\n");
  EXPECT_TRUE(client.eof);
  EXPECT_EQ(counts.connections.load(), 1u);
  advance(config.linger_limit);
  EXPECT_EQ(counts.connections.load(), 0u);
}

}  // namespace
}  // namespace belay::transport
