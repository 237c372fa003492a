// The socket of the AI SDK's WebSocketChatTransport (requirement K57): WS /api/chat/socket?token=… or ?ticket=…
//
//   in    send {requestId, id, messages, trigger, messageId?, body} · resume {requestId, id} · abort {requestId}
//   out   start · chunk {sequence, chunk} · end · error {errorText} · no-active, each with its requestId
//
// `send` starts an answer as POST /api/chat does, and `resume` replays one from its start as GET …/stream does; `no-active`
// says that there is none. `abort` only detaches the client, as stop() does there: the answer goes on. One socket may have
// several requests under way (SocketStreams::kMax). A message is at most `chat.max_body` long.
//
// Lives on the connection's loop. What is asked for outlives the socket.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "surfaces/chat/config.hpp"
#include "surfaces/chat/ui/body.hpp"
#include "surfaces/chat/ui/socket_streams.hpp"
#include "surfaces/surface.hpp"
#include "transport/websocket/websocket.hpp"

namespace belay::surfaces::chat::ui {

// Signs the client in, and answers the handshake. Context and configuration outlive the socket.
Awaitable<transport::Response> open_socket(transport::Request& request, const SurfaceContext& context,
                                           const ChatConfig& config);

// A message of the client.
struct SocketFrame {
  enum class Type { send, resume, abort };
  Type type = Type::abort;
  std::string request_id;
  std::string chat;                    // of `resume`
  std::optional<ChatRequest> request;  // of `send`
};
// An error whose message had a request's id goes to that request.
struct BadFrame {
  std::string request_id;
  Error error;
};
struct ParsedFrame {
  std::optional<SocketFrame> frame;
  std::optional<BadFrame> bad;
};
ParsedFrame parse_frame(std::string_view text, const ChatConfig& config);

// What a socket does, apart from the WebSocket itself: shared by the socket and by what it waits for.
class SocketSession final : public std::enable_shared_from_this<SocketSession> {
 public:
  SocketSession(const SurfaceContext& context, const ChatConfig& config, Loop& loop, Caller caller)
      : context_(context), config_(config), loop_(loop), caller_(std::move(caller)) {}

  void opened(transport::WebSocket& socket) { socket_ = &socket; }
  void message(std::string_view text);
  // Nothing more is sent; what is under way goes on without it.
  void closed();

 private:
  using Self = std::shared_ptr<SocketSession>;

  void send(std::string_view type, std::string_view request_id, std::string_view error = {});
  void spawn(Awaitable<void> work);
  // Whether the request may begin; if not, the client was sent an error.
  bool begin(const std::string& request_id);
  // Whether it is still wanted. It does not wait any more.
  bool end(const std::string& request_id);
  void show(std::string request_id, const RunId& run, services::OpenLog log);

  static Awaitable<void> answer(Self self, std::string request_id, ChatRequest request);
  static Awaitable<void> resume(Self self, std::string request_id, std::string chat);

  const SurfaceContext& context_;
  const ChatConfig& config_;
  Loop& loop_;
  const Caller caller_;
  transport::WebSocket* socket_ = nullptr;
  std::shared_ptr<SocketStreams> streams_;  // what is shown; null: nothing
  std::vector<std::string> waiting_;        // requests without a log yet
};

}  // namespace belay::surfaces::chat::ui
