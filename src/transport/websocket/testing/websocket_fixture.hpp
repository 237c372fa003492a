// For tests: a server with one WebSocket route, and a client that sends literal bytes. Over a socket, a test channel, and
// a test channel that moves one byte at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>

#include "transport/framing/testing/frame_reader.hpp"
#include "transport/framing/testing/framed.hpp"
#include "transport/framing/websocket.hpp"

// test_server.hpp names GoogleTest's namespace from inside belay::transport.
namespace belay::transport::testing {
using namespace ::testing;
}

#include "transport/http1/test_server.hpp"
#include "transport/websocket/testing/client_frames.hpp"
#include "transport/websocket/websocket.hpp"

namespace belay::transport {

inline constexpr std::string_view kHandshake =
    "GET /ws HTTP/1.1\r\nHost: a\r\nX-Request-Id: r.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
inline constexpr std::string_view kSwitchingProtocols =
    "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nUpgrade: "
    "websocket\r\nX-Request-Id: r.1\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: "
    "no-referrer\r\nConnection: Upgrade\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n";

// What a test and its handler share. The handler notes each call, and does what the test asks for.
struct Recorded {
  std::vector<std::string>
      calls;  // "opened", "message TEXT", "binary BYTES", "shown", "shutting_down MS", "closed CODE"
  WebSocket* socket = nullptr;  // null before opened() and after closed()
  bool is_destroyed = false;
  std::function<void(WebSocket&, std::string_view)> on_message;
  std::function<void(WebSocket&)> on_shown;
};

class RecordingHandler final : public WebSocketHandler {
 public:
  explicit RecordingHandler(Recorded& recorded) : recorded_(recorded) {}
  ~RecordingHandler() override { recorded_.is_destroyed = true; }
  void opened(WebSocket& socket) override {
    recorded_.socket = &socket;
    recorded_.calls.push_back("opened");
  }
  void message(std::string_view text) override {
    recorded_.calls.push_back("message " + std::string(text));
    if (recorded_.on_message) recorded_.on_message(*recorded_.socket, text);
  }
  void binary_message(std::string_view bytes) override {
    recorded_.calls.push_back("binary " + std::string(bytes));
  }
  void shown() override {
    recorded_.calls.push_back("shown");
    if (recorded_.on_shown) recorded_.on_shown(*recorded_.socket);
  }
  void shutting_down(Milliseconds retry) override {
    recorded_.calls.push_back("shutting_down " + std::to_string(retry.count()));
  }
  void closed(CloseCode code) override {
    recorded_.calls.push_back("closed " + std::to_string(static_cast<int>(code)));
    recorded_.socket = nullptr;
  }

 private:
  Recorded& recorded_;
};

class WebSocketFixture : public Http1Fixture {
 protected:
  WebSocketFixture() {
    add("GET", "/ws", [this](Request& request) -> Awaitable<Response> {
      WebSocketOptions options{limits, binary, nullptr, subprotocols};
      if (watches_streams) options.watch = std::make_unique<TestWatch>(watched);
      co_return upgrade_to_websocket(request, std::make_unique<RecordingHandler>(recorded),
                                     std::move(options));
    });
  }
  // What a handler notes outlives it.
  ~WebSocketFixture() override {
    server.reset();
    settle();
  }
  // Connects, and takes the 101.
  Client& open(int receive_buffer = 0) {
    Client& client = connect(receive_buffer);
    EXPECT_EQ(ask(client, kHandshake), kSwitchingProtocols);
    client.got.clear();
    return client;
  }
  WebSocket& socket() { return *recorded.socket; }
  // A source of framed messages, which the test feeds.
  std::unique_ptr<ByteSource> new_source(Feed first = {}) {
    feeds.push_back(std::make_shared<Feed>(std::move(first)));
    return std::make_unique<FeedSource>(feeds.back());
  }
  // What the client sent and did is over: nothing is left behind.
  void expect_all_is_closed() {
    EXPECT_TRUE(recorded.is_destroyed);
    EXPECT_EQ(recorded.socket, nullptr);
    EXPECT_EQ(counts.connections.load(), 0u);
    EXPECT_EQ(counts.streams.load(), 0u);
    for (const auto& each : feeds) EXPECT_TRUE(each->destroyed);
  }

  static std::string framed_text(std::string_view text) {
    return testing::framed(websocket_framing(), {}, std::string(text));
  }
  static std::string close_frame(CloseCode code, std::string_view reason = {}) {
    const auto number = static_cast<unsigned>(code);
    std::string frame = "\x88";
    frame.push_back(static_cast<char>(2 + reason.size()));
    frame.push_back(static_cast<char>(number >> 8));
    frame.push_back(static_cast<char>(number & 0xFF));
    return frame.append(reason);
  }
  // The same as the payload of a client's frame.
  static std::string close_payload(CloseCode code) { return close_frame(code).substr(2); }

  WebSocketLimits limits;
  BinaryMessages binary = BinaryMessages::refused;
  std::vector<std::string> subprotocols;
  Recorded recorded;
};

class WebSocketTest : public WebSocketFixture, public testing::WithParamInterface<Over> {
 protected:
  WebSocketTest() { over = GetParam(); }
};

}  // namespace belay::transport
