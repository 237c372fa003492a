// Writes the session cookie's header (RFC 6265): always HttpOnly; Secure whenever the page may have been
// loaded over TLS.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "auth/config.hpp"
#include "transport/message.hpp"

namespace belay::auth {

// Browsers drop a cookie whose name and value together are longer (RFC 6265, section 6.1).
inline constexpr std::size_t kMaxCookieBytes = 4096;

bool is_cookie_value(std::string_view value);

// Whether anything indicates that the page which sent the request was loaded over TLS: the connection, the
// page's own Origin, or what any proxy says in X-Forwarded-Proto, Forwarded (RFC 7239) or similar headers.
// The proxy need not be trusted: a false header only makes the cookie stricter.
bool loaded_over_tls(const transport::Request& request);

// The value of the Set-Cookie header. The cookie is also Secure when the settings require it, and when
// browsers accept it in no other way (SameSite=None, names that begin with __Host- and __Secure-).
std::string set_cookie(const Config& config, const transport::Request& request, std::string_view value,
                       std::int64_t max_age_seconds);

}  // namespace belay::auth
