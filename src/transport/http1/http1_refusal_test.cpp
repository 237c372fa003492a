// Requests that are refused or come too late, and whether their answers arrive.
#include <sys/resource.h>

#include "transport/http1/test_server.hpp"

namespace belay::transport {
namespace {

// ---- refusals ----

TEST_P(Http1Test, RefusesSmugglingAndClosesSoThatTheAnswerArrives) {
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

TEST_F(ListenerTest, F10_AConnectionThatThereIsNoDescriptorForIsTakenOnceThereIs) {
  start();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next = ::dup(0);
  ::close(next);
  rlimit scarce = before;
  scarce.rlim_cur = static_cast<rlim_t>(next) + 1;  // one more: for the client
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

TEST_P(Http1Test, RefusesALargeBodyBeforeReadingIt) {
  const std::string answer =
      ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer, Not(HasSubstr("100 Continue")));
}

TEST_P(Http1Test, RefusesALargeBodyWhileItIsSent) {
  Client& client = connect();
  const std::string answer =
      ask(client, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n200\r\n" +
                      std::string(0x200, 'x') + "\r\n200\r\n" + std::string(0x200, 'x'));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  for (int i = 0; i < 20; ++i) client.try_send(std::string(10'000, 'x'));  // the client has not read yet
  settle();
  EXPECT_TRUE(client.eof);
  EXPECT_FALSE(client.reset);
}

TEST_P(Http1Test, ContinuesWhenAskedTo) {
  Client& client = connect();
  EXPECT_EQ(
      ask(client, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"),
      "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(ask(client, "abc"),
              testing::AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), testing::EndsWith("\r\n\r\nabc")));
}

TEST_P(Http1InOnePieceTest, DoesNotContinueWhatIsThereAlready) {
  EXPECT_THAT(ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc"),
              StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_P(Http1Test, RefusesOtherExpectations) {
  EXPECT_THAT(ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: tea\r\n\r\n"),
              StartsWith("HTTP/1.1 417 "));
}

// ---- bodies that are ignored ----

TEST_P(Http1Test, X13_a_body_on_a_delete_is_ignored_and_the_connection_goes_on) {
  Client& client = connect();
  for (const char* body :
       {"Content-Length: 2\r\n\r\n{}", "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b"}) {
    EXPECT_THAT(ask(client, std::string("DELETE /thing HTTP/1.1\r\nHost: a\r\n") + body),
                StartsWith("HTTP/1.1 204 "));
    EXPECT_EQ(ask(client, kHello), kHelloAnswer);
  }
  EXPECT_EQ(ask(client, std::string("DELETE /thing HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}") +
                            std::string(kHello))
                .find("HTTP/1.1 204 "),
            0u);
  EXPECT_THAT(client.got, testing::EndsWith(std::string(kHelloAnswer)));
}

TEST_P(Http1Test, X13_a_body_on_a_get_or_head_is_ignored_and_a_stream_begins_behind_it) {
  Client& client = connect();
  EXPECT_THAT(ask(client, "GET /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"),
              testing::EndsWith("\r\n\r\nhello"));
  EXPECT_THAT(ask(client, "HEAD /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"),
              testing::AllOf(StartsWith("HTTP/1.1 200 "), testing::EndsWith("\r\n\r\n")));
  EXPECT_THAT(ask(client, "GET /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"),
              HasSubstr("Content-Type: text/event-stream"));
  client.got.clear();
  feed().add("data: 1\n\n");
  settle();
  EXPECT_EQ(client.got, "9\r\ndata: 1\n\n\r\n");
}

TEST_P(Http1Test, X13_a_client_that_waits_to_send_a_body_that_means_nothing_may_send_it) {
  Client& client = connect();
  EXPECT_EQ(
      ask(client, "DELETE /thing HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"),
      "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(ask(client, "{}"), StartsWith("HTTP/1.1 204 "));
  EXPECT_EQ(ask(client, kHello), kHelloAnswer);
}

TEST_P(Http1Test, X13_a_huge_body_that_means_nothing_is_413_and_the_connection_closes) {
  for (const std::string& rest : {std::string("Content-Length: 65537\r\n\r\n{"),
                                  std::string("Transfer-Encoding: chunked\r\n\r\n10001\r\n{")}) {
    Client& client = connect();
    EXPECT_THAT(ask(client, "DELETE /thing HTTP/1.1\r\nHost: a\r\n" + rest),
                testing::AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("\"limit\":\"max_ignored_body\""),
                               HasSubstr("Connection: close\r\n")));
    EXPECT_TRUE(client.eof);
  }
}

// ---- content codings ----

TEST_P(Http1Test, X9_a_body_in_a_content_coding_is_415_before_it_is_read) {
  for (const char* coding : {"gzip", "br", "identity, gzip", "GZIP", "aes128gcm"}) {
    const std::string head =
        std::string("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Encoding: ") + coding +
        "\r\nContent-Length: 3\r\n\r\n";
    EXPECT_THAT(ask(head),
                testing::AllOf(StartsWith("HTTP/1.1 415 "), HasSubstr("\r\nAccept-Encoding: identity\r\n"),
                               HasSubstr("\"field\":\"Content-Encoding\""), Not(HasSubstr("100 Continue"))))
        << coding;
    EXPECT_TRUE(clients.back().eof);
  }
}

TEST_P(Http1Test, a_body_in_no_content_coding_is_read) {
  for (const char* coding : {"identity", "Identity", "", " identity , identity"})
    EXPECT_THAT(ask(std::string("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Encoding: ") + coding +
                    "\r\nContent-Length: 3\r\n\r\nabc"),
                testing::EndsWith("\r\n\r\nabc"))
        << coding;
}

// ---- what is reported ----

TEST_P(Http1Test, A13_methods_and_paths_that_clients_invent_are_told_as_one) {
  for (const char* line :
       {"BREW /hello", "PROPFIND /hello", "TRACE /nowhere", "get /hello", "GET /nowhere/1", "DELETE /thing"})
    ask(std::string(line) + " HTTP/1.1\r\nHost: a\r\n\r\n");
  ask("\x16\x03\x01\r\n\r\n");
  EXPECT_THAT(observer.requests,
              ElementsAre("other other 501", "other other 405", "other other 404", "other other 501",
                          "GET other 404", "DELETE test.thing 204", "other other 400"));
}

TEST_P(Http1Test, X8_a_page_can_read_the_refusal_of_its_request) {
  config.cors.allowed_origins = {"https://app.example"};
  for (const std::string& target :
       {std::string("/%zz"), "/" + std::string(8192, 'a'), std::string("/?a=1&a=2")}) {
    const std::string answer = ask(
        "GET " + target + " HTTP/1.1\r\nHost: a\r\nOrigin: https://app.example\r\nX-Request-Id: r.7\r\n\r\n");
    EXPECT_THAT(answer, testing::AllOf(StartsWith("HTTP/1.1 4"),
                                       HasSubstr("Access-Control-Allow-Origin: https://app.example\r\n"),
                                       HasSubstr("X-Request-Id: r.7\r\n")))
        << target.substr(0, 20);
  }
}

TEST_P(Http1Test, ClosesAfterAnErrorWhoseBodyWasNotRead) {
  EXPECT_THAT(ask("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"),
              testing::AllOf(StartsWith("HTTP/1.1 404 "), HasSubstr("Connection: close\r\n")));
  EXPECT_TRUE(clients[0].eof);
}

TEST_P(Http1Test, RefusesAHeaderThatNeverEnds) {
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

TEST_P(Http1Test, CountsTheHeaderDeadlineInTotalAndNotByTheByte) {
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

TEST_P(Http1Test, ClosesInSilenceWhenNoRequestEverBegan) {
  Client& client = connect();
  settle();
  EXPECT_EQ(counts.connections.load(), 1u);
  advance(config.header_deadline);
  EXPECT_TRUE(client.eof);
  EXPECT_EQ(client.got, "");
}

TEST_P(Http1Test, ClosesAnIdleConnectionInSilence) {
  Client& client = connect();
  ask(client, kHello);
  advance(config.idle_limit - Milliseconds(100));
  EXPECT_FALSE(client.closed());
  client.got.clear();
  advance(Milliseconds(100));
  EXPECT_TRUE(client.eof);
  EXPECT_EQ(client.got, "");
}

TEST_P(Http1Test, GivesALaterRequestItsOwnHeaderDeadline) {
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

TEST_P(Http1Test, LimitsTheTimeOfABody) {
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

TEST_P(Http1Test, DoesNotLingerForEver) {
  Client& client = connect();
  ask(client, "BAD\r\n\r\n");
  EXPECT_TRUE(client.eof);
  EXPECT_EQ(counts.connections.load(), 1u);
  advance(config.linger_limit);
  EXPECT_EQ(counts.connections.load(), 0u);
}

}  // namespace
}  // namespace belay::transport
