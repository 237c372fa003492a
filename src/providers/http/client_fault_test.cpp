// The faults of servers, and what every HTTP client reports.
#include "providers/testing/client_fixture.hpp"

namespace belay::providers {
namespace {

class ClientFaultTest : public HttpClientTest {};
BELAY_FOR_ALL_CLIENTS(ClientFaultTest);

TEST_P(ClientFaultTest, X7AConnectionThatIsRefusedMayBeTriedAgain) {
  std::string nowhere;
  {
    const Server gone([](ServedConnection&) {});
    nowhere = gone.address();
  }
  const auto call = client.start(loop, post(nowhere), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  ASSERT_TRUE(sink.failure);
  EXPECT_EQ(sink.failure->error.code, ErrorCode::provider_unavailable);
  EXPECT_TRUE(sink.failure->may_retry);
}

TEST_P(ClientFaultTest, X7ACutBodyIsAFailure) {
  Server server([](ServedConnection& connection) {
    connection.read_request();
    connection.write(kStreamHead);
    connection.write_chunk("half");
    connection.reset_at_end();
  });
  const auto call = client.start(loop, post(server.address()), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  EXPECT_TRUE(sink.failure);
}

TEST_P(ClientFaultTest, ARedirectIsNotFollowed) {
  Server elsewhere([](ServedConnection&) {});
  Server server([&](ServedConnection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 307 Temporary Redirect\r\nLocation: " + elsewhere.address() +
                     "\r\nContent-Length: 0\r\n\r\n");
  });
  const auto call = client.start(loop, post(server.address()), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  EXPECT_EQ(sink.head->status, 307);
  EXPECT_EQ(elsewhere.connections(), 0);
}

TEST_P(ClientFaultTest, TooManyHeadersAreAFailure) {
  Server server([](ServedConnection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\n");
    while (connection.write("X-More: " + std::string(1000, 'x') + "\r\n")) {
    }
  });
  const auto call = client.start(loop, post(server.address()), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  ASSERT_TRUE(sink.failure);
  EXPECT_EQ(sink.failure->error.code, ErrorCode::provider_broken);
}

}  // namespace
}  // namespace belay::providers
