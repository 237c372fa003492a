// What a surface sees of HTTP: a request that has been read whole and checked, and a response to send.
//
// Both are plain values, the same for HTTP/1.1 and HTTP/2. The transport has already refused what is
// malformed, too large or too slow; names of headers are lower-case here.
#pragma once

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

// Whether a request's client is still there while its handler runs. Nothing is watched, and nothing is paid,
// until a handler asks. On the connection's loop; lives as long as the handler runs.
class ClientWatch {
 public:
  // Calls `gone` once, never from inside watch(). One watch at a time.
  virtual void watch(UniqueFunction<void()> gone) = 0;
  virtual void unwatch() = 0;

 protected:
  ~ClientWatch() = default;
};

struct Request {
  std::string method;                                      // "GET"
  std::string path;                                        // percent-decoded, no query: "/assistant/request"
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
  std::vector<std::pair<std::string, std::string>> captures;  // of the route's pattern: {"request_id", "…"}
  std::vector<Header> headers;
  std::string body;
  std::string request_id;         // this exchange's name in logs and in the X-Request-Id response header
  std::string peer;               // the client's address: of the socket, or what a trusted proxy said
  bool secure = false;            // arrived over TLS, here or at a trusted proxy
  bool chunked_allowed = true;    // HTTP/1.1 or later
  Loop* loop = nullptr;           // the connection's loop: handlers run on it
  ClientWatch* client = nullptr;  // null: nobody can say (tests); see ClientPresence

  // The first value; empty if absent. Names are lower-case.
  std::optional<std::string_view> header(std::string_view name) const;
  std::optional<std::string_view> query_value(std::string_view name) const;
  std::string_view capture(std::string_view name) const;  // asserts that the route has it
  std::optional<std::string_view> cookie(std::string_view name) const;
};

// What a handler that waits for long holds while it waits. A client counts as gone when it has closed or
// reset its connection. One that has closed only its sending half and still reads is there (it is sent `102
// Processing` to find out which of the two it is); HTTP/1.0 knows no such answer, so there it counts as gone.
class ClientPresence {
 public:
  explicit ClientPresence(const Request& request);
  ~ClientPresence();
  ClientPresence(const ClientPresence&) = delete;
  ClientPresence& operator=(const ClientPresence&) = delete;

  bool is_gone() const { return gone_; }
  // Called once, when it goes; not for one that is gone already. Null: nobody is told any more.
  void when_gone(UniqueFunction<void()> callback) { when_gone_ = std::move(callback); }

 private:
  ClientWatch* const watch_;
  UniqueFunction<void()> when_gone_;
  bool gone_ = false;
};

// The words beside a status: "Not Found".
std::string_view reason_phrase(int status);

// An endless or long body: pulled from a source as the socket takes it.
struct StreamBody {
  std::unique_ptr<ByteSource> source;
  // Sent before the source's first byte (SSE: the `retry:` line).
  std::string preamble;
  // Sent whenever nothing else was for the heartbeat interval; empty: never (SSE: a comment).
  std::string heartbeat;
};

struct Response {
  int status = 200;
  std::vector<Header>
      headers;  // without content-length, transfer-encoding, connection and date: the transport's own
  std::variant<std::string, StreamBody> body;
};

}  // namespace belay::transport
