// A real server on a free loopback port, raw sockets as clients, literal bytes in and out. Everything runs on the test's thread:
// turns of the loop are taken by hand and time stands still until it is advanced.
#include "transport/http1/http1_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <deque>
#include <functional>
#include <regex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "transport/sse/sse_frame.hpp"

namespace belay::transport {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer = 0) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer != 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0) << strerror(errno);
  }
  ~Client() { close(); }
  Client(const Client&) = delete;

  void send(std::string_view bytes) {
    EXPECT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  // Sends without minding whether the server still listens.
  void try_send(std::string_view bytes) { (void)!::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT); }
  void receive() {
    char buffer[65536];
    while (!paused && !eof && !reset) {
      const ssize_t count = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
      if (count > 0) got.append(buffer, static_cast<std::size_t>(count));
      if (count == 0) eof = true;
      if (count < 0 && errno == ECONNRESET) reset = true;
      if (count < 0) return;
    }
  }
  void finish_sending() { ::shutdown(fd_, SHUT_WR); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  void close_with_reset() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  bool closed() const { return eof || reset; }
  int fd() const { return fd_; }

  std::string got;
  bool paused = false;
  bool eof = false;
  bool reset = false;

 private:
  int fd_;
};

// What a stream's source and its test share.
struct Feed {
  std::string bytes;
  std::size_t cursor = 0;
  ByteSource::State when_empty = ByteSource::State::waiting;
  ByteSource::Waker* waker = nullptr;
  bool destroyed = false;

  void add(std::string_view more) {
    bytes += more;
    if (waker) waker->wake();
  }
  void finish(ByteSource::State state) {
    when_empty = state;
    if (waker) waker->wake();
  }
};

class FeedSource final : public ByteSource {
 public:
  explicit FeedSource(std::shared_ptr<Feed> feed) : feed_(std::move(feed)) {}
  ~FeedSource() override {
    feed_->waker = nullptr;
    feed_->destroyed = true;
  }
  void attach(Waker& waker) override { feed_->waker = &waker; }
  State peek(ByteRanges& out) override {
    out.clear();
    out.add(std::string_view(feed_->bytes).substr(feed_->cursor, 256 * 1024));
    return out.bytes != 0 ? State::ready : feed_->when_empty;
  }
  void consume(std::size_t bytes) override { feed_->cursor += bytes; }

 private:
  std::shared_ptr<Feed> feed_;
};

class Recorder final : public TransportObserver {
 public:
  void connection_opened() override { ++opened; }
  void connection_closed() override { ++closed; }
  void connection_refused(ConnectionRefusal) override { ++refused; }
  void request_finished(const RequestReport& report) override {
    requests.push_back(std::string(report.method) + " " + std::string(report.route) + " " + std::to_string(report.status));
  }
  void stream_opened(const StreamReport& report) override { streams.push_back("open " + std::string(report.route)); }
  void stream_closed(const StreamReport& report) override { streams.push_back(std::string(to_string(report.end))); }
  void handler_failed(std::string_view route, std::string_view, std::string_view what) override {
    failures.push_back(std::string(route) + ": " + std::string(what));
  }

  int opened = 0, closed = 0, refused = 0;
  std::vector<std::string> requests, streams, failures;
};

Response text_response(std::string text) {
  Response response;
  response.headers = {{"Content-Type", "text/plain"}};
  response.body = std::move(text);
  return response;
}

class Http1ServerTest : public testing::Test {
 protected:
  Http1ServerTest() {
    config.retry_base = Milliseconds(3000);
    add("GET", "/hello", [](Request&) -> Awaitable<Response> { co_return text_response("hello"); });
    add("POST", "/echo", [](Request& request) -> Awaitable<Response> { co_return text_response(request.body); }, 1000);
    add("GET", "/throw", [](Request&) -> Awaitable<Response> {
      throw std::runtime_error("the handler is broken");
      co_return Response{};
    });
    add("GET", "/bad-header", [](Request&) -> Awaitable<Response> {
      Response response = text_response("x");
      response.headers.push_back({"X-Bad", "a\r\nSet-Cookie: b"});
      co_return response;
    });
    add("GET", "/nothing", [](Request&) -> Awaitable<Response> {
      Response response;
      response.status = 204;
      co_return response;
    });
    add("GET", "/peer", [](Request& request) -> Awaitable<Response> {
      co_return text_response(request.peer + (request.secure ? " secure" : " plain"));
    });
    add("GET", "/big", [this](Request&) -> Awaitable<Response> { co_return text_response(big); });
    add("GET", "/slow", [this](Request&) -> Awaitable<Response> {
      auto start = [this](UniqueFunction<void(int)> done) { slow.push_back(std::move(done)); };
      const int status = co_await await_callback<int>(loop, std::move(start));
      ++slow_finished;
      Response response = text_response("slow");
      response.status = status;
      co_return response;
    });
    add("GET", "/stream", [this](Request&) -> Awaitable<Response> {
      feeds.push_back(std::make_shared<Feed>(next_feed));
      Response response;
      response.headers = sse_headers();
      StreamBody body;
      body.source = std::make_unique<FeedSource>(feeds.back());
      body.preamble = preamble;
      body.heartbeat = ":\n\n";
      response.body = std::move(body);
      co_return response;
    });
  }
  ~Http1ServerTest() override {
    server.reset();
    settle();
  }

  void add(std::string method, std::string path, HandlerFunction handler, std::uint64_t most_body = 0) {
    ASSERT_TRUE(router.add({method, path, std::move(handler), ByteCount{most_body}, "test." + path.substr(1)}));
  }
  void start() {
    auto made = Http1Server::make({loop, config, router, observer, counts, random});
    ASSERT_TRUE(made) << made.error().detail;
    server = std::move(*made);
    const auto bound = server->listen(0);
    ASSERT_TRUE(bound) << bound.error().detail;
    port = *bound;
  }
  Client& connect(int receive_buffer = 0) {
    if (!server) start();
    return clients.emplace_back(port, receive_buffer);
  }
  // Takes turns until nothing has moved for a while: the kernel's loopback needs no more than a moment.
  void settle() {
    for (int quiet = 0; quiet < 4;) {
      bool moved = loop.turn();
      for (Client& client : clients) {
        if (client.fd() < 0) continue;
        const std::size_t before = client.got.size();
        client.receive();
        moved = moved || client.got.size() != before;
      }
      if (moved) {
        quiet = 0;
      } else {
        ++quiet;
        ::poll(nullptr, 0, 1);
      }
    }
  }
  void advance(Milliseconds by) {
    clock.advance(by + 2 * TimerWheel::kTick);
    settle();
  }
  // Sends and returns what has come since.
  std::string ask(Client& client, std::string_view bytes) {
    client.got.clear();
    client.send(bytes);
    settle();
    return client.got;
  }
  std::string ask(std::string_view bytes) { return ask(connect(), bytes); }
  Feed& feed(std::size_t index = 0) { return *feeds.at(index); }

  ManualClock clock{WallTime{784'111'777'000}};
  Loop loop{0, clock};
  Config config;
  Router router;
  Recorder observer;
  OpenCounts counts;
  SeededRandom random{1};
  std::unique_ptr<Http1Server> server;
  std::uint16_t port = 0;
  std::deque<Client> clients;

  std::string big = std::string(5'000'000, 'b');
  std::string preamble;
  Feed next_feed;
  std::vector<std::shared_ptr<Feed>> feeds;
  std::vector<UniqueFunction<void(int)>> slow;
  int slow_finished = 0;
};

constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: a\r\nX-Request-Id: r.1\r\n\r\n";
constexpr std::string_view kStream = "GET /stream HTTP/1.1\r\nHost: a\r\nX-Request-Id: r.1\r\n\r\n";
constexpr std::string_view kHelloAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Request-Id: r.1\r\nX-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\nContent-Length: 5\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\nhello";
constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-cache, no-transform\r\n"
    "X-Accel-Buffering: no\r\nX-Request-Id: r.1\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
    "Transfer-Encoding: chunked\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n";

// ---- answers ----

TEST_F(Http1ServerTest, AnswersInTheseBytes) {
  EXPECT_EQ(ask(kHello), kHelloAnswer);
  EXPECT_THAT(observer.requests, ElementsAre("GET test.hello 200"));
  EXPECT_FALSE(clients[0].closed());
}

TEST_F(Http1ServerTest, ReadsARequestByteByByte) {
  Client& client = connect();
  for (const char c : kHello) {
    client.send({&c, 1});
    settle();
  }
  EXPECT_EQ(client.got, kHelloAnswer);
}

TEST_F(Http1ServerTest, KeepsTheConnectionForTheNextRequest) {
  Client& client = connect();
  EXPECT_EQ(ask(client, kHello), kHelloAnswer);
  EXPECT_EQ(ask(client, kHello), kHelloAnswer);
  EXPECT_EQ(observer.opened, 1);
  EXPECT_EQ(counts.connections.load(), 1u);
}

TEST_F(Http1ServerTest, AnswersPipelinedRequestsInOrder) {
  Client& client = connect();
  client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\nPOST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" +
              std::string(kHello));
  settle();
  EXPECT_EQ(client.got, "");
  slow.at(0)(200);
  settle();
  const auto first = client.got.find("\r\n\r\nslow"), second = client.got.find("\r\n\r\nabc"), third = client.got.find("\r\n\r\nhello");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_NE(third, std::string::npos);
}

TEST_F(Http1ServerTest, DoesNotReadAheadOfARunningHandler) {
  Client& client = connect();
  client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  settle();
  std::size_t pushed = 0;
  const std::string block(64 * 1024, 'x');
  for (int i = 0; i < 1000; ++i) {
    const ssize_t count = ::send(client.fd(), block.data(), block.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0) break;
    pushed += static_cast<std::size_t>(count);
    settle();
  }
  EXPECT_LT(pushed, 60u << 20);  // the kernel's buffers filled up: nobody reads
  slow.at(0)(200);
}

TEST_F(Http1ServerTest, ClosesAfterTheAnswerWhenAsked) {
  const std::string answer = ask("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(clients[0].eof);
}

TEST_F(Http1ServerTest, SpeaksHttp10) {
  EXPECT_THAT(ask("GET /hello HTTP/1.0\r\n\r\n"), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(clients[0].eof);
  EXPECT_THAT(ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), HasSubstr("Connection: keep-alive\r\n"));
  EXPECT_FALSE(clients[1].closed());
}

TEST_F(Http1ServerTest, AnswersHeadWithTheHeadersOfGetAndNoBody) {
  Client& client = connect();
  const std::string answer = ask(client, "HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_THAT(answer, testing::EndsWith("\r\n\r\n"));
  EXPECT_EQ(ask(client, kHello), kHelloAnswer);
}

TEST_F(Http1ServerTest, AnswersHeadOfAStreamAndLetsItsSourceGo) {
  Client& client = connect();
  EXPECT_THAT(ask(client, "HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_TRUE(feed().destroyed);
  EXPECT_EQ(ask(client, kHello), kHelloAnswer);
}

TEST_F(Http1ServerTest, Answers204WithoutALength) {
  EXPECT_THAT(ask("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"), Not(HasSubstr("Content-Length")));
}

TEST_F(Http1ServerTest, AnswersOptionsWithTheMethods) {
  const std::string answer = ask("OPTIONS /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 204 No Content\r\n"));
  EXPECT_THAT(answer, HasSubstr("Allow: POST, OPTIONS\r\n"));
}

TEST_F(Http1ServerTest, X9SaysWhatIsWrongWithPathAndMethod) {
  EXPECT_THAT(ask("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"),
              testing::AllOf(StartsWith("HTTP/1.1 404 "), HasSubstr("application/problem+json"), HasSubstr("\"code\":\"not_found\"")));
  EXPECT_THAT(ask("DELETE /echo HTTP/1.1\r\nHost: a\r\n\r\n"),
              testing::AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("Allow: POST, OPTIONS\r\n")));
  EXPECT_THAT(ask("BREW /echo HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 501 "));
  for (const Client& client : clients) EXPECT_FALSE(client.closed());
}

TEST_F(Http1ServerTest, MakesARequestIdUnlessTheClientsIsGood) {
  const std::regex made("X-Request-Id: [0-9a-f]{32}\r\n");
  EXPECT_TRUE(std::regex_search(ask("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"), made));
  EXPECT_TRUE(std::regex_search(ask("GET /hello HTTP/1.1\r\nHost: a\r\nX-Request-Id: a b\r\n\r\n"), made));
  EXPECT_TRUE(std::regex_search(
      ask("GET /hello HTTP/1.1\r\nHost: a\r\nX-Request-Id: " + std::string(65, 'a') + "\r\n\r\n"), made));
}

TEST_F(Http1ServerTest, SendsALargeAnswerToASlowReader) {
  Client& client = connect(4096);
  client.paused = true;
  client.send("GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  settle();
  EXPECT_TRUE(observer.requests.empty());
  client.paused = false;
  settle();
  ASSERT_TRUE(client.eof);
  EXPECT_EQ(client.got.substr(client.got.find("\r\n\r\n") + 4), big);
}

TEST_F(Http1ServerTest, GivesUpOnAClientThatTakesNothingOfAnAnswer) {
  Client& client = connect(4096);
  client.paused = true;
  client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
  settle();
  advance(config.stalled_write_limit);
  EXPECT_EQ(counts.connections.load(), 0u);
}

// ---- handlers ----

TEST_F(Http1ServerTest, AnswersAThrowingHandlerWith500AndTellsTheObserver) {
  Client& client = connect();
  EXPECT_THAT(ask(client, "GET /throw HTTP/1.1\r\nHost: a\r\n\r\n"),
              testing::AllOf(StartsWith("HTTP/1.1 500 "), HasSubstr("\"code\":\"internal\""), Not(HasSubstr("broken"))));
  EXPECT_THAT(observer.failures, ElementsAre("test.throw: the handler is broken"));
  EXPECT_EQ(ask(client, kHello), kHelloAnswer);
}

TEST_F(Http1ServerTest, NeverSendsAHeaderThatHoldsALineEnd) {
  const std::string answer = ask("GET /bad-header HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, Not(HasSubstr("Set-Cookie")));
  EXPECT_EQ(observer.failures.size(), 1u);
}

TEST_F(Http1ServerTest, LetsAHandlerFinishWhenItsClientHasGone) {
  Client& client = connect();
  client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  settle();
  client.close_with_reset();
  settle();
  slow.at(0)(200);
  settle();
  EXPECT_EQ(slow_finished, 1);
  EXPECT_EQ(counts.connections.load(), 0u);
}

TEST_F(Http1ServerTest, LetsAHandlerFinishWhenTheServerHasGone) {
  Client& client = connect();
  client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  settle();
  server.reset();
  settle();
  EXPECT_EQ(counts.connections.load(), 0u);
  slow.at(0)(200);
  settle();
  EXPECT_EQ(slow_finished, 1);
}

// ---- refusals ----

TEST_F(Http1ServerTest, RefusesSmugglingAndClosesSoThatTheAnswerArrives) {
  Client& client = connect();
  const std::string answer = ask(client,
                                 "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
                                 "0\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(answer, HasSubstr("\"field\":\"transfer-encoding\""));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("hello")));
  EXPECT_TRUE(client.eof);
}

TEST_F(Http1ServerTest, RefusesALargeBodyBeforeReadingIt) {
  const std::string answer = ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer, Not(HasSubstr("100 Continue")));
}

TEST_F(Http1ServerTest, RefusesALargeBodyWhileItIsSent) {
  Client& client = connect();
  const std::string answer = ask(client, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n200\r\n" +
                                             std::string(0x200, 'x') + "\r\n200\r\n" + std::string(0x200, 'x'));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  for (int i = 0; i < 20; ++i) client.try_send(std::string(10'000, 'x'));  // the client has not looked yet
  settle();
  EXPECT_TRUE(client.eof);
  EXPECT_FALSE(client.reset);
}

TEST_F(Http1ServerTest, ContinuesWhenAskedTo) {
  Client& client = connect();
  EXPECT_EQ(ask(client, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"),
            "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(ask(client, "abc"), testing::AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), testing::EndsWith("\r\n\r\nabc")));
}

TEST_F(Http1ServerTest, DoesNotContinueWhatIsThereAlready) {
  EXPECT_THAT(ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc"),
              StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(Http1ServerTest, RefusesOtherExpectations) {
  EXPECT_THAT(ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: tea\r\n\r\n"), StartsWith("HTTP/1.1 417 "));
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

// ---- limits, proxies, CORS ----

TEST_F(Http1ServerTest, A5RefusesConnectionsBeyondTheLimitWith503) {
  config.most_connections = 1;
  Client& first = connect();
  ask(first, kHello);
  Client& second = connect();
  settle();
  EXPECT_THAT(second.got, testing::AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 1\r\n"),
                                         HasSubstr("\"code\":\"server_full\"")));
  EXPECT_TRUE(second.eof);
  EXPECT_EQ(observer.refused, 1);
  EXPECT_EQ(counts.connections.load(), 1u);
  EXPECT_EQ(ask(first, kHello), kHelloAnswer);
  first.close();
  second.close();
  settle();
  EXPECT_EQ(ask(kHello), kHelloAnswer);
}

TEST_F(Http1ServerTest, CanLetConnectionsBeyondTheLimitWait) {
  config.most_connections = 1;
  config.when_full = WhenFull::pause;
  Client& first = connect();
  ask(first, kHello);
  Client& second = connect();
  EXPECT_EQ(ask(second, kHello), "");
  first.close();
  settle();
  advance(Milliseconds(50));
  EXPECT_EQ(second.got, kHelloAnswer);
}

TEST_F(Http1ServerTest, X13BelievesATrustedProxyOnly) {
  const std::string_view request =
      "GET /peer HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6, 203.0.113.9\r\nX-Forwarded-Proto: https\r\n\r\n";
  EXPECT_THAT(ask(request), testing::EndsWith("\r\n\r\n127.0.0.1 plain"));
  server.reset();
  config.trusted_proxies = {"127.0.0.0/8"};
  start();
  EXPECT_THAT(ask(request), testing::EndsWith("\r\n\r\n203.0.113.9 secure"));
}

TEST_F(Http1ServerTest, X8AnswersPreflightsAndMarksAnswers) {
  config.cors.allowed_origins = {"https://app.example"};
  const std::string preflight = ask(
      "OPTIONS /echo HTTP/1.1\r\nHost: a\r\nOrigin: https://app.example\r\nAccess-Control-Request-Method: POST\r\n\r\n");
  EXPECT_THAT(preflight, StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(preflight, HasSubstr("Access-Control-Allow-Origin: https://app.example\r\n"));
  EXPECT_THAT(preflight, HasSubstr("Access-Control-Allow-Methods: POST, OPTIONS\r\n"));
  const std::string error = ask("GET /nowhere HTTP/1.1\r\nHost: a\r\nOrigin: https://app.example\r\n\r\n");
  EXPECT_THAT(error, HasSubstr("Access-Control-Allow-Origin: https://app.example\r\n"));
  EXPECT_THAT(error, HasSubstr("Vary: Origin\r\n"));
}

TEST_F(Http1ServerTest, RefusesAConfigurationThatIsWrong) {
  config.trusted_proxies = {"nonsense"};
  const auto made = Http1Server::make({loop, config, router, observer, counts, random});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().field, "trusted_proxies");
  config.trusted_proxies.clear();
  config.address = "localhost";
  const auto unnumbered = Http1Server::make({loop, config, router, observer, counts, random});
  EXPECT_EQ((*unnumbered)->listen(0).error().field, "address");
}

// ---- streams ----

TEST_F(Http1ServerTest, StreamsInTheseBytesAndGoesOnAfterwards) {
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

TEST_F(Http1ServerTest, SendsWhatIsThereWithTheHead) {
  next_feed.bytes = "data: 1\n\n";
  next_feed.when_empty = ByteSource::State::ended;
  EXPECT_EQ(ask(kStream), std::string(kStreamHead) + "9\r\ndata: 1\n\n\r\n0\r\n\r\n");
}

TEST_F(Http1ServerTest, AnswersRequestsThatWerePipelinedBehindAStream) {
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

TEST_F(Http1ServerTest, CutsAClientThatSendsTooMuchDuringAStream) {
  Client& client = connect();
  ask(client, kStream);
  client.send(std::string(config.most_sent_during_stream.value + 1, 'x'));
  settle();
  EXPECT_TRUE(client.closed());
  EXPECT_TRUE(feed().destroyed);
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "client_noisy"));
}

TEST_F(Http1ServerTest, CutsALostStreamWithoutACleanEnd) {
  Client& client = connect();
  ask(client, kStream);
  client.got.clear();
  feed().bytes = "data: 1\n\n";
  feed().finish(ByteSource::State::lost);
  settle();
  EXPECT_EQ(client.got, "9\r\ndata: 1\n\n\r\n");  // what was there arrives; the last chunk does not
  EXPECT_TRUE(client.closed());
  EXPECT_TRUE(feed().destroyed);
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "source_lost"));
}

TEST_F(Http1ServerTest, StreamsToHttp10UntilTheClose) {
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

TEST_F(Http1ServerTest, ResetsAnHttp10StreamThatIsCut) {
  Client& client = connect();
  ask(client, "GET /stream HTTP/1.0\r\n\r\n");
  feed().finish(ByteSource::State::lost);
  settle();
  EXPECT_TRUE(client.reset);
}

TEST_F(Http1ServerTest, DropsTheSourceWhenTheClientCloses) {
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

TEST_F(Http1ServerTest, X13SendsAHeartbeatAtLeastEveryInterval) {
  Client& client = connect();
  ask(client, kStream);
  client.got.clear();
  for (int i = 0; i < 4; ++i) advance(config.heartbeat_interval);
  EXPECT_EQ(client.got, "3\r\n:\n\n\r\n3\r\n:\n\n\r\n3\r\n:\n\n\r\n3\r\n:\n\n\r\n");
}

TEST_F(Http1ServerTest, SendsNoHeartbeatWhileEventsFlow) {
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

TEST_F(Http1ServerTest, SendsNoHeartbeatInsideAFrame) {
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

TEST_F(Http1ServerTest, X6KeepsASlowReaderFromHoldingUpOthersAndLosesNothing) {
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
  settle();
  EXPECT_EQ(body_of_chunks(fast_reader.got), expected);
  EXPECT_LT(feed(0).cursor, expected.size());
  EXPECT_FALSE(feed(0).destroyed);
  slow_reader.paused = false;
  settle();
  EXPECT_EQ(body_of_chunks(slow_reader.got), expected);
  EXPECT_THAT(slow_reader.got, testing::EndsWith("\r\n0\r\n\r\n"));
  EXPECT_EQ(ask(slow_reader, kHello), kHelloAnswer);
}

TEST_F(Http1ServerTest, A5CutsAReaderThatTakesNothingForTooLong) {
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

TEST_F(Http1ServerTest, A5DoesNotCutAReaderThatIsSlowButReads) {
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
    char some[16384];
    ASSERT_GT(::recv(client.fd(), some, sizeof some, MSG_DONTWAIT), 0);
    settle();
    ASSERT_GT(feed().cursor, before) << i;
  }
}

TEST_F(Http1ServerTest, DoesNotTakeSilenceOfTheSourceForAStall) {
  Client& client = connect();
  ask(client, kStream);
  for (int i = 0; i < 10; ++i) advance(config.stalled_write_limit);
  EXPECT_FALSE(feed().destroyed);
  EXPECT_FALSE(client.closed());
}

// ---- shutdown ----

TEST_F(Http1ServerTest, X10StopsAcceptingAndDrains) {
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

TEST_F(Http1ServerTest, X10CutsStreamsAfterAHintAndNeverCleanly) {
  Client& client = connect();
  ask(client, kStream);
  client.got.clear();
  feed().bytes = "data: 1\n\n";  // ready, though nobody was woken
  server->cut_streams(Milliseconds(3000));
  settle();
  std::smatch match;
  ASSERT_TRUE(std::regex_match(client.got, match, std::regex("9\r\ndata: 1\n\n\r\nd\r\nretry: (\\d{4})\n\n\r\n"))) << client.got;
  EXPECT_GE(std::stoi(match[1]), 3000);
  EXPECT_LE(std::stoi(match[1]), 6000);
  EXPECT_TRUE(client.closed());
  EXPECT_THAT(observer.streams, ElementsAre("open test.stream", "drained"));
}

TEST_F(Http1ServerTest, X10PutsNoHintInsideAFrame) {
  next_feed.when_empty = ByteSource::State::loading;
  Client& client = connect();
  ask(client, kStream);
  client.got.clear();
  server->cut_streams(Milliseconds(3000));
  settle();
  EXPECT_EQ(client.got, "");
  EXPECT_TRUE(client.closed());
}

TEST_F(Http1ServerTest, CountsBackToZero) {
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

// ---- two loops ----

TEST(Http1ServerThreads, ShareOnePortAndTheCounts) {
  const SystemClock clock;
  Config config;
  Router router;
  const auto hello = [](Request& request) -> Awaitable<Response> {
    co_return text_response(std::to_string(request.loop->index()));
  };
  ASSERT_TRUE(router.add({"GET", "/", hello, ByteCount{0}, "root"}));
  TransportObserver observer;
  OpenCounts counts;
  SecureRandom random;
  std::deque<Loop> loops;
  std::vector<std::unique_ptr<Http1Server>> servers;
  std::vector<std::thread> threads;
  std::uint16_t port = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    Loop& loop = loops.emplace_back(i, clock);
    servers.push_back(std::move(*Http1Server::make({loop, config, router, observer, counts, random})));
    port = *servers.back()->listen(port);
  }
  for (Loop& loop : loops) threads.emplace_back([&loop] { loop.run(); });

  std::array<int, 2> answers{};
  for (int i = 0; i < 64; ++i) {
    Client client(port);
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    while (client.got.find("\r\n\r\n") == std::string::npos && !client.closed()) {
      pollfd wanted{client.fd(), POLLIN, 0};
      ASSERT_EQ(::poll(&wanted, 1, 10'000), 1);
      client.receive();
    }
    ASSERT_THAT(client.got, StartsWith("HTTP/1.1 200 OK"));
    ++answers.at(static_cast<std::size_t>(client.got.back() - '0'));
  }
  EXPECT_GT(answers[0], 0);
  EXPECT_GT(answers[1], 0);
  for (std::size_t i = 0; i < 2; ++i) {
    loops[i].post([&, i] { servers[i].reset(); });
    loops[i].stop();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counts.connections.load(), 0u);
}

}  // namespace
}  // namespace belay::transport
