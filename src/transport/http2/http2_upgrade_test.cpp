// Another protocol on a stream: extended CONNECT (RFC 8441).
#include "transport/http1/test_upgrade.hpp"
#include "transport/http2/test_fixture.hpp"
#include "transport/websocket/handshake.hpp"
#include "transport/websocket/websocket.hpp"

namespace belay::transport {
namespace {

constexpr std::uint32_t kEnableConnectProtocol = 8;  // RFC 8441, section 9.1

// Writes without end, as far as it can.
class Flood final : public UpgradeHandler {
 public:
  explicit Flood(std::size_t& written) : written_(written) {}
  void start(ByteChannel& channel, std::string, Done done) override {
    const std::string text(1000, 'x');
    const iovec piece{const_cast<char*>(text.data()), text.size()};
    for (;;) {
      const IoResult result = channel.write({&piece, 1});
      written_ += result.bytes;
      if (result.state == IoResult::State::moved) continue;
      if (result.state == IoResult::State::broken)
        return channel.wait(ByteChannel::Wait::readable,
                            [done = std::move(done)]() mutable { done(nullptr); });
      return channel.wait(ByteChannel::Wait::writable, [this, &channel, done = std::move(done)]() mutable {
        start(channel, {}, std::move(done));
      });
    }
  }
  void cut(Milliseconds) override {}

 private:
  std::size_t& written_;
};

// Says back what it hears.
class Echo final : public WebSocketHandler {
 public:
  void opened(WebSocket& socket) override { socket_ = &socket; }
  void message(std::string_view text) override { socket_->send(std::string(text)); }

 private:
  WebSocket* socket_ = nullptr;
};

class Http2UpgradeTest : public Http2Test {
 protected:
  Http2UpgradeTest() {
    const auto upgrade_to = [](std::unique_ptr<UpgradeHandler> handler) {
      Response response;
      response.status = 101;
      response.body = Upgrade{"websocket", std::move(handler)};
      return response;
    };
    add("GET", "/shout", [this, upgrade_to](Request& request) -> Awaitable<Response> {
      seen = request.connect_protocol;
      co_return upgrade_to(std::make_unique<Shout>(*request.loop, ended, cuts));
    });
    add("GET", "/flood", [this, upgrade_to](Request&) -> Awaitable<Response> {
      co_return upgrade_to(std::make_unique<Flood>(flooded));
    });
    add("GET", "/ws", [](Request& request) -> Awaitable<Response> {
      co_return upgrade_to_websocket(request, std::make_unique<Echo>(), {});
    });
  }
  static std::vector<Header> fields(const std::string& path, const std::string& protocol = "websocket") {
    return {{":method", "CONNECT"}, {":protocol", protocol}, {":scheme", "https"},           {":path", path},
            {":authority", "a"},    {"x-request-id", "r.1"}, {"sec-websocket-version", "13"}};
  }
  std::int32_t open(Http2TestClient& client, Upload& upload, const std::string& path = "/shout") {
    upload.has_ended = false;
    settle();  // the server's settings allow it
    const auto id = client.request(fields(path), &upload);
    settle();
    return id;
  }
  std::string say(Http2TestClient& client, std::int32_t id, Upload& upload, std::string_view text) {
    client.answer(id).body.clear();
    upload.bytes += text;
    client.resume(id);
    settle();
    return client.answer(id).body;
  }

  int ended = 0;
  int cuts = 0;
  std::size_t flooded = 0;
  std::string seen;
};

TEST_P(Http2UpgradeTest, S14_the_stream_is_given_to_the_handler_with_what_came_before_its_answer) {
  Http2TestClient& client = connect();
  Upload upload{.bytes = "early"};
  const auto id = open(client, upload);
  const Answer& answer = client.answer(id);
  EXPECT_EQ(client.server_settings[kEnableConnectProtocol], 1u);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("upgrade"), "");
  EXPECT_EQ(answer.header("x-request-id"), "r.1");
  EXPECT_EQ(answer.body, "EARLY");
  EXPECT_EQ(seen, "websocket");
  EXPECT_EQ(counts.streams.load(), 1u);
  EXPECT_THAT(observer.requests, ElementsAre("GET test.shout 200"));
  EXPECT_EQ(say(client, id, upload, "hello"), "HELLO");
  EXPECT_EQ(get(client, "/hello").body, "hello") << "other streams go on";
  EXPECT_EQ(say(client, id, upload, "."), "");
  EXPECT_TRUE(client.answer(id).is_complete);
  EXPECT_EQ(client.answer(id).closed_with, std::uint32_t{NGHTTP2_NO_ERROR});
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(counts.streams.load(), 0u);
  EXPECT_THAT(observer.streams, ElementsAre("open test.shout", "complete"));
  EXPECT_EQ(get(client, "/hello").body, "hello");
}

TEST_P(Http2UpgradeTest, S14_a_client_that_ends_resets_or_goes_ends_the_handler) {
  Http2TestClient& client = connect();
  Upload first;
  const auto id = open(client, first);
  first.has_ended = true;
  EXPECT_EQ(say(client, id, first, "bye"), "BYE");
  EXPECT_TRUE(client.answer(id).is_complete);
  EXPECT_EQ(ended, 1);
  Upload second;
  client.reset(open(client, second));
  settle();
  EXPECT_EQ(ended, 2);
  Upload third;
  open(client, third);
  client.close();
  settle();
  EXPECT_EQ(ended, 3);
  EXPECT_EQ(counts.streams.load(), 0u);
  EXPECT_THAT(observer.streams, ElementsAre("open test.shout", "complete", "open test.shout", "client_gone",
                                            "open test.shout", "client_gone"));
}

TEST_P(Http2UpgradeTest, S14_a_handler_that_throws_resets_its_stream_alone) {
  Http2TestClient& client = connect();
  Upload upload;
  const auto id = open(client, upload);
  say(client, id, upload, "!");
  EXPECT_EQ(client.answer(id).closed_with, std::uint32_t{NGHTTP2_INTERNAL_ERROR});
  EXPECT_EQ(observer.failures.size(), 1u);
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(get(client, "/hello").body, "hello");
}

TEST_P(Http2UpgradeTest, X10_a_shutdown_tells_the_handler_and_then_closes) {
  Http2TestClient& client = connect();
  Upload upload;
  const auto id = open(client, upload);
  driver->drain();
  settle();
  EXPECT_EQ(say(client, id, upload, "on"), "ON") << "a drain lets it go on";
  driver->cut_streams(Milliseconds(3000));
  settle();
  EXPECT_EQ(cuts, 1);
  EXPECT_EQ(client.answer(id).body, "ON~");
  driver->close();
  settle();
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(counts.streams.load(), 0u);
}

TEST_P(Http2UpgradeTest, S14_a_client_without_a_window_costs_a_bounded_buffer) {
  Http2TestClient& client = connect({.window = 5000, .updates_windows = false});
  Upload upload;
  const auto id = open(client, upload, "/flood");
  EXPECT_EQ(client.answer(id).body.size(), 5000u);
  EXPECT_EQ(flooded, 5000 + Http2Tunnel::kMaxUnsent);
  EXPECT_EQ(get(client, "/hello").body, "hello");
  client.update_window(id, 700);
  settle();
  EXPECT_EQ(client.answer(id).body, std::string(5700, 'x'));
  EXPECT_EQ(flooded, 5700 + Http2Tunnel::kMaxUnsent);
  advance(config.stalled_write_limit);
  EXPECT_EQ(client.answer(id).closed_with, std::uint32_t{NGHTTP2_INTERNAL_ERROR}) << "it takes nothing";
  EXPECT_THAT(observer.streams, ElementsAre("open test.flood", "stalled"));
}

TEST_P(Http2UpgradeTest, G2_S14_a_websocket_is_spoken_on_a_stream) {
  Http2TestClient& client = connect();
  Upload upload;
  const auto id = open(client, upload, "/ws");
  EXPECT_EQ(client.answer(id).status, 200);
  EXPECT_EQ(client.answer(id).header("sec-websocket-accept"), "");
  EXPECT_EQ(say(client, id, upload, std::string("\x81\x82\0\0\0\0hi", 8)), std::string("\x81\x02hi"));
  EXPECT_EQ(say(client, id, upload, std::string("\x88\x82\0\0\0\0\x03\xe8", 8)),
            std::string("\x88\x02\x03\xe8"));
  EXPECT_TRUE(client.answer(id).is_complete);
  EXPECT_EQ(counts.streams.load(), 0u);
}

TEST_P(Http2UpgradeTest, S14_what_is_no_websocket_is_refused) {
  Http2TestClient& client = connect();
  settle();
  Upload upload{.has_ended = false};
  const auto status_of = [&](const std::vector<Header>& asked) {
    const auto id = client.request(asked, &upload);
    settle();
    EXPECT_TRUE(client.answer(id).is_complete) << asked[3].value << ' ' << asked[1].value;
    return client.answer(id).status;
  };
  EXPECT_EQ(status_of(fields("/hello")), 400) << "success would be an open tunnel";
  EXPECT_EQ(status_of(fields("/stream")), 400);
  EXPECT_EQ(status_of(fields("/nowhere")), 404);
  EXPECT_EQ(status_of(fields("/shout", "connect-udp")), 501);
  auto without_version = fields("/ws");
  without_version.pop_back();
  EXPECT_EQ(status_of(without_version), 426);
  Answer& plain = get(client, "/ws");
  EXPECT_EQ(plain.status, 426);
  EXPECT_EQ(plain.header("upgrade"), "") << "a field of connections";
  EXPECT_EQ(plain.header("sec-websocket-version"), "13");
  EXPECT_EQ(counts.streams.load(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Each, Http2UpgradeTest,
                         testing::Values(TestWire::Pieces::whole, TestWire::Pieces::one_byte,
                                         TestWire::Pieces::random),
                         name_of_pieces);

}  // namespace
}  // namespace belay::transport
