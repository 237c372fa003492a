// A call can be cancelled in every state, and sinks may do anything from inside their functions.
#include <future>

#include "providers/testing/client_fixture.hpp"
#include "providers/testing/full_listener.hpp"
#include "providers/testing/open_sockets.hpp"

namespace belay::providers {
namespace {

class ClientCancelTest : public HttpClientTest {};
BELAY_FOR_ALL_CLIENTS(ClientCancelTest);

TEST_P(ClientCancelTest, X5CancelInTheMiddleClosesTheSocket) {
  std::promise<bool> closed;
  Server server([&](ServedConnection& connection) {
    connection.read_request();
    connection.write(kStreamHead);
    connection.write_chunk("begun");
    closed.set_value(connection.wait_closed());
  });
  auto call = client.start(loop, post(server.address()), sink);
  ASSERT_TRUE(run_until([&] { return sink.body == "begun"; }));
  call.reset();
  EXPECT_TRUE(closed.get_future().get()) << "without another turn of the loop";
  EXPECT_FALSE(sink.done);
}

TEST_P(ClientCancelTest, X5CancelBeforeTheFirstByteClosesTheSocket) {
  std::promise<void> asked;
  std::promise<bool> closed;
  Server server([&](ServedConnection& connection) {
    connection.read_request();
    asked.set_value();
    closed.set_value(connection.wait_closed());
  });
  auto call = client.start(loop, post(server.address()), sink);
  auto has_asked = asked.get_future();
  ASSERT_TRUE(
      run_until([&] { return has_asked.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }));
  call.reset();
  EXPECT_TRUE(closed.get_future().get());
  EXPECT_FALSE(sink.head);
}

TEST_P(ClientCancelTest, X5CancelDuringConnectClosesTheSocket) {
  const FullListener listener;
  const std::string scheme = self_signed ? "https" : "http";
  const std::string url = scheme + "://127.0.0.1:" + std::to_string(listener.port());
  client.start(loop, post(url), sink).reset();  // at its first use, libcurl opens sockets of its own
  const std::size_t before = open_sockets();
  auto call = client.start(loop, post(url), sink);
  ASSERT_TRUE(run_until([&] { return open_sockets() == before + 1; }));
  call.reset();
  EXPECT_EQ(open_sockets(), before);
  EXPECT_FALSE(sink.done);
}

TEST_P(ClientCancelTest, X5CancelDuringTheTlsHandshakeClosesTheSocket) {
  std::promise<bool> closed;
  LoopbackServer server(
      [&](ServedConnection& connection) { closed.set_value(connection.wait_closed()); });  // sends nothing
  auto call = client.start(loop, post(server.address("https")), sink);
  ASSERT_TRUE(run_until([&] { return server.connections() == 1; }));
  call.reset();
  EXPECT_TRUE(closed.get_future().get());
}

TEST_P(ClientCancelTest, CancelDuringNameLookUpIsQuiet) {
  for (int turns = 0; turns < 3; ++turns) {
    auto call = client.start(loop, post("https://belay.invalid/"), sink);
    for (int i = 0; i < turns; ++i) loop.turn();
    call.reset();
    const bool sent = sink.done;  // without a resolver, the lookup may have failed by now
    for (int i = 0; i < 50; ++i) loop.turn();
    EXPECT_EQ(sink.done, sent);
    sink.done = false;
  }
}

TEST_P(ClientCancelTest, SinksMayStartResumeAndDestroyOtherCalls) {
  Server server([](ServedConnection& connection) {
    while (!connection.read_request().empty()) {
      connection.write(kStreamHead);
      connection.write_chunk("x");
      connection.write(kLastChunk);
    }
  });
  Server silent([](ServedConnection& connection) {
    connection.read_request();
    connection.write(kStreamHead);
    connection.write_chunk("y");
    connection.wait_closed();
  });
  Collector victim;
  Collector later;
  auto doomed = client.start(loop, post(silent.address()), victim);
  ASSERT_TRUE(run_until([&] { return victim.body == "y"; }));
  std::unique_ptr<HttpCall> second;
  std::unique_ptr<HttpCall> self;
  sink.each_part = [&] {
    doomed.reset();
    second = client.start(loop, post(server.address()), later);
  };
  sink.at_end = [&] { self.reset(); };
  self = client.start(loop, post(server.address()), sink);
  ASSERT_TRUE(run_until([&] { return sink.done && later.done; }));
  EXPECT_FALSE(victim.done);
  EXPECT_EQ(later.body, "x");
}

TEST_P(ClientCancelTest, ASinkMayAbortOrDestroyItsOwnCallFromWithinAPart) {
  std::promise<bool> closed[2];
  std::atomic<int> next{0};
  Server server([&](ServedConnection& connection) {
    connection.read_request();
    connection.write(kStreamHead);
    connection.write_chunk("x");
    closed[next++].set_value(connection.wait_closed());
  });
  sink.abort = true;
  const auto aborted = client.start(loop, post(server.address()), sink);
  ASSERT_TRUE(run_until([&] { return sink.parts == 1; }));
  EXPECT_TRUE(closed[0].get_future().get());

  Collector second;
  std::unique_ptr<HttpCall> own = client.start(loop, post(server.address()), second);
  second.each_part = [&] { own.reset(); };
  ASSERT_TRUE(run_until([&] { return second.parts == 1; }));
  EXPECT_TRUE(closed[1].get_future().get());
  EXPECT_FALSE(sink.done);
  EXPECT_FALSE(second.done);
}

}  // namespace
}  // namespace belay::providers
