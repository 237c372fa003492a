// X7: streams go on exactly while 200 other calls wait for names, for connections, for handshakes, or are refused.
#include "providers/testing/client_fixture.hpp"
#include "providers/testing/full_listener.hpp"
#include "providers/testing/name_server.hpp"

namespace belay::providers {
namespace {

constexpr int kStuck = 200;
constexpr int kStreams = 10;
constexpr int kPieces = 100;

class Http1IsolationTest : public HttpClientTest {
 protected:
  std::string expected(int stream) const {
    std::string text;
    for (int i = 0; i < kPieces; ++i) text += std::to_string(stream) + "." + std::to_string(i) + ";";
    return text;
  }

  // Starts the stuck calls, then reads the streams to their end, then cancels the stuck calls.
  void streams_are_exact_beside(const std::string& stuck_url, bool ends) {
    Server good([&](ServedConnection& connection) {
      const std::string request = connection.read_request();
      const std::string stream = request.substr(6, request.find(' ', 6) - 6);  // POST /STREAM
      connection.write(kStreamHead);
      for (int i = 0; i < kPieces; ++i) connection.write_chunk(stream + "." + std::to_string(i) + ";");
      connection.write(kLastChunk);
    });
    std::vector<Collector> stuck(kStuck);
    std::vector<Collector> read(kStreams);
    std::vector<std::unique_ptr<HttpCall>> calls;
    for (Collector& each : stuck) calls.push_back(own.start(loop, post(stuck_url), each));
    for (int i = 0; i < kStreams; ++i)
      calls.push_back(
          own.start(loop, post(good.address() + "/" + std::to_string(i)), read[static_cast<std::size_t>(i)]));
    for (int i = 0; i < kStreams; ++i) {
      Collector& one = read[static_cast<std::size_t>(i)];
      ASSERT_TRUE(run_until([&] { return one.done; }));
      EXPECT_FALSE(one.failure);
      EXPECT_EQ(one.body, expected(i));
    }
    const auto is_over = [](const Collector& one) { return one.done; };
    if (ends) {
      EXPECT_TRUE(run_until([&] { return std::all_of(stuck.begin(), stuck.end(), is_over); }));
    } else {
      EXPECT_TRUE(std::none_of(stuck.begin(), stuck.end(), is_over));
    }
    for (const Collector& each : stuck) EXPECT_FALSE(each.head);
  }

  NameServer names{[](const std::string&) { return NameServer::Answer(); }};
  Http1Client own{Http1Client::Options{.pool = {}, .name_servers = names.address()}};
};
INSTANTIATE_TEST_SUITE_P(Own, Http1IsolationTest,
                         testing::Values(ClientCase{ClientKind::own, false},
                                         ClientCase{ClientKind::own, true}),
                         name_of);

TEST_P(Http1IsolationTest, X7_while_names_do_not_resolve) {
  streams_are_exact_beside("https://silent.example.test/", false);
}

TEST_P(Http1IsolationTest, X7_while_connections_are_refused) {
  std::string refusing;
  {
    const Server gone([](ServedConnection&) {});
    refusing = gone.address();
  }
  streams_are_exact_beside(refusing, true);
}

TEST_P(Http1IsolationTest, X7_while_connections_are_not_accepted) {
  const FullListener listener;
  streams_are_exact_beside("http://127.0.0.1:" + std::to_string(listener.port()), false);
}

TEST_P(Http1IsolationTest, X7_while_handshakes_hang) {
  LoopbackServer silent([](ServedConnection& connection) { connection.wait_closed(); });
  streams_are_exact_beside(silent.address("https"), false);
}

}  // namespace
}  // namespace belay::providers
