#include "transport/websocket/websocket.hpp"

#include "transport/websocket/handshake.hpp"
#include "transport/websocket/websocket_connection.hpp"

namespace belay::transport {
namespace {

class WebSocketUpgrade final : public UpgradeHandler {
 public:
  explicit WebSocketUpgrade(std::shared_ptr<WebSocketConnection> connection)
      : connection_(std::move(connection)) {}
  void start(ByteChannel& channel, std::string received, Done done) override {
    connection_->start(channel, std::move(received), std::move(done));
  }
  void cut(Milliseconds retry) override { connection_->shut_down(retry); }
  void drain(Milliseconds retry) override { connection_->drain(retry); }
  StreamEnd end() const override { return connection_->end(); }

 private:
  const std::shared_ptr<WebSocketConnection> connection_;
};

}  // namespace

Response upgrade_to_websocket(const Request& request, std::unique_ptr<WebSocketHandler> handler,
                              WebSocketOptions options) {
  if (auto refusal = refuse_handshake(request)) return std::move(*refusal);
  Response response;
  response.status = 101;
  if (request.connect_protocol.empty())
    response.headers.push_back({"Sec-WebSocket-Accept", accept_key(*request.header("sec-websocket-key"))});
  if (std::string protocol = choose_subprotocol(request, options.subprotocols); !protocol.empty())
    response.headers.push_back({"Sec-WebSocket-Protocol", std::move(protocol)});
  auto connection =
      std::make_shared<WebSocketConnection>(*request.loop, std::move(handler), std::move(options));
  response.body = Upgrade{"websocket", std::make_unique<WebSocketUpgrade>(std::move(connection))};
  return response;
}

}  // namespace belay::transport
