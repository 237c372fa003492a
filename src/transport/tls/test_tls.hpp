// For tests: a TLS connection over a TestWire. The server's end stops at the channel that a driver would serve.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "transport/http1/test_channel.hpp"
#include "transport/tls/handshakes.hpp"
#include "transport/tls/test_certificate.hpp"
#include "transport/tls/test_tls_client.hpp"

namespace belay::transport {

// Both ends of one connection.
struct TestTlsConnection {
  std::shared_ptr<TestWire> wire;
  std::unique_ptr<TestTlsClient> client;
  std::string unsent;                 // of the client, encrypted
  bool is_reading = true;             // whether the client takes what arrives
  std::string got;                    // by the client
  std::optional<TlsChannel> channel;  // once the handshake is done
  std::optional<ApplicationProtocol> protocol;
  std::string got_by_server;
  IoResult::State read_state = IoResult::State::blocked;

  // Whether anything moved.
  bool turn() {
    unsent += client->take();
    const std::size_t sent = wire->send(unsent);
    unsent.erase(0, sent);
    const std::string arrived = is_reading ? wire->receive() : std::string();
    client->feed(arrived);
    got += client->read();
    return sent != 0 || !arrived.empty();
  }
  bool is_done() const { return channel.has_value(); }
};

class HandshakeRecorder final : public TransportObserver {
 public:
  void handshake_ended(HandshakeEnd end) override { ends.push_back(end); }
  std::vector<HandshakeEnd> ends;
};

class TlsFixture : public testing::Test {
 protected:
  TlsFixture() { tls_config = files.write(certificate); }
  ~TlsFixture() override {
    for (TestTlsConnection& each : connections)
      if (each.channel) each.channel->close(ByteChannel::Close::reset);
    handshakes.reset();
    settle();
  }

  void start() {
    LoadedTls loaded = TlsContext::load(tls_config, clock.wall());
    ASSERT_TRUE(loaded.problems.empty()) << loaded.problems.front().detail;
    server.emplace(TlsServer::Parts{tls_config, clock, random}, std::move(loaded.context));
    handshakes.emplace(Handshakes::Parts{
        loop, config, *server, counts, observer,
        [this](ApplicationProtocol protocol, const std::string&, ConnectionPurpose, TlsChannel channel) {
          served->channel.emplace(std::move(channel));
          served->protocol = protocol;
        }});
  }
  // Without the handshake, of which settle() does as much as can be done.
  TestTlsConnection& connect(const TestTlsClient::Options& options = {},
                             TestWire::Pieces pieces = TestWire::Pieces::whole,
                             std::size_t buffer = 256 * 1024) {
    return connect(std::make_shared<TestWire>(loop, pieces, buffer), options);
  }
  TestTlsConnection& connect(std::shared_ptr<TestWire> wire, const TestTlsClient::Options& options = {}) {
    if (!server) start();
    TestTlsConnection& made = connections.emplace_back();
    made.wire = std::move(wire);
    made.client = std::make_unique<TestTlsClient>(options);
    served = &made;
    handshakes->start<TestChannel>("203.0.113.1", ConnectionPurpose::serve, made.wire);
    return made;
  }
  TestTlsConnection& connected(const TestTlsClient::Options& options = {}) {
    TestTlsConnection& made = connect(options);
    settle();
    EXPECT_TRUE(made.is_done()) << made.client->failure();
    return made;
  }
  void settle() {
    for (int quiet = 0; quiet < 4;) {
      bool moved = loop.turn();
      for (TestTlsConnection& each : connections) moved = each.turn() || moved;
      quiet = moved ? 0 : quiet + 1;
    }
  }
  void advance(Milliseconds by) {
    clock.advance(by + 2 * TimerWheel::kTick);
    settle();
  }
  // What the server reads now.
  static void read(TestTlsConnection& connection, std::size_t at_once = 16 * 1024) {
    std::string buffer(at_once, '\0');
    for (;;) {
      const IoResult result = connection.channel->read(buffer);
      connection.read_state = result.state;
      if (result.state != IoResult::State::moved) return;
      connection.got_by_server.append(buffer, 0, result.bytes);
    }
  }
  static IoResult write(TestTlsConnection& connection, std::string_view text) {
    const iovec piece{const_cast<char*>(text.data()), text.size()};
    return connection.channel->write({&piece, 1});
  }
  void expect_nothing_is_open(std::size_t at = 0) {
    EXPECT_EQ(counts.connections.load(), 0u) << at;
    EXPECT_EQ(counts.by_address->total(), 0u) << at;
    EXPECT_EQ(server->handshakes().total(), 0u) << at;
  }

  ManualClock clock{WallTime{kCertificateBegins * 1000}};
  Loop loop{0, clock};
  Config config;
  TlsConfig tls_config;
  SeededRandom random{1};
  OpenCounts counts;
  HandshakeRecorder observer;
  TestCertificateFiles files;
  TestCertificate certificate = make_test_certificate();
  std::optional<TlsServer> server;
  std::optional<Handshakes> handshakes;
  std::deque<TestTlsConnection> connections;
  TestTlsConnection* served = nullptr;  // whose handshake is done next
};

}  // namespace belay::transport
