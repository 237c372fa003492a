// What HTTP/1.1 and HTTP/2 share about a response's head.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "transport/message.hpp"

namespace belay::transport {

// Fails with `internal` when a header cannot be sent as it is: its name is invalid, its value contains CR, LF
// or NUL, or it is one that the transport writes itself (Content-Length, Transfer-Encoding, Connection,
// Date).
Result<> check_response_headers(const Response& response);

// Whether a response of this status never has a body (RFC 9110, sections 15.3.5 and 15.4.5).
bool has_no_body(int status);
// An empty answer to HEAD: the handler has not made what GET would get, so its length is not known (RFC 9110, section 8.6).
inline bool has_unknown_length(const Request& request, std::string_view body) {
  return request.method == "HEAD" && body.empty();
}

// "Sat, 21 Nov 2026 13:18:05 GMT" (RFC 9110, section 5.6.7).
std::string http_date(WallTime time);

// http_date(), made once a second.
class DateText {
 public:
  std::string_view at(WallTime now);

 private:
  std::string text_;
  std::int64_t second_ = -1;
};

}  // namespace belay::transport
