// The opening handshake of a WebSocket (RFC 6455, sections 4.1 and 4.2), as far as its parts are of use alone.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "transport/message.hpp"

namespace belay::transport {

// Whether a header is a list that contains `token`, in any letter case. The header may be sent several times.
bool has_token(const Request& request, std::string_view lower_name, std::string_view token);

// The value of Sec-WebSocket-Accept for a key: base64(SHA-1(key and a constant)).
std::string accept_key(std::string_view key);

// The first of `ours` that the client offers too. Empty: none.
std::string choose_subprotocol(const Request& request, std::span<const std::string> ours);

}  // namespace belay::transport
