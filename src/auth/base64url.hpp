// base64url without padding (RFC 4648, section 5; RFC 7515, appendix C): the encoding of tokens and tickets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace belay::auth {

std::string to_base64url(std::string_view bytes);
// Strict: rejects padding, white space and unused bits, so that each value has exactly one form.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace belay::auth
