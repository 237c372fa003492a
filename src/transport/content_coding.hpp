// Request bodies are read as they are. The server decodes no content coding (gzip, br, zstd), so a small
// request cannot become a large one.
#pragma once

#include <optional>

#include "transport/message.hpp"

namespace belay::transport {

// Returns 415 with the Accept-Encoding that RFC 9110, section 15.5.16 asks for. Returns nothing when
// Content-Encoding is absent, empty or `identity`.
std::optional<Response> refuse_content_coding(const Request& request);

}  // namespace belay::transport
