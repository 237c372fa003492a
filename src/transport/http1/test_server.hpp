// For tests: HTTP/1.1 with literal bytes in both directions, over a real socket (a listener on a free loopback
// port) or over a test channel. Everything runs on the test's thread. The test runs turns of the loop itself,
// and time does not pass until the test advances it.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <poll.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "transport/framing/sse.hpp"
#include "transport/framing/stream.hpp"
#include "transport/http1/http1_driver.hpp"
#include "transport/http1/test_client.hpp"
#include "transport/listener.hpp"
#include "transport/routing_dispatcher.hpp"
#include "transport/tls/handshakes.hpp"
#include "transport/tls/test_certificate.hpp"

namespace belay::transport {
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// What a stream's source and its test share.
struct Feed {
  std::string bytes;
  std::size_t cursor = 0;
  ByteSource::State when_empty = ByteSource::State::waiting;
  ByteSource::Waker* waker = nullptr;
  bool destroyed = false;

  void add(std::string_view more) {
    bytes += more;
    if (waker) waker->wake();
  }
  void finish(ByteSource::State state) {
    when_empty = state;
    if (waker) waker->wake();
  }
};

// The stream of a TestWatch, and what became of the watch.
struct Watched {
  OpenStream* stream = nullptr;
  bool is_destroyed = false;
};

class TestWatch final : public StreamWatch {
 public:
  explicit TestWatch(std::shared_ptr<Watched> watched) : watched_(std::move(watched)) {}
  ~TestWatch() override { watched_->is_destroyed = true; }
  void opened(OpenStream& stream) override { watched_->stream = &stream; }

 private:
  const std::shared_ptr<Watched> watched_;
};

class FeedSource final : public ByteSource {
 public:
  explicit FeedSource(std::shared_ptr<Feed> feed) : feed_(std::move(feed)) {}
  ~FeedSource() override {
    feed_->waker = nullptr;
    feed_->destroyed = true;
  }
  void attach(Waker& waker) override { feed_->waker = &waker; }
  State peek(ByteRanges& out) override {
    out.clear();
    out.add(std::string_view(feed_->bytes).substr(feed_->cursor, 256 * 1024));
    return out.bytes != 0 ? State::ready : feed_->when_empty;
  }
  void consume(std::size_t bytes) override { feed_->cursor += bytes; }

 private:
  std::shared_ptr<Feed> feed_;
};

class Recorder final : public TransportObserver {
 public:
  void connection_opened() override { ++opened; }
  void connection_closed() override { ++closed; }
  void connection_refused(ConnectionRefusal reason) override {
    ++refused;
    last_refusal = reason;
  }
  void request_finished(const RequestReport& report) override {
    requests.push_back(std::string(report.method) + " " + std::string(report.route) + " " +
                       std::to_string(report.status));
  }
  void stream_opened(const StreamReport& report) override {
    streams.push_back("open " + std::string(report.route));
  }
  void stream_closed(const StreamReport& report) override {
    streams.push_back(std::string(to_string(report.end)));
  }
  void handler_failed(std::string_view route, std::string_view, std::string_view what) override {
    failures.push_back(std::string(route) + ": " + std::string(what));
  }

  int opened = 0, closed = 0, refused = 0;
  std::optional<ConnectionRefusal> last_refusal;
  std::vector<std::string> requests, streams, failures;
};

inline Response text_response(std::string text) {
  Response response;
  response.headers = {{"Content-Type", "text/plain"}};
  response.body = std::move(text);
  return response;
}

// What carries the bytes between client and server.
enum class Over { socket, channel, channel_of_one_byte, tls_socket, tls_channel, tls_channel_of_one_byte };

inline bool is_tls(Over over) {
  return over == Over::tls_socket || over == Over::tls_channel || over == Over::tls_channel_of_one_byte;
}
inline bool is_socket(Over over) {
  return over == Over::socket || over == Over::tls_socket;
}
inline bool is_one_byte(Over over) {
  return over == Over::channel_of_one_byte || over == Over::tls_channel_of_one_byte;
}

inline std::string name_of(const testing::TestParamInfo<Over>& info) {
  switch (info.param) {
    case Over::socket:
      return "OverASocket";
    case Over::channel:
      return "OverAChannel";
    case Over::channel_of_one_byte:
      return "OneByteAtATime";
    case Over::tls_socket:
      return "OverTls";
    case Over::tls_channel:
      return "OverTlsOnAChannel";
    case Over::tls_channel_of_one_byte:
      return "OverTlsOneByteAtATime";
  }
  return "";
}

// A listener, or the driver alone when there is no socket.
class TestServer {
 public:
  explicit TestServer(const Listener::Parts& parts, Over over) {
    if (is_socket(over)) {
      listener = std::make_unique<Listener>(parts);
      return;
    }
    driver.emplace(Http1Driver::Parts{parts.loop, parts.config, parts.dispatcher, parts.observer,
                                      parts.counts, parts.random});
    if (!parts.tls) return;
    const auto serve = [this](ApplicationProtocol, std::string peer, ConnectionPurpose purpose,
                              TlsChannel channel) {
      driver->serve<TlsChannel>(std::move(peer), purpose, std::move(channel));
    };
    handshakes.emplace(
        Handshakes::Parts{parts.loop, parts.config, *parts.tls, parts.counts, parts.observer, serve});
  }
  void stop_accepting() {
    if (listener) listener->stop_accepting();
  }
  void drain() { listener ? listener->drain() : driver->drain(); }
  void cut_streams(Milliseconds retry) {
    listener ? listener->cut_streams(retry) : driver->cut_streams(retry);
  }
  void close() {
    if (handshakes) handshakes->close();
    listener ? listener->close() : driver->close();
  }

  std::unique_ptr<Listener> listener;
  std::optional<Http1Driver> driver;
  std::optional<Handshakes> handshakes;  // over a channel with TLS
};

// Made once for all tests.
inline std::shared_ptr<const TlsContext> test_tls_context() {
  static const std::shared_ptr<const TlsContext> context = [] {
    const TestCertificateFiles files;
    return TlsContext::load(files.write(make_test_certificate()), {kCertificateBegins * 1000}).context;
  }();
  return context;
}

class Http1Fixture : public testing::Test {
 protected:
  Http1Fixture() {
    config.retry_base = Milliseconds(3000);
    add("GET", "/empty", [](Request&) -> Awaitable<Response> { co_return text_response(""); });
    add("GET", "/hello", [](Request&) -> Awaitable<Response> { co_return text_response("hello"); });
    add(
        "POST", "/echo",
        [](Request& request) -> Awaitable<Response> { co_return text_response(request.body); }, 1000);
    add("DELETE", "/thing", [](Request& request) -> Awaitable<Response> {
      Response response;
      response.status = request.body.empty() ? 204 : 500;
      co_return response;
    });
    add("GET", "/throw", [](Request&) -> Awaitable<Response> {
      throw std::runtime_error("the handler is broken");
      co_return Response{};
    });
    add("GET", "/bad-header", [](Request&) -> Awaitable<Response> {
      Response response = text_response("x");
      response.headers.push_back({"X-Bad", "a\r\nSet-Cookie: b"});
      co_return response;
    });
    add("GET", "/nothing", [](Request&) -> Awaitable<Response> {
      Response response;
      response.status = 204;
      co_return response;
    });
    add("GET", "/peer", [](Request& request) -> Awaitable<Response> {
      co_return text_response(request.peer + (request.secure ? " secure" : " plain"));
    });
    add("GET", "/big", [this](Request&) -> Awaitable<Response> { co_return text_response(big); });
    add("GET", "/slow", [this](Request&) -> Awaitable<Response> {
      auto start = [this](UniqueFunction<void(int)> done) { slow.push_back(std::move(done)); };
      const int status = co_await await_callback<int>(loop, std::move(start));
      ++slow_finished;
      Response response = text_response("slow");
      response.status = status;
      co_return response;
    });
    // Like /slow, but ends when its client is gone.
    add("GET", "/wait", [this](Request& request) -> Awaitable<Response> {
      ClientPresence client(request);
      auto start = [this, &client](UniqueFunction<void(int)> done) {
        auto shared = std::make_shared<UniqueFunction<void(int)>>(std::move(done));
        client.when_gone([shared] { (*shared)(409); });
        slow.push_back([shared](int status) { (*shared)(status); });
      };
      const int status = co_await await_callback<int>(loop, std::move(start));
      client.when_gone(nullptr);
      ++slow_finished;
      clients_gone += client.is_gone() ? 1 : 0;
      Response response = text_response("slow");
      response.status = status;
      co_return response;
    });
    add("GET", "/stream", [this](Request&) -> Awaitable<Response> {
      feeds.push_back(std::make_shared<Feed>(next_feed));
      Response response;
      response.headers = stream_headers(sse_framing());
      StreamBody body;
      body.source = std::make_unique<FeedSource>(feeds.back());
      body.preamble = preamble;
      body.framing = &sse_framing();
      if (watches_streams) body.watch = std::make_unique<TestWatch>(watched);
      response.body = std::move(body);
      co_return response;
    });
  }
  ~Http1Fixture() override {
    server.reset();
    settle();
    // A connection that still sends holds its wire, and waits for a client that reads.
    for (Client& client : clients) client.close_with_reset();
    settle();
  }

  void add(std::string method, std::string path, HandlerFunction handler, std::uint64_t max_body = 0) {
    ASSERT_TRUE(
        router.add({method, path, std::move(handler), ByteCount{max_body}, "test." + path.substr(1)}));
  }
  void start() {
    auto made = RoutingDispatcher::make({config, router, observer, random});
    ASSERT_TRUE(made) << made.error().detail;
    dispatcher = std::move(*made);
    if (is_tls(over))
      tls = std::make_unique<TlsServer>(TlsServer::Parts{config.tls, clock, random}, test_tls_context());
    server = std::make_unique<TestServer>(
        Listener::Parts{loop, config, *dispatcher, observer, counts, random, tls.get()}, over);
    if (!is_socket(over)) return;
    const auto bound = server->listener->listen(0);
    ASSERT_TRUE(bound) << bound.error().detail;
    port = *bound;
  }
  Client& connect(int receive_buffer = 0) {
    if (!server) start();
    if (is_socket(over)) {
      Client& client = clients.emplace_back(port, receive_buffer);
      if (is_tls(over)) client.use_tls();
      return client;
    }
    const auto pieces = is_one_byte(over) ? TestWire::Pieces::one_byte : TestWire::Pieces::whole;
    const std::size_t buffer = receive_buffer != 0 ? static_cast<std::size_t>(receive_buffer) : 256 * 1024;
    return connect(std::make_shared<TestWire>(loop, pieces, buffer));
  }
  Client& connect(std::shared_ptr<TestWire> wire) {
    if (is_tls(over))
      server->handshakes->start<TestChannel>("127.0.0.1", ConnectionPurpose::serve, wire);
    else
      server->driver->serve<TestChannel>("127.0.0.1", ConnectionPurpose::serve, wire);
    Client& client = clients.emplace_back(std::move(wire));
    if (is_tls(over)) client.use_tls();
    return client;
  }
  // Runs turns of the loop until nothing has moved for a while. The kernel's loopback needs a moment.
  void settle() {
    const int enough = is_socket(over) ? 10 : 4;
    for (int quiet = 0; quiet < enough;) {
      bool moved = loop.turn();
      for (Client& client : clients) {
        if (!client.is_open()) continue;
        const std::size_t before = client.got.size();
        client.receive();
        moved = moved || client.got.size() != before;
      }
      if (moved) {
        quiet = 0;
      } else {
        ++quiet;
        if (is_socket(over)) ::poll(nullptr, 0, 1);
      }
    }
  }
  // Runs turns of the loop until `condition` holds, however long the kernel takes. (A receiver may delay its
  // acknowledgement by 40 ms.)
  [[nodiscard]] bool until(const std::function<bool()>& condition) {
    for (int tries = 0; tries < 1000; ++tries) {
      settle();
      if (condition()) return true;
    }
    return false;
  }
  void advance(Milliseconds by) {
    clock.advance(by + 2 * TimerWheel::kTick);
    settle();
  }
  // Sends, and returns what has arrived since.
  std::string ask(Client& client, std::string_view bytes) {
    client.got.clear();
    client.send(bytes);
    settle();
    return client.got;
  }
  std::string ask(std::string_view bytes) { return ask(connect(), bytes); }
  Feed& feed(std::size_t index = 0) { return *feeds.at(index); }

  Over over = Over::socket;
  ManualClock clock{WallTime{784'111'777'000}};
  Loop loop{0, clock};
  Config config;
  Router router;
  Recorder observer;
  OpenCounts counts;
  SeededRandom random{1};
  std::unique_ptr<RoutingDispatcher> dispatcher;
  std::unique_ptr<TlsServer> tls;
  std::unique_ptr<TestServer> server;
  std::uint16_t port = 0;
  std::deque<Client> clients;

  std::string big = std::string(5'000'000, 'b');
  std::string preamble;
  bool watches_streams = false;
  std::shared_ptr<Watched> watched = std::make_shared<Watched>();  // the last stream
  Feed next_feed;
  std::vector<std::shared_ptr<Feed>> feeds;
  std::vector<UniqueFunction<void(int)>> slow;
  int slow_finished = 0;
  int clients_gone = 0;
};

// Runs over a socket and over a channel that takes and gives one byte at a time, without TLS and inside it.
class Http1Test : public Http1Fixture, public testing::WithParamInterface<Over> {
 protected:
  Http1Test() { over = GetParam(); }
};

// Runs over what moves a few hundred bytes at once. What is sent in these cases depends on that: how much of a
// stream that is cut, whether a body has arrived with its head.
class Http1InOnePieceTest : public Http1Test {};

// What only a listener does.
class ListenerTest : public Http1Fixture {};

inline constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: a\r\nX-Request-Id: r.1\r\n\r\n";
inline constexpr std::string_view kStream = "GET /stream HTTP/1.1\r\nHost: a\r\nX-Request-Id: r.1\r\n\r\n";
inline constexpr std::string_view kHelloAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Request-Id: r.1\r\nX-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\nContent-Length: 5\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\nhello";
inline constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-cache, "
    "no-transform\r\n"
    "X-Accel-Buffering: no\r\nX-Request-Id: r.1\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: "
    "no-referrer\r\n"
    "Transfer-Encoding: chunked\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n";

}  // namespace belay::transport
