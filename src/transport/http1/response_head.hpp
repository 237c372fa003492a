// Writes the head of a response as bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "transport/message.hpp"

namespace belay::transport {

struct HeadFraming {
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  std::string_view connection;  // "close", "keep-alive", or empty: no such header
  std::string_view date;        // as http_date() writes it
};

// Fails as check_response_headers() does. `out` is unchanged then.
Result<> append_response_head(std::string& out, const Response& response, const HeadFraming& framing);

}  // namespace belay::transport
