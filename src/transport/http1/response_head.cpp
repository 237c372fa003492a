#include "transport/http1/response_head.hpp"

#include <iterator>

#include <fmt/format.h>

#include "transport/response_rules.hpp"

namespace belay::transport {

Result<> append_response_head(std::string& out, const Response& response, const HeadFraming& framing) {
  if (auto sendable = check_response_headers(response); !sendable) return sendable;

  const auto to = std::back_inserter(out);
  fmt::format_to(to, "HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  for (const Header& header : response.headers) fmt::format_to(to, "{}: {}\r\n", header.name, header.value);
  if (framing.content_length) fmt::format_to(to, "Content-Length: {}\r\n", *framing.content_length);
  if (framing.chunked) out += "Transfer-Encoding: chunked\r\n";
  if (!framing.connection.empty()) fmt::format_to(to, "Connection: {}\r\n", framing.connection);
  fmt::format_to(to, "Date: {}\r\n\r\n", framing.date);
  return {};
}

}  // namespace belay::transport
