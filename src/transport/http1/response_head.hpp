// Writes the head of a response as bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "transport/message.hpp"

namespace belay::transport {

struct HeadFraming {
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  std::string_view connection;  // "close", "keep-alive", or empty: no such header
  std::string_view date;        // as http_date() writes it
};

// Fails with `internal` when a header cannot be sent as it is: its name is invalid, its value contains CR, LF
// or NUL, or it is one that the transport writes itself (Content-Length, Transfer-Encoding, Connection,
// Date). `out` is unchanged then.
Result<> append_response_head(std::string& out, const Response& response, const HeadFraming& framing);

// "Sat, 21 Nov 2026 13:18:05 GMT" (RFC 9110, section 5.6.7).
std::string http_date(WallTime time);

}  // namespace belay::transport
