// A server with one WebSocket route that sends every message back: for the Autobahn test suite. Its limits are those of the
// suite's largest messages. Prints "listening on PORT" and runs until it is killed.
#include <cstdio>
#include <deque>
#include <memory>

#include "base/loop.hpp"
#include "base/random.hpp"
#include "transport/framing/websocket.hpp"
#include "transport/listener.hpp"
#include "transport/router.hpp"
#include "transport/routing_dispatcher.hpp"
#include "transport/websocket/websocket.hpp"

namespace {

using namespace belay;
using namespace belay::transport;

// One binary message, framed (RFC 6455, section 5.2).
class BinaryMessage final : public ByteSource {
 public:
  explicit BinaryMessage(std::string_view data) {
    framed_.assign(data);
    websocket_framing().close(MessagePart::whole, 0, framed_);
    framed_[0] = '\x82';
  }
  void attach(Waker&) override {}
  State peek(ByteRanges& out) override {
    out.clear();
    out.add(std::string_view(framed_).substr(sent_));
    return out.bytes == 0 ? State::ended : State::ready;
  }
  void consume(std::size_t bytes) override { sent_ += bytes; }

 private:
  std::string framed_;
  std::size_t sent_ = 0;
};

class Echo final : public WebSocketHandler {
 public:
  void opened(WebSocket& socket) override { socket_ = &socket; }
  void message(std::string_view text) override { socket_->send(std::string(text)); }
  void binary_message(std::string_view bytes) override {
    waiting_.push_back(std::make_unique<BinaryMessage>(bytes));
    if (!socket_->is_showing()) shown();
  }
  void shown() override {
    if (waiting_.empty()) return;
    socket_->show(std::move(waiting_.front()));
    waiting_.pop_front();
  }

 private:
  WebSocket* socket_ = nullptr;
  std::deque<std::unique_ptr<ByteSource>> waiting_;
};

Awaitable<Response> echo(Request& request) {
  WebSocketOptions options;
  options.binary = BinaryMessages::accepted;
  options.limits.max_message = options.limits.max_unsent = 32_MiB;
  options.limits.max_fragments = options.limits.max_messages = options.limits.max_control_frames = 1'000'000;
  co_return upgrade_to_websocket(request, std::make_unique<Echo>(), std::move(options));
}

}  // namespace

int main() {
  SystemClock clock;
  SecureRandom random;
  Loop loop(0, clock);
  Config config;
  Router router;
  router.add({"GET", "/", echo, ByteCount{0}, "echo"}).value();
  TransportObserver observer;
  OpenCounts counts;
  const auto dispatcher = RoutingDispatcher::make({config, router, observer, random}).value();
  Listener listener({loop, config, *dispatcher, observer, counts, random});
  std::printf("listening on %d\n", listener.listen(0).value());
  std::fflush(stdout);
  loop.run();
}
