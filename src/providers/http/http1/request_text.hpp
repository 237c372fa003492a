// Writes the head of a request (RFC 9112, section 3). Pure.
#pragma once

#include <optional>
#include <string>

#include "providers/http/http_client.hpp"
#include "providers/http/url.hpp"

namespace belay::providers {

// Nothing if a header would break the framing: control characters, no name, or a header that the client sets
// itself (Host, Content-Length, Transfer-Encoding, Connection).
std::optional<std::string> request_head(const HttpRequest& request, const UrlParts& url);

}  // namespace belay::providers
