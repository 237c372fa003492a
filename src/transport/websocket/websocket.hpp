// WebSockets (RFC 6455) as the surfaces see them: a handler for each socket, and what it may do with the socket.
//
//   client ──▶ message()          whole text messages, checked as UTF-8
//   client ◀── show(source)       a stream: whole messages, framed by websocket_framing(); shared with all its readers
//   client ◀── send(text)         short messages of the handler's own, between two messages of the source
//
// The source is pulled as the socket accepts bytes, so a client that reads slowly costs a cursor, not a queue. It is
// closed when it takes nothing for WebSocketLimits::stalled_limit. Pings, pongs, the closing handshake, rates and the
// bounds of messages are the driver's business (websocket_connection.hpp); a handler sees only messages.
//
// Threads: every call, in both directions, happens on the connection's loop. Lifetimes: the driver owns the handler. It
// calls opened() first and closed() last, and destroys the handler in a later turn of the loop; the WebSocket may be
// used from opened() until closed() returns, and only then. When the loop itself ends, the handler is destroyed without
// closed(). A coroutine that a handler starts may outlive it: let both share the state that the coroutine needs, and
// forget the WebSocket in closed(). No call of a WebSocket calls the handler back from inside; what it causes is reported
// in a later turn.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.hpp"
#include "base/loop.hpp"
#include "transport/message.hpp"
#include "transport/websocket/close_code.hpp"
#include "transport/websocket/limits.hpp"

namespace belay::transport {

class WebSocket {
 public:
  // Queues a text message, of valid UTF-8. It goes out between two messages of the source that is shown, in the order
  // of the calls. More than max_unsent in the queue closes the socket (4008). Does nothing after close().
  virtual void send(std::string text) = 0;
  // Streams the source's bytes. Its messages are framed by websocket_framing(). Only one at a time: a source that is
  // shown already ends behind its current message, and the new one follows; shown() is not called for it. The source is
  // destroyed in a later turn of the loop. Does nothing after close(), but destroys the source.
  virtual void show(std::unique_ptr<ByteSource> source) = 0;
  // Ends what is shown behind its current message. shown() is not called.
  virtual void stop_showing() = 0;
  // Whether a source is shown, or will be.
  virtual bool is_showing() const = 0;
  // Begins the closing handshake: what was queued by send() goes out, the source ends behind its current message, and
  // the close frame follows. `reason`: at most 123 bytes of UTF-8, a longer one is cut. Only the first call counts.
  // No message() and no shown() follow; closed() does.
  virtual void close(CloseCode code, std::string_view reason) = 0;
  virtual Loop& loop() = 0;

 protected:
  ~WebSocket() = default;
};

class WebSocketHandler {
 public:
  virtual ~WebSocketHandler() = default;
  // The 101 was sent. It may send, show and close at once.
  virtual void opened(WebSocket& socket) = 0;
  // A whole message. The view is valid during the call only. An exception is a bug: the socket is closed (1011).
  virtual void message(std::string_view text) = 0;
  // A whole binary message, if WebSocketOptions::binary is accepted.
  virtual void binary_message(std::string_view /*bytes*/) {}
  // The source has ended, and all its bytes were accepted by the channel. It is destroyed already: show() may be
  // called. A source that is `lost` closes the socket (4007) instead.
  virtual void shown() {}
  // The server shuts down. It may still send(): the driver closes the socket (1001) when this returns. The client
  // should reconnect after `retry`. A socket that shows nothing is closed when the shutdown begins; one that shows
  // something goes on until that has ended, or until the server's drain time is over.
  virtual void shutting_down(Milliseconds /*retry*/) {}
  // The last call. The code is the client's when it closed first, else the one that the server sent or would have sent;
  // 1005: the client gave none, 1006: the connection broke.
  virtual void closed(CloseCode /*code*/) {}
};

// Whether the request is a handshake that this server takes (sections 4.1 and 4.2; over HTTP/2, RFC 8441). If not, the response that refuses it:
// 426 with `Upgrade: websocket` when the request asks for no WebSocket, 426 with `Sec-WebSocket-Version: 13` for another
// version, 400 for a broken key. A handler may call it first, before it signs the client in; upgrade_to_websocket() does
// so in any case.
std::optional<Response> refuse_handshake(const Request& request);

// Whether binary messages are read. If refused, the first closes the socket (1003).
enum class BinaryMessages { refused, accepted };

struct WebSocketOptions {
  WebSocketLimits limits;
  BinaryMessages binary = BinaryMessages::refused;
  // Ends the socket when its client's sign-in does (auth::OpenStreams::watch()): `expire` closes it with 4001, `revoke`
  // with 4003 behind its last message, which is framed by websocket_framing(). Null: nobody does.
  std::unique_ptr<StreamWatch> watch{};
  // The subprotocols that the server speaks, best first. The first that the client offers too is taken. Extensions are
  // never accepted.
  std::vector<std::string> subprotocols{};
};

// The 101 and the handler behind it, or the response of refuse_handshake().
Response upgrade_to_websocket(const Request& request, std::unique_ptr<WebSocketHandler> handler,
                              WebSocketOptions options);

}  // namespace belay::transport
