// Feeds arbitrary bytes to a connection that speaks HTTP/2, whole and in pieces. It must not crash, hang or leak.
//
// The first byte seeds the sizes of the pieces and says whether the preface is given. The rest is what a client
// sends. The server has a route of each kind: text, stream, body, streamed body.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "transport/framing/sse.hpp"
#include "transport/http1/test_channel.hpp"
#include "transport/http2/http2_driver.hpp"
#include "transport/routing_dispatcher.hpp"

namespace belay::transport {
namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

void require(bool holds) {
  if (!holds) std::abort();
}

// A stream of a few bytes.
class ShortSource final : public ByteSource {
 public:
  void attach(Waker&) override {}
  State peek(ByteRanges& out) override {
    out.clear();
    out.add(rest_);
    return rest_.empty() ? State::ended : State::ready;
  }
  void consume(std::size_t bytes) override { rest_.remove_prefix(bytes); }

 private:
  std::string_view rest_ = "data: 1\n\ndata: 2\n\n";
};

Response text(std::string body) {
  Response response;
  response.body = std::move(body);
  return response;
}

class Server {
 public:
  Server() {
    config_.max_header_bytes = ByteCount{1024};
    config_.max_target = ByteCount{256};
    config_.max_headers = 16;
    config_.http2.max_streams = 4;
    config_.http2.max_resets = 10;
    config_.http2.max_control_frames = 100;
    add("GET", "/", 0, [](Request&) -> Awaitable<Response> { co_return text("ok"); });
    add("POST", "/echo", 64, [](Request& request) -> Awaitable<Response> {
      require(request.body.size() <= 64);
      co_return text(request.body);
    });
    add("GET", "/stream", 0, [](Request&) -> Awaitable<Response> {
      Response response;
      StreamBody body;
      body.source = std::make_unique<ShortSource>();
      body.framing = &sse_framing();
      response.body = std::move(body);
      co_return response;
    });
    Route upload{"POST", "/upload",
                 [](Request& request) -> Awaitable<Response> {
                   std::size_t size = 0;
                   for (;;) {
                     const Result<std::string> piece = co_await request.body_reader->read();
                     if (!piece || piece->empty()) break;
                     size += piece->size();
                   }
                   require(size <= 64);
                   co_return text(std::to_string(size));
                 },
                 ByteCount{64}, "upload"};
    upload.streams_body = true;
    require(static_cast<bool>(router_.add(std::move(upload))));
    dispatcher_ = std::move(*RoutingDispatcher::make({config_, router_, observer_, random_}));
    driver_.emplace(Http2Driver::Parts{loop_, config_, *dispatcher_, observer_, counts_, random_});
  }
  ~Server() {
    driver_.reset();
    settle();
  }

  // `next_cut` returns how many bytes to pass next.
  template <class NextCut>
  void serve(std::string_view bytes, NextCut next_cut) {
    const auto wire = std::make_shared<TestWire>(loop_, TestWire::Pieces::whole);
    driver_->serve<TestChannel>("127.0.0.1", ConnectionPurpose::serve, wire);
    while (!bytes.empty()) {
      const std::size_t cut = std::min<std::size_t>(next_cut(), bytes.size());
      const std::size_t taken = wire->send(bytes.substr(0, cut));
      settle();
      wire->receive();
      if (taken == 0) break;
      bytes.remove_prefix(taken);
    }
    wire->close();
    settle();
    require(counts_.connections.load() == 0 && counts_.streams.load() == 0);
    require(counts_.body_memory->total() == 0);
  }

 private:
  void add(std::string method, std::string path, std::uint64_t max_body, HandlerFunction handler) {
    require(static_cast<bool>(router_.add({method, path, std::move(handler), ByteCount{max_body}, path})));
  }
  void settle() {
    while (loop_.turn()) continue;
  }

  ManualClock clock_{WallTime{0}};
  Loop loop_{0, clock_};
  Config config_;
  Router router_;
  TransportObserver observer_;
  OpenCounts counts_;
  SeededRandom random_{1};
  std::unique_ptr<RoutingDispatcher> dispatcher_;
  std::optional<Http2Driver> driver_;
};

}  // namespace
}  // namespace belay::transport

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string bytes(data[0] & 1 ? belay::transport::kPreface : std::string_view());
  bytes.append(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::uint32_t state = data[0];
  const auto cuts = [&state] {
    state = state * 1664525 + 1013904223;
    return std::size_t{1} + (state >> 24) % 61;
  };
  belay::transport::Server server;
  server.serve(bytes, [&bytes] { return bytes.size(); });
  server.serve(bytes, cuts);
  return 0;
}
