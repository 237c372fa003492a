// Tests HTTP/2 against a server that implements only what is needed (RFC 9113). Calls must share a
// connection. A cancel must reset its stream and must not affect the other streams.
#include <csignal>
#include <future>
#include <map>

#include <gtest/gtest.h>

#include "providers/http/curl_client.hpp"
#include "providers/testing/loopback_server.hpp"
#include "providers/testing/self_signed.hpp"

namespace belay::providers {
namespace {

enum FrameType : std::uint8_t { kData = 0, kHeaders = 1, kResetStream = 3, kSettings = 4, kPing = 6 };
constexpr std::uint8_t kAck = 1;
constexpr std::uint8_t kEndStream = 1;
constexpr std::uint8_t kEndHeaders = 4;

std::string frame(FrameType type, std::uint8_t flags, std::uint32_t stream, std::string_view payload) {
  const auto byte = [](std::size_t value, int shift) { return static_cast<char>(value >> shift & 0xFF); };
  std::string out = {byte(payload.size(), 16), byte(payload.size(), 8),  byte(payload.size(), 0),
                     static_cast<char>(type),  static_cast<char>(flags), byte(stream, 24),
                     byte(stream, 16),         byte(stream, 8),          byte(stream, 0)};
  return out.append(payload);
}

// RFC 7541: `:status: 200` is entry 8 of the static table. The name `content-type` is entry 31, and its value
// is a literal.
std::string response_head(std::uint32_t stream) {
  constexpr std::string_view kType = "text/event-stream";
  return frame(kHeaders, kEndHeaders, stream,
               "\x88\x0F\x10" + std::string(1, static_cast<char>(kType.size())) + std::string(kType));
}

// Answers each stream with a head and "begun", ends streams on request, and counts streams that are reset.
class Http2Server {
 public:
  explicit Http2Server(SSL_CTX* tls)
      : server_([this](ServedConnection& connection) { serve(connection); }, tls) {
    SSL_CTX_set_alpn_select_cb(
        tls,
        [](SSL*, const unsigned char** out, unsigned char* size, const unsigned char*, unsigned, void*) {
          *out = reinterpret_cast<const unsigned char*>("h2");
          *size = 2;
          return SSL_TLSEXT_ERR_OK;
        },
        nullptr);
  }
  std::string address() const { return server_.address("https"); }
  int connections() const { return server_.connections(); }
  int streams() const { return streams_; }
  int resets() const { return resets_; }
  int closed() const { return closed_; }
  void end_the_next() { end_next_ = true; }

 private:
  void serve(ServedConnection& connection) {
    constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    std::string bytes;
    while (bytes.size() < kPreface.size()) bytes += connection.read_some();
    ASSERT_TRUE(bytes.starts_with(kPreface));
    bytes.erase(0, kPreface.size());
    connection.write(frame(kSettings, 0, 0, ""));
    for (;;) {
      while (bytes.size() >= 9) {
        const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); };
        const std::size_t size = std::size_t{byte(0)} << 16 | std::size_t{byte(1)} << 8 | byte(2);
        if (bytes.size() < 9 + size) break;
        const std::uint32_t stream = std::uint32_t{byte(5)} << 24 | std::uint32_t{byte(6)} << 16 |
                                     std::uint32_t{byte(7)} << 8 | byte(8);
        on_frame(connection, byte(3), byte(4), stream, bytes.substr(9, size));
        bytes.erase(0, 9 + size);
      }
      const std::string more = connection.read_some();
      if (more.empty()) {
        ++closed_;
        return;
      }
      bytes += more;
    }
  }

  void on_frame(ServedConnection& connection, std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                const std::string& payload) {
    if (type == kSettings && !(flags & kAck)) connection.write(frame(kSettings, kAck, 0, ""));
    if (type == kPing && !(flags & kAck)) connection.write(frame(kPing, kAck, 0, payload));
    if (type == kResetStream) ++resets_;
    if ((type == kData || type == kHeaders) && (flags & kEndStream)) {
      ++streams_;  // before the answer, after which the test reads it
      connection.write(response_head(stream) +
                       frame(kData, end_next_.exchange(false) ? kEndStream : 0, stream, "begun"));
    }
  }

  std::atomic<int> streams_{0};
  std::atomic<int> resets_{0};
  std::atomic<int> closed_{0};
  std::atomic<bool> end_next_{false};
  LoopbackServer server_;  // last member: its threads use the members above
};

struct Listener final : HttpSink {
  void on_head(HttpHead head) override { type = head.find("content-type"); }
  Flow on_body(std::string_view bytes) override {
    body += bytes;
    return Flow::more;
  }
  void on_done(std::optional<HttpFailure> failure) override {
    done = failure ? failure->error.detail : "whole";
  }
  std::string type;
  std::string body;
  std::string done;
};

TEST(CurlHttp2, X5CallsShareAConnectionAndACancelResetsItsStreamAlone) {
  std::signal(SIGPIPE, SIG_IGN);
  const SelfSigned self_signed;
  Http2Server server(self_signed.context());
  const SystemClock clock;
  Loop loop(0, clock);
  CurlClient client;
  const auto start = [&](Listener& listener) {
    HttpRequest request;
    request.url = server.address() + "/v1/chat/completions";
    request.body = std::make_shared<const std::string>("{}");
    request.ca_file = self_signed.ca_file();
    return client.start(loop, std::move(request), listener);
  };
  const auto run_until = [&](auto wanted) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!wanted() && std::chrono::steady_clock::now() < give_up)
      if (!loop.turn()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return wanted();
  };

  Listener first;
  Listener second;
  auto one = start(first);
  auto two = start(second);
  ASSERT_TRUE(run_until([&] { return first.body == "begun" && second.body == "begun"; }))
      << first.done << second.done;
  EXPECT_EQ(first.type, "text/event-stream");
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(server.streams(), 2);

  one.reset();
  EXPECT_TRUE(run_until([&] { return server.resets() == 1; }));
  EXPECT_EQ(second.done, "") << "the other call goes on";

  server.end_the_next();
  Listener third;
  const auto three = start(third);
  ASSERT_TRUE(run_until([&] { return !third.done.empty(); }));
  EXPECT_EQ(third.done, "whole");
  EXPECT_EQ(server.connections(), 1);

  two.reset();
  EXPECT_TRUE(run_until([&] { return server.closed() == 1; })) << "the last call of a connection closes it";
}

}  // namespace
}  // namespace belay::providers
