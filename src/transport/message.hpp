// HTTP as the surfaces see it: a request that has been read completely and checked, and a response to send.
//
// Both are plain values, and the same for HTTP/1.1 and HTTP/2. The transport has already refused requests
// that are malformed, too large or too slow. Header names of requests are lower-case.
#pragma once

#include <any>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/byte_source.hpp"
#include "base/error.hpp"
#include "base/framing.hpp"
#include "base/function.hpp"
#include "base/loop.hpp"
#include "base/presence.hpp"
#include "base/result.hpp"
#include "base/thread_pool.hpp"

namespace belay::transport {

struct Header {
  std::string name;  // lower-case in requests
  std::string value;
};

// Watches whether a request's client is still connected while the handler runs. It costs nothing until a
// handler asks for it. Used on the connection's loop. Lives as long as the handler runs.
class ClientWatch {
 public:
  // Calls `gone` once, and never from inside watch(). Only one watch at a time.
  virtual void watch(UniqueFunction<void()> gone) = 0;
  virtual void unwatch() = 0;

 protected:
  ~ClientWatch() = default;
};

// The body of a request while it arrives, for routes that take it as a stream (Route::streams_body).
class BodyReader {
 public:
  // The next piece of the body; empty: it has ended. Between two calls nothing is read from the client. One call
  // at a time, while the handler runs. Fails when the body is too large, malformed or late, and with `cancelled`
  // when the client has gone; every later call fails in the same way. A ClientPresence that is made before the
  // body has ended notices nothing.
  virtual Awaitable<Result<std::string>> read() = 0;

 protected:
  ~BodyReader() = default;
};

struct Request {
  std::string method;                             // "GET"
  std::string path;                               // percent-decoded, without query: "/assistant/request"
  std::size_t escaped_slash = std::string::npos;  // as in Target (transport/target.hpp)
  std::vector<std::pair<std::string, std::string>> query;     // decoded, in order
  std::vector<std::pair<std::string, std::string>> captures;  // of the route's pattern: {"request_id", "…"}
  std::vector<Header> headers;
  std::string body;
  std::string request_id;       // id of this exchange in logs and in the X-Request-Id response header
  std::string peer;             // the client's address: the socket's, or the one a trusted proxy named
  bool secure = false;          // arrived over TLS, here or at a trusted proxy
  bool chunked_allowed = true;  // HTTP/1.1 or later
  // The protocol of an extended CONNECT over HTTP/2 (RFC 8441): "websocket". Such a request is a GET for handlers, and
  // only an Upgrade to this protocol answers it.
  std::string connect_protocol = {};
  Loop* loop = nullptr;               // the connection's loop; handlers run on it
  ClientWatch* client = nullptr;      // null in tests; see ClientPresence
  BodyReader* body_reader = nullptr;  // set on routes that take their body as a stream; then `body` is empty
  // What Route::before_body found out about the client. Only who sets it reads it (auth/authenticator.hpp).
  std::any checked_caller = {};

  // Return the first value, or nothing when there is none. Header names are lower-case.
  std::optional<std::string_view> header(std::string_view name) const;
  std::optional<std::string_view> query_value(std::string_view name) const;
  std::string_view capture(std::string_view name) const;  // asserts that the route has it
  std::optional<std::string_view> cookie(std::string_view name) const;
};

// A handler that waits for a long time holds one of these while it waits.
//
// A client counts as gone when it has closed or reset its connection. A client that has closed only its
// sending half and still reads is present. To tell the two apart, the server sends it `102 Processing`.
// HTTP/1.0 has no such answer, so an HTTP/1.0 client that closes its sending half counts as gone.
class ClientPresence final : public Presence {
 public:
  explicit ClientPresence(const Request& request);
  ~ClientPresence();
  ClientPresence(const ClientPresence&) = delete;
  ClientPresence& operator=(const ClientPresence&) = delete;

  bool is_gone() const override { return gone_; }
  void when_gone(UniqueFunction<void()> callback) override { when_gone_ = std::move(callback); }

 private:
  ClientWatch* const watch_;
  UniqueFunction<void()> when_gone_;
  bool gone_ = false;
};

// The text after a status code: "Not Found".
std::string_view reason_phrase(int status);

// A stream that is being sent, for whoever may have to end it before its source does. Called on the
// connection's loop. A call never destroys the stream's StreamWatch.
class OpenStream {
 public:
  // Ends the stream behind `last_message`, which is framed and whole. A client that has not taken everything
  // before it yet, or an empty message: the stream is cut instead.
  virtual void revoke(std::string_view last_message) = 0;
  // Cuts the stream as at a shutdown: a hint when to reconnect, and no clean end.
  virtual void expire(Milliseconds retry) = 0;

 protected:
  ~OpenStream() = default;
};

// Knows a stream while it is open. Destroyed with the stream, on the connection's loop.
class StreamWatch {
 public:
  virtual ~StreamWatch() = default;
  // Called once, when the beginning of the stream has been sent. `stream` lives longer than this object. It may
  // be ended from inside the call.
  virtual void opened(OpenStream& stream) = 0;
};

// A body that is long or has no end. It is pulled from a source as the socket accepts bytes.
struct StreamBody {
  std::unique_ptr<ByteSource> source;
  // Sent before the source's first byte.
  std::string preamble;
  // What the transport may send between the source's messages: heartbeats, and a farewell when it cuts the
  // stream. Null: the source has no messages, and nothing is sent between its bytes.
  const Framing* framing = nullptr;
  std::unique_ptr<StreamWatch> watch{};  // null: nobody ends the stream early
};

class ByteChannel;                    // transport/byte_channel.hpp
enum class StreamEnd : std::uint8_t;  // transport/observer.hpp

// Speaks another protocol on a connection, after a 101, or on a stream of HTTP/2. By callbacks: such connections are many and idle, and a coroutine
// would hold more memory than most handlers. All calls happen on the connection's loop.
class UpgradeHandler {
 public:
  // Call it once, when the handler is done, with what was thrown or null. Never from inside start().
  using Done = UniqueFunction<void(std::exception_ptr)>;

  virtual ~UpgradeHandler() = default;
  // `received`: what the client has sent after its request. The connection or stream is closed when `done` is called. When
  // the channel is closed before, its reads and writes fail, and `done` must be called soon. When the loop ends, `done` is
  // destroyed with the wait that holds it. `done` keeps the connection and its channel alive.
  virtual void start(ByteChannel& channel, std::string received, Done done) = 0;
  // Called between start() and `done`: the server shuts down, and the client should reconnect after `retry`. The
  // connection is closed a moment later.
  virtual void cut(Milliseconds retry) = 0;
  // Called before `done`, also before start(): the server takes no new work (Listener::drain()). A connection on which
  // nothing is under way should end, now or as soon as that is so; its client may reconnect after `retry`.
  virtual void drain(Milliseconds /*retry*/) {}
  // Why it ended; asked once `done` was called. Decides how the connection is closed, and is reported.
  virtual StreamEnd end() const;
};

struct Upgrade {
  std::string protocol;  // "websocket"
  std::unique_ptr<UpgradeHandler> handler;
};

struct Response {
  int status = 200;  // 101 if and only if the body is an Upgrade
  // Without Content-Length, Transfer-Encoding, Connection, Upgrade and Date: the transport writes those.
  std::vector<Header> headers;
  // An Upgrade is an answer to a request of HTTP/1.1 that asked for this protocol, or to an extended CONNECT.
  std::variant<std::string, StreamBody, Upgrade> body;
  // Of a response that problem() made: what it says, so that an API can say it in another form
  // (transport/error_shape.hpp).
  std::unique_ptr<const Error> error{};
};

}  // namespace belay::transport
