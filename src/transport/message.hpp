// HTTP as the surfaces see it: a request that has been read completely and checked, and a response to send.
//
// Both are plain values, and the same for HTTP/1.1 and HTTP/2. The transport has already refused requests
// that are malformed, too large or too slow. Header names of requests are lower-case.
#pragma once

#include <any>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/byte_source.hpp"
#include "base/function.hpp"
#include "base/loop.hpp"

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

struct Request {
  std::string method;  // "GET"
  std::string path;    // percent-decoded, without query: "/assistant/request"
  std::vector<std::pair<std::string, std::string>> query;     // decoded, in order
  std::vector<std::pair<std::string, std::string>> captures;  // of the route's pattern: {"request_id", "…"}
  std::vector<Header> headers;
  std::string body;
  std::string request_id;         // id of this exchange in logs and in the X-Request-Id response header
  std::string peer;               // the client's address: the socket's, or the one a trusted proxy named
  bool secure = false;            // arrived over TLS, here or at a trusted proxy
  bool chunked_allowed = true;    // HTTP/1.1 or later
  Loop* loop = nullptr;           // the connection's loop; handlers run on it
  ClientWatch* client = nullptr;  // null in tests; see ClientPresence
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
class ClientPresence {
 public:
  explicit ClientPresence(const Request& request);
  ~ClientPresence();
  ClientPresence(const ClientPresence&) = delete;
  ClientPresence& operator=(const ClientPresence&) = delete;

  bool is_gone() const { return gone_; }
  // `callback` is called once, when the client goes. It is not called for a client that is gone already.
  // Null: removes the callback.
  void when_gone(UniqueFunction<void()> callback) { when_gone_ = std::move(callback); }

 private:
  ClientWatch* const watch_;
  UniqueFunction<void()> when_gone_;
  bool gone_ = false;
};

// The text after a status code: "Not Found".
std::string_view reason_phrase(int status);

// A body that is long or has no end. It is pulled from a source as the socket accepts bytes.
struct StreamBody {
  std::unique_ptr<ByteSource> source;
  // Sent before the source's first byte (SSE: the `retry:` line).
  std::string preamble;
  // Sent when nothing else was sent for the heartbeat interval. Empty: no heartbeats. (SSE: a comment.)
  std::string heartbeat;
};

struct Response {
  int status = 200;
  // Without Content-Length, Transfer-Encoding, Connection and Date: the transport writes those.
  std::vector<Header> headers;
  std::variant<std::string, StreamBody> body;
};

}  // namespace belay::transport
