// Requirement X17: what is decided by a request's head, before its body is read.
#include "transport/http1/test_server.hpp"
#include "transport/problem.hpp"

namespace belay::transport {
namespace {

constexpr std::string_view kAsks =
    "POST /checked HTTP/1.1\r\nHost: a\r\nX-Request-Id: r.1\r\nContent-Length: 3\r\nExpect: "
    "100-continue\r\n\r\n";

class Http1BeforeBodyTest : public Http1Test {
 protected:
  Http1BeforeBodyTest() {
    Route route{"POST", "/checked",
                [this](Request& request) -> Awaitable<Response> {
                  ++handled;
                  const auto* kept = std::any_cast<std::string>(&request.checked_caller);
                  co_return text_response(request.body + (kept ? " by " + *kept : ""));
                },
                ByteCount{1000}, "test.checked"};
    route.before_body = [this](Request& request) -> Awaitable<std::optional<Response>> {
      ++checked;
      const auto user = request.header("x-user");
      if (user == "broken") throw std::runtime_error("the check is broken");
      if (user == "slow") {
        auto start = [this](UniqueFunction<void(int)> done) { slow.push_back(std::move(done)); };
        co_await await_callback<int>(loop, std::move(start));
      } else if (!user) {
        co_return problem(make_error(ErrorCode::unauthenticated, "Sign in."), request.request_id);
      }
      request.checked_caller = std::string(*user);
      co_return std::nullopt;
    };
    EXPECT_TRUE(router.add(std::move(route)));
  }
  static std::string with_header(std::string_view request, const std::string& line) {
    std::string text(request);
    return text.insert(text.find("\r\n") + 2, line + "\r\n");
  }
  // A client behind a trusted proxy.
  static std::string from(const std::string& address, std::string_view request) {
    return with_header(request, "X-Forwarded-For: " + address);
  }
  void trust_the_proxy() { config.trusted_proxies = {"127.0.0.1"}; }

  int checked = 0;
  int handled = 0;
};

TEST_P(Http1BeforeBodyTest, X17_a_refused_request_is_not_asked_to_send_its_body) {
  Client& client = connect();
  EXPECT_THAT(ask(client, kAsks),
              testing::AllOf(StartsWith("HTTP/1.1 401 "), HasSubstr("Connection: close\r\n"),
                             HasSubstr("\"request_id\":\"r.1\"")));
  EXPECT_TRUE(client.eof);
  EXPECT_EQ(checked, 1);
  EXPECT_EQ(handled, 0);
  EXPECT_THAT(observer.requests, ElementsAre("POST test.checked 401"));
}

TEST_P(Http1BeforeBodyTest, X17_the_body_of_a_refused_request_is_never_held) {
  Client& client = connect();
  const std::string answer = ask(client, "POST /checked HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" +
                                             std::string(1000, 'x') + std::string(kHello));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(answer, Not(HasSubstr("hello"))) << "the connection ends here";
  EXPECT_TRUE(client.eof);
  EXPECT_FALSE(client.reset) << "what came is read and dropped, so that the answer arrives";
  EXPECT_EQ(counts.body_memory->total(), 0u);
}

TEST_P(Http1BeforeBodyTest, X17_a_request_that_passes_is_asked_for_its_body_and_keeps_what_was_found_out) {
  Client& client = connect();
  EXPECT_EQ(ask(client, with_header(kAsks, "X-User: ann")), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(ask(client, "abc"), testing::EndsWith("\r\n\r\nabc by ann"));
  EXPECT_EQ(checked, 1);
  EXPECT_EQ(ask(client, kHello), kHelloAnswer);
}

TEST_P(Http1BeforeBodyTest, X17_nothing_is_read_while_the_check_runs) {
  Client& client = connect();
  client.send(
      with_header("POST /checked HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", "X-User: slow"));
  settle();
  const std::string block(1000, 'x');
  client.send(block);
  settle();
  EXPECT_EQ(client.got, "");
  EXPECT_EQ(counts.body_memory->total(), 0u);
  slow.at(0)(1);
  settle();
  EXPECT_THAT(client.got, testing::EndsWith(block + " by slow"));
}

TEST_P(Http1BeforeBodyTest, X17_a_client_that_goes_while_the_check_runs_leaves_nothing_open) {
  Client& client = connect();
  client.send(with_header(kAsks, "X-User: slow"));
  settle();
  client.close_with_reset();
  settle();
  slow.at(0)(1);
  settle();
  EXPECT_EQ(counts.connections.load(), 0u);
  EXPECT_EQ(counts.body_memory->total(), 0u);
  EXPECT_EQ(handled, 0);
}

TEST_P(Http1BeforeBodyTest, a_server_that_closes_while_the_check_runs_lets_it_finish) {
  connect().send(with_header(kAsks, "X-User: slow"));
  settle();
  server.reset();
  settle();
  slow.at(0)(1);
  settle();
  EXPECT_EQ(handled, 0);
  EXPECT_EQ(counts.connections.load(), 0u);
}

TEST_P(Http1BeforeBodyTest, a_check_that_throws_is_500_and_its_body_is_not_read) {
  EXPECT_THAT(ask(with_header(kAsks, "X-User: broken")),
              testing::AllOf(StartsWith("HTTP/1.1 500 "), HasSubstr("Connection: close\r\n")));
  EXPECT_THAT(observer.failures, ElementsAre("test.checked: the check is broken"));
}

TEST_P(Http1BeforeBodyTest, a_request_without_a_body_goes_to_its_handler_at_once) {
  EXPECT_THAT(ask("POST /checked HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"),
              StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(checked, 0);
  EXPECT_EQ(handled, 1);
}

// ---- the memory of bodies

TEST_P(Http1BeforeBodyTest, X17_an_address_whose_bodies_are_too_many_is_429_before_the_next_is_read) {
  trust_the_proxy();
  config.max_body_memory_per_address = ByteCount{1500};
  const std::string_view kLarge = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n";
  Client& first = connect();
  first.send(from("2001:db8::1", kLarge));
  settle();
  EXPECT_EQ(counts.body_memory->total(), 1000u);
  EXPECT_THAT(ask(from("2001:db8::2", std::string(kLarge) + "x")),
              testing::AllOf(StartsWith("HTTP/1.1 429 "), HasSubstr("\"code\":\"too_many_active\""),
                             HasSubstr("\"limit\":\"max_body_memory_per_address\""),
                             HasSubstr("Retry-After: "), HasSubstr("Connection: close\r\n")));
  Client& other = connect();
  EXPECT_EQ(ask(other, from("203.0.113.7", kLarge)), "") << "other addresses are not affected";
  EXPECT_THAT(ask(first, std::string(1000, 'a')), testing::EndsWith(std::string(1000, 'a')));
  EXPECT_EQ(counts.body_memory->total(), 1000u) << "an answered request has given back what it held";
  EXPECT_EQ(ask(from("2001:db8::2", kLarge)), "");
}

TEST_P(Http1BeforeBodyTest, X17_when_all_bodies_together_are_too_many_the_next_is_503) {
  config.max_body_memory = ByteCount{1500};
  connect().send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  settle();
  EXPECT_EQ(counts.body_memory->total(), 1000u) << "the largest that its route reads";
  EXPECT_THAT(ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 501\r\n\r\n"),
              testing::AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("\"code\":\"server_full\""),
                             HasSubstr("\"limit\":\"max_body_memory\"")));
  EXPECT_THAT(ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"),
              testing::EndsWith("\r\n\r\nabc"))
      << "small ones still fit";
  EXPECT_THAT(ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "))
      << "waiting would not help";
}

TEST_P(Http1BeforeBodyTest, X17_a_body_is_given_back_however_its_request_ends) {
  const std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 5; ++i) connect().send(head + "3\r\nabc\r\n");
  settle();
  EXPECT_EQ(counts.body_memory->total(), 5000u);
  clients[0].close();
  clients[1].close_with_reset();
  clients[2].send("zz");  // malformed
  clients[3].send("0\r\n\r\n");
  settle();
  EXPECT_EQ(counts.body_memory->total(), 1000u);
  advance(config.body_deadline);
  EXPECT_EQ(counts.body_memory->total(), 0u);
}

TEST_P(Http1BeforeBodyTest, X17_a_body_counts_until_its_request_is_answered) {
  ASSERT_TRUE(router.add({"POST", "/held",
                          [this](Request&) -> Awaitable<Response> {
                            auto start = [this](UniqueFunction<void(int)> done) {
                              slow.push_back(std::move(done));
                            };
                            co_await await_callback<int>(loop, std::move(start));
                            co_return text_response("done");
                          },
                          ByteCount{1000}, "test.held"}));
  ask("POST /held HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  EXPECT_EQ(counts.body_memory->total(), 3u) << "what came, now that it is known";
  slow.at(0)(1);
  settle();
  EXPECT_EQ(counts.body_memory->total(), 0u);
}

// ---- connections

class ConnectionPurposeTest : public testing::Test {
 protected:
  ConnectionPurpose purpose(std::string_view peer) { return purpose_of(config, counts, proxies, peer); }

  Config config;
  OpenCounts counts;
  TrustedProxies proxies = TrustedProxies::make({"198.51.100.0/24"}).value();
};

TEST_F(ConnectionPurposeTest, X17_an_address_may_open_so_many_connections) {
  config.max_connections_per_address = 2;
  counts.by_address->add("2001:db8::1", 1);
  EXPECT_EQ(purpose("2001:db8::2"), ConnectionPurpose::serve);
  counts.by_address->add("2001:db8::2", 1);
  EXPECT_EQ(purpose("2001:db8::3"), ConnectionPurpose::refuse_address);
  EXPECT_EQ(purpose("2001:db8:0:1::3"), ConnectionPurpose::serve);
  counts.by_address->remove("2001:db8::1", 1);
  EXPECT_EQ(purpose("2001:db8::3"), ConnectionPurpose::serve);
}

TEST_F(ConnectionPurposeTest, X17_trusted_proxies_and_this_machine_may_open_all) {
  config.max_connections_per_address = 1;
  for (const char* peer : {"198.51.100.9", "127.0.0.1", "::1", "203.0.113.1"})
    counts.by_address->add(peer, 1);
  EXPECT_EQ(purpose("198.51.100.9"), ConnectionPurpose::serve);
  EXPECT_EQ(purpose("127.0.0.1"), ConnectionPurpose::serve);
  EXPECT_EQ(purpose("::1"), ConnectionPurpose::serve);
  EXPECT_EQ(purpose("203.0.113.1"), ConnectionPurpose::refuse_address);
}

TEST_F(ConnectionPurposeTest, X17_beyond_the_limit_some_connections_may_ask_for_healthz) {
  config.max_connections = 10;
  config.health_reserve = 1;
  counts.connections = 9;
  EXPECT_EQ(purpose("203.0.113.1"), ConnectionPurpose::serve);
  counts.connections = 10;
  EXPECT_EQ(purpose("203.0.113.1"), ConnectionPurpose::serve_health);
  counts.reserve_used = 1;
  EXPECT_EQ(purpose("203.0.113.1"), ConnectionPurpose::refuse);
}

class Http1ReserveTest : public Http1Fixture {
 protected:
  Http1ReserveTest() {
    over = Over::channel_of_one_byte;
    Route health{"GET", "/healthz", [](Request&) -> Awaitable<Response> { co_return text_response("alive"); },
                 ByteCount{0}, "healthz"};
    health.served_when_full = true;
    EXPECT_TRUE(router.add(std::move(health)));
    start();
  }
  Client& connect_as(ConnectionPurpose purpose, std::string peer = "203.0.113.1") {
    const auto wire = std::make_shared<TestWire>(loop, TestWire::Pieces::one_byte);
    server->driver->serve<TestChannel>(std::move(peer), purpose, wire);
    return clients.emplace_back(wire);
  }
};

TEST_F(Http1ReserveTest, X17_a_full_server_answers_healthz_on_its_reserve) {
  Client& client = connect_as(ConnectionPurpose::serve_health);
  EXPECT_EQ(counts.reserve_used.load(), 1u);
  EXPECT_THAT(ask(client, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"),
              testing::AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("Connection: close\r\n"),
                             testing::EndsWith("alive")));
  EXPECT_TRUE(client.eof) << "the place is for the next one";
  client.close();
  settle();
  EXPECT_EQ(counts.reserve_used.load(), 0u);
  EXPECT_EQ(counts.connections.load(), 0u);
  EXPECT_EQ(observer.refused, 0);
}

TEST_F(Http1ReserveTest, X17_a_full_server_refuses_everything_else_on_its_reserve) {
  for (const char* request :
       {"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n", "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "nonsense\r\n\r\n"}) {
    Client& client = connect_as(ConnectionPurpose::serve_health);
    EXPECT_THAT(ask(client, request),
                testing::AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("max_connections")))
        << request;
    EXPECT_TRUE(client.eof) << request;
  }
  EXPECT_EQ(observer.refused, 4);
}

TEST_F(Http1ReserveTest, X17_a_connection_of_the_reserve_must_ask_soon) {
  Client& silent = connect_as(ConnectionPurpose::serve_health);
  Client& halting = connect_as(ConnectionPurpose::serve_health);
  halting.send("GET /heal");
  settle();
  advance(Milliseconds(1000));
  EXPECT_THAT(silent.got, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(halting.got, StartsWith("HTTP/1.1 503 "));
  advance(config.linger_limit);
  EXPECT_EQ(counts.reserve_used.load(), 0u);
}

TEST_F(Http1ReserveTest, X17_a_connection_too_many_of_one_address_is_429) {
  Client& client = connect_as(ConnectionPurpose::refuse_address);
  settle();
  EXPECT_THAT(
      client.got,
      testing::AllOf(StartsWith("HTTP/1.1 429 "), HasSubstr("\"code\":\"too_many_active\""),
                     HasSubstr("\"limit\":\"max_connections_per_address\""), HasSubstr("Retry-After: ")));
  EXPECT_TRUE(client.eof);
  EXPECT_EQ(observer.refused, 1);
}

TEST_F(Http1ReserveTest, X17_connections_are_counted_by_address_while_they_are_open) {
  Client& client = connect_as(ConnectionPurpose::serve, "2001:db8::1");
  settle();
  EXPECT_EQ(counts.by_address->of("2001:db8::99"), 1u);
  client.close();
  settle();
  EXPECT_EQ(counts.by_address->of("2001:db8::99"), 0u);
}

INSTANTIATE_TEST_SUITE_P(Each, Http1BeforeBodyTest,
                         testing::Values(Over::socket, Over::channel_of_one_byte, Over::tls_socket,
                                         Over::tls_channel_of_one_byte),
                         name_of);

}  // namespace
}  // namespace belay::transport
