// A response that upgrades its connection: a handler speaks another protocol on the channel.
#include "transport/http1/test_server.hpp"
#include "transport/http1/test_upgrade.hpp"

namespace belay::transport {
namespace {

constexpr std::string_view kUpgrade =
    "GET /shout HTTP/1.1\r\nHost: a\r\nX-Request-Id: r.1\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n";
constexpr std::string_view kSwitched =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: shout\r\nX-Request-Id: r.1\r\nX-Content-Type-Options: "
    "nosniff\r\nReferrer-Policy: no-referrer\r\nConnection: Upgrade\r\nDate: Sun, 06 Nov 1994 08:49:37 "
    "GMT\r\n\r\n";

class Http1UpgradeTest : public Http1Test {
 protected:
  Http1UpgradeTest() {
    add("GET", "/shout", [this](Request& request) -> Awaitable<Response> {
      Response response;
      response.status = 101;
      response.body = Upgrade{"shout", std::make_unique<Shout>(*request.loop, ended, cuts)};
      co_return response;
    });
    add("GET", "/nobody", [](Request&) -> Awaitable<Response> {
      Response response;
      response.status = 101;
      response.body = Upgrade{"shout", nullptr};
      co_return response;
    });
  }
  void expect_all_is_closed() {
    EXPECT_EQ(ended, 1);
    EXPECT_EQ(counts.connections.load(), 0u);
    EXPECT_EQ(counts.streams.load(), 0u);
  }

  int ended = 0;
  int cuts = 0;
};

TEST_P(Http1UpgradeTest, the_connection_is_given_to_the_handler_with_what_came_after_the_request) {
  Client& client = connect();
  EXPECT_EQ(ask(client, std::string(kUpgrade) + "early"), std::string(kSwitched) + "EARLY");
  EXPECT_EQ(counts.streams.load(), 1u);
  EXPECT_THAT(observer.requests, ElementsAre("GET test.shout 101"));
  EXPECT_EQ(ask(client, "hello"), "HELLO");
  EXPECT_EQ(ask(client, "GET /hello\r\n"), "GET /HELLO\r\n");
  EXPECT_EQ(ask(client, "."), "");
  EXPECT_TRUE(client.closed());
  expect_all_is_closed();
}

TEST_P(Http1UpgradeTest, a_client_that_goes_ends_the_handler) {
  Client& client = connect();
  ask(client, kUpgrade);
  client.close();
  EXPECT_TRUE(until([&] { return ended == 1; }));
  expect_all_is_closed();
}

TEST_P(Http1UpgradeTest, X10_a_shutdown_tells_the_handler_and_then_closes) {
  Client& client = connect();
  ask(client, kUpgrade);
  server->drain();
  settle();
  EXPECT_EQ(ask(client, "on"), "ON") << "a drain lets it go on";
  server->cut_streams(Milliseconds(3000));
  settle();
  EXPECT_EQ(cuts, 1);
  EXPECT_THAT(client.got, testing::AnyOf("ON~", "ON")) << "a channel that is full takes nothing now";
  EXPECT_FALSE(client.closed());
  server->close();
  settle();
  EXPECT_TRUE(client.closed());
  expect_all_is_closed();
}

TEST_P(Http1UpgradeTest, a_handler_that_throws_closes_its_connection) {
  Client& client = connect();
  ask(client, std::string(kUpgrade) + "!");
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(observer.failures.size(), 1u);
  expect_all_is_closed();
}

TEST_P(Http1UpgradeTest, http_1_0_and_an_upgrade_without_a_handler_are_500) {
  EXPECT_THAT(ask("GET /shout HTTP/1.0\r\nUpgrade: shout\r\n\r\n"), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(ask("GET /nobody HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 500 "));
  EXPECT_EQ(observer.failures.size(), 2u);
}

INSTANTIATE_TEST_SUITE_P(Each, Http1UpgradeTest,
                         testing::Values(Over::socket, Over::channel_of_one_byte, Over::tls_socket,
                                         Over::tls_channel_of_one_byte),
                         name_of);

}  // namespace
}  // namespace belay::transport
