// Base64 as in RFC 4648, section 4.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace belay {

// Strict: whole groups with padding, no spaces or line ends. Nothing: it is not Base64. Linear; pure.
std::optional<std::string> from_base64(std::string_view text);

// Appends the bytes with padding, without line ends.
void append_base64(std::string_view bytes, std::string& out);

}  // namespace belay
