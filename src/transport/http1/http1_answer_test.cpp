// Requests that are answered: the bytes of answers, keep-alive, handlers, limits, proxies, CORS.
#include <array>
#include <regex>
#include <thread>

#include "transport/error_shape.hpp"
#include "transport/http1/test_server.hpp"
#include "transport/problem.hpp"

namespace belay::transport {
namespace {

// ---- answers ----

TEST_P(Http1Test, AnswersInTheseBytes) {
  EXPECT_EQ(ask(kHello), kHelloAnswer);
  EXPECT_THAT(observer.requests, ElementsAre("GET test.hello 200"));
  EXPECT_FALSE(clients[0].closed());
}

TEST_P(Http1Test, ReadsARequestByteByByte) {
  Client& client = connect();
  for (const char c : kHello) {
    client.send({&c, 1});
    settle();
  }
  EXPECT_EQ(client.got, kHelloAnswer);
}

TEST_P(Http1Test, KeepsTheConnectionForTheNextRequest) {
  Client& client = connect();
  EXPECT_EQ(ask(client, kHello), kHelloAnswer);
  EXPECT_EQ(ask(client, kHello), kHelloAnswer);
  EXPECT_EQ(observer.opened, 1);
  EXPECT_EQ(counts.connections.load(), 1u);
}

TEST_P(Http1Test, AnswersPipelinedRequestsInOrder) {
  Client& client = connect();
  client.send(
      "GET /slow HTTP/1.1\r\nHost: a\r\n\r\nPOST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" +
      std::string(kHello));
  settle();
  EXPECT_EQ(client.got, "");
  slow.at(0)(200);
  settle();
  const auto first = client.got.find("\r\n\r\nslow"), second = client.got.find("\r\n\r\nabc"),
             third = client.got.find("\r\n\r\nhello");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_NE(third, std::string::npos);
}

TEST_P(Http1Test, DoesNotReadAheadOfARunningHandler) {
  Client& client = connect();
  client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  settle();
  std::size_t pushed = 0;
  const std::string block(64 * 1024, 'x');
  for (int i = 0; i < 1000; ++i) {
    const std::size_t count = client.try_send(block);
    if (count == 0) break;
    pushed += count;
    settle();
  }
  EXPECT_LT(pushed, 60u << 20);  // the buffers between them are full: nothing reads
  slow.at(0)(200);
}

TEST_P(Http1Test, ClosesAfterTheAnswerWhenAsked) {
  const std::string answer = ask("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(clients[0].eof);
}

TEST_P(Http1Test, SpeaksHttp10) {
  EXPECT_THAT(ask("GET /hello HTTP/1.0\r\n\r\n"), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(clients[0].eof);
  EXPECT_THAT(ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
              HasSubstr("Connection: keep-alive\r\n"));
  EXPECT_FALSE(clients[1].closed());
}

TEST_P(Http1Test, AnswersHeadWithTheHeadersOfGetAndNoBody) {
  Client& client = connect();
  const std::string answer = ask(client, "HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_THAT(answer, testing::EndsWith("\r\n\r\n"));
  EXPECT_EQ(ask(client, kHello), kHelloAnswer);
}

TEST_P(Http1Test, X13_an_empty_answer_to_head_says_no_length) {
  Client& client = connect();
  const std::string answer = ask(client, "HEAD /empty HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer, testing::Not(HasSubstr("Content-Length")));
  EXPECT_THAT(ask(client, "GET /empty HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("Content-Length: 0\r\n"));
  EXPECT_EQ(ask(client, kHello), kHelloAnswer);
}

TEST_P(Http1Test, AnswersHeadOfAStreamAndLetsItsSourceGo) {
  Client& client = connect();
  EXPECT_THAT(ask(client, "HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n"),
              HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_TRUE(feed().destroyed);
  EXPECT_EQ(ask(client, kHello), kHelloAnswer);
}

TEST_P(Http1Test, Answers204WithoutALength) {
  EXPECT_THAT(ask("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"), Not(HasSubstr("Content-Length")));
}

TEST_P(Http1Test, AnswersOptionsWithTheMethods) {
  const std::string answer = ask("OPTIONS /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 204 No Content\r\n"));
  EXPECT_THAT(answer, HasSubstr("Allow: POST, OPTIONS\r\n"));
}

TEST_P(Http1Test, X9SaysWhatIsWrongWithPathAndMethod) {
  EXPECT_THAT(ask("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"),
              testing::AllOf(StartsWith("HTTP/1.1 404 "), HasSubstr("application/problem+json"),
                             HasSubstr("\"code\":\"not_found\"")));
  EXPECT_THAT(ask("DELETE /echo HTTP/1.1\r\nHost: a\r\n\r\n"),
              testing::AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("Allow: POST, OPTIONS\r\n")));
  EXPECT_THAT(ask("BREW /echo HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 501 "));
  for (const Client& client : clients) EXPECT_FALSE(client.closed());
}

TEST_P(Http1Test, MakesARequestIdUnlessTheClientsIsGood) {
  const std::regex made("X-Request-Id: [0-9a-f]{32}\r\n");
  EXPECT_TRUE(std::regex_search(ask("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"), made));
  EXPECT_TRUE(std::regex_search(ask("GET /hello HTTP/1.1\r\nHost: a\r\nX-Request-Id: a b\r\n\r\n"), made));
  EXPECT_TRUE(std::regex_search(
      ask("GET /hello HTTP/1.1\r\nHost: a\r\nX-Request-Id: " + std::string(65, 'a') + "\r\n\r\n"), made));
}

TEST_P(Http1Test, SendsALargeAnswerToASlowReader) {
  Client& client = connect(4096);
  client.paused = true;
  client.send("GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  settle();
  EXPECT_TRUE(observer.requests.empty());
  client.paused = false;
  ASSERT_TRUE(until([&] { return client.eof; }));
  EXPECT_TRUE(client.got.ends_with("\r\n\r\n" + big));
}

TEST_P(Http1Test, GivesUpOnAClientThatTakesNothingOfAnAnswer) {
  Client& client = connect(4096);
  client.paused = true;
  client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
  settle();
  advance(config.stalled_write_limit);
  EXPECT_EQ(counts.connections.load(), 0u);
}

// ---- handlers ----

TEST_P(Http1Test, AnswersAThrowingHandlerWith500AndTellsTheObserver) {
  Client& client = connect();
  EXPECT_THAT(ask(client, "GET /throw HTTP/1.1\r\nHost: a\r\n\r\n"),
              testing::AllOf(StartsWith("HTTP/1.1 500 "), HasSubstr("\"code\":\"internal\""),
                             Not(HasSubstr("broken"))));
  EXPECT_THAT(observer.failures, ElementsAre("test.throw: the handler is broken"));
  EXPECT_EQ(ask(client, kHello), kHelloAnswer);
}

TEST_P(Http1Test, NeverSendsAHeaderThatHoldsALineEnd) {
  const std::string answer = ask("GET /bad-header HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, Not(HasSubstr("Set-Cookie")));
  EXPECT_EQ(observer.failures.size(), 1u);
}

TEST_P(Http1Test, LetsAHandlerFinishWhenItsClientHasGone) {
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

TEST_P(Http1Test, LetsAHandlerFinishWhenTheServerHasGone) {
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

// ---- limits, proxies, CORS ----

TEST_F(ListenerTest, A5RefusesConnectionsBeyondTheLimitWith503) {
  config.max_connections = 1;
  config.health_reserve = 0;
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

TEST_F(ListenerTest, CanLetConnectionsBeyondTheLimitWait) {
  config.max_connections = 1;
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

TEST_P(Http1Test, X13BelievesATrustedProxyOnly) {
  const std::string_view request =
      "GET /peer HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6, 203.0.113.9\r\nX-Forwarded-Proto: "
      "https\r\n\r\n";
  EXPECT_THAT(ask(request),
              testing::EndsWith(is_tls(over) ? "\r\n\r\n127.0.0.1 secure" : "\r\n\r\n127.0.0.1 plain"));
  server.reset();
  config.trusted_proxies = {"127.0.0.0/8"};
  start();
  EXPECT_THAT(ask(request), testing::EndsWith("\r\n\r\n203.0.113.9 secure"));
  // The proxy knows how its client came, also when it uses TLS itself.
  EXPECT_THAT(
      ask("GET /peer HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: http\r\n\r\n"),
      testing::EndsWith("\r\n\r\n203.0.113.9 plain"));
}

TEST_P(Http1Test, S14_browsers_are_asked_to_stay_with_tls_only_over_tls_and_only_when_configured) {
  EXPECT_THAT(ask(kHello), Not(HasSubstr("Strict-Transport-Security")));
  server.reset();
  config.tls.hsts_max_age = std::chrono::hours(24);
  start();
  const std::string answer = ask(kHello);
  if (is_tls(over))
    EXPECT_THAT(answer, HasSubstr("Strict-Transport-Security: max-age=86400\r\n"));
  else
    EXPECT_THAT(answer, Not(HasSubstr("Strict-Transport-Security")));
}

TEST_P(Http1Test, X8AnswersPreflightsAndMarksAnswers) {
  config.cors.allowed_origins = {"https://app.example"};
  const std::string preflight =
      ask("OPTIONS /echo HTTP/1.1\r\nHost: a\r\nOrigin: "
          "https://app.example\r\nAccess-Control-Request-Method: POST\r\n\r\n");
  EXPECT_THAT(preflight, StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(preflight, HasSubstr("Access-Control-Allow-Origin: https://app.example\r\n"));
  EXPECT_THAT(preflight, HasSubstr("Access-Control-Allow-Methods: POST, OPTIONS\r\n"));
  const std::string error = ask("GET /nowhere HTTP/1.1\r\nHost: a\r\nOrigin: https://app.example\r\n\r\n");
  EXPECT_THAT(error, HasSubstr("Access-Control-Allow-Origin: https://app.example\r\n"));
  EXPECT_THAT(error, HasSubstr("Vary: Origin\r\n"));
}

// Says nothing but the code.
class PlainErrors final : public ErrorShape {
 public:
  void apply(const Error& error, const Request& request, Response& response) const override {
    response.status = 499;
    set_header(response, "content-type", "text/plain");
    response.body = std::string(to_string(error.code)) + " " + request.request_id;
  }
};

TEST_F(ListenerTest, K5_errors_below_a_path_have_its_form_wherever_they_come_from) {
  const PlainErrors plain;
  router.shape_errors("/plain", plain);
  const auto throws = [](Request&) -> Awaitable<Response> { throw std::runtime_error("a bug"); };
  const auto fails = [](Request& request) -> Awaitable<Response> {
    co_return problem(make_error(ErrorCode::conflict, "No."), request.request_id);
  };
  ASSERT_TRUE(router.add({"GET", "/plain/throws", throws, ByteCount{0}, "throws"}));
  ASSERT_TRUE(router.add({"POST", "/plain/fails", fails, ByteCount{4}, "fails"}));
  start();
  const auto body_of = [this](const std::string& request) {
    const std::string answer = ask(request);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 499 ")) << request;
    EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain\r\n"));
    return answer.substr(answer.find("\r\n\r\n") + 4);
  };
  const std::string end = " HTTP/1.1\r\nHost: a\r\nX-Request-Id: r\r\n";
  EXPECT_EQ(body_of("GET /plain/nowhere" + end + "\r\n"), "not_found r");
  EXPECT_EQ(body_of("DELETE /plain/fails" + end + "\r\n"), "method_not_allowed r");
  EXPECT_EQ(body_of("GET /plain/throws" + end + "\r\n"), "internal r");
  EXPECT_EQ(body_of("POST /plain/fails" + end + "Content-Length: 0\r\n\r\n"), "conflict r");
  EXPECT_EQ(body_of("POST /plain/fails" + end + "Content-Length: 5\r\n\r\nabcde"), "payload_too_large r");
  EXPECT_EQ(body_of("GET /plain/%zz" + end + "\r\n"), "invalid_request r");
  EXPECT_EQ(body_of("GET /plain/%00?a=1" + end + "\r\n"), "invalid_request r");
  EXPECT_EQ(body_of("GET /plain?a=%" + end + "\r\n"), "invalid_request r");
  EXPECT_THAT(body_of("GET /plain/a HTTP/1.1\r\nHost: a\r\nb: " + std::string(100'000, 'x') + "\r\n\r\n"),
              StartsWith("headers_too_large "));
  EXPECT_THAT(body_of("GET /plain/a HTTP/1.1\r\nHost: a\r\n b: c\r\n\r\n"), StartsWith("invalid_request "));
  EXPECT_THAT(ask("GET /elsewhere" + end + "\r\n"), HasSubstr("application/problem+json"));
  EXPECT_THAT(ask("GET /elsewhere/%zz" + end + "\r\n"), HasSubstr("application/problem+json"));
}

TEST_F(ListenerTest, RefusesAConfigurationThatIsWrong) {
  config.trusted_proxies = {"nonsense"};
  const auto made = RoutingDispatcher::make({config, router, observer, random});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().field, "trusted_proxies");
  config.trusted_proxies.clear();
  config.address = "localhost";
  const auto unnumbered = std::move(RoutingDispatcher::make({config, router, observer, random})).value();
  Listener listener({loop, config, *unnumbered, observer, counts, random});
  EXPECT_EQ(listener.listen(0).error().field, "address");
}

// ---- two loops ----

TEST(ListenerThreads, ShareOnePortAndTheCounts) {
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
  const auto dispatcher = std::move(RoutingDispatcher::make({config, router, observer, random})).value();
  std::vector<std::unique_ptr<Listener>> servers;
  std::vector<std::thread> threads;
  std::uint16_t port = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    Loop& loop = loops.emplace_back(i, clock);
    servers.push_back(
        std::make_unique<Listener>(Listener::Parts{loop, config, *dispatcher, observer, counts, random}));
    port = *servers.back()->listen(port);
  }
  for (Loop& loop : loops) threads.emplace_back([&loop] { loop.run(); });

  std::array<int, 2> answers{};
  for (int i = 0; i < 64; ++i) {
    Client client(port);
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto has_body = [&client] {
      const std::size_t head = client.got.find("\r\n\r\n");
      return head != std::string::npos && client.got.size() > head + 4;
    };
    while (!has_body() && !client.closed()) {
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
