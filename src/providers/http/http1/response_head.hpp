// Reads one response head, line by line (RFC 9112, sections 4 and 5), and finds out how its body is framed
// (section 6.3).
//
// It is strict, because another program on the way may read a doubtful head differently: lines end in CR LF,
// names are tokens without a space before the colon, lines are not folded, Content-Length is one decimal
// number, Transfer-Encoding is `chunked`, and never both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "providers/http/http_client.hpp"
#include "providers/http/http_faults.hpp"

namespace belay::providers {

// What is wrong. The cause is a fixed text.
struct ResponseFault {
  HttpFault fault = HttpFault::unreadable;
  std::string_view cause;
};

class ResponseHead {
 public:
  enum class Body { none, length, chunked, until_close };

  explicit ResponseHead(std::size_t max_headers) : max_headers_(max_headers) {}

  // A line without its CR LF: first the status line, then the headers.
  std::optional<ResponseFault> add(std::string_view line);
  // At the empty line: decides on the framing.
  std::optional<ResponseFault> finish();

  bool empty() const { return !has_status_; }
  bool interim() const { return head_.status < 200; }
  Body body() const { return body_; }
  std::uint64_t length() const { return length_; }
  // Whether the connection may carry another request after this response.
  bool keeps_connection() const { return keeps_connection_ && body_ != Body::until_close; }
  HttpHead take() { return std::move(head_); }

 private:
  std::optional<ResponseFault> add_status(std::string_view line);
  std::optional<ResponseFault> check_framing();

  std::size_t max_headers_;
  HttpHead head_;
  bool has_status_ = false;
  bool http_1_0_ = false;
  bool keeps_connection_ = true;
  Body body_ = Body::until_close;
  std::uint64_t length_ = 0;
};

}  // namespace belay::providers
