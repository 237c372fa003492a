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
#include "base/loop.hpp"

namespace belay::transport {

struct Header {
  std::string name;  // lower-case in requests
  std::string value;
};

struct Request {
  std::string method;                                      // "GET"
  std::string path;                                        // percent-decoded, no query: "/assistant/request"
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
  std::vector<std::pair<std::string, std::string>> captures;  // of the route's pattern: {"request_id", "…"}
  std::vector<Header> headers;
  std::string body;
  std::string request_id;       // this exchange's name in logs and in the X-Request-Id response header
  std::string peer;             // the client's address: of the socket, or what a trusted proxy said
  bool secure = false;          // arrived over TLS, here or at a trusted proxy
  bool chunked_allowed = true;  // HTTP/1.1 or later
  Loop* loop = nullptr;         // the connection's loop: handlers run on it

  // The first value; empty if absent. Names are lower-case.
  std::optional<std::string_view> header(std::string_view name) const;
  std::optional<std::string_view> query_value(std::string_view name) const;
  std::string_view capture(std::string_view name) const;  // asserts that the route has it
  std::optional<std::string_view> cookie(std::string_view name) const;
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
