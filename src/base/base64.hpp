// Base64 as in RFC 4648, section 4.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace belay {

// Strict: whole groups with padding, no spaces or line ends. Nothing: it is not Base64. Linear; pure.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace belay
