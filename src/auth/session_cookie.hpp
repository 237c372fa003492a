// The session cookie as it is set (RFC 6265): HttpOnly always, Secure whenever the page may have come over
// TLS.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "auth/config.hpp"
#include "transport/message.hpp"

namespace belay::auth {

// Browsers drop a cookie whose name and value are longer (RFC 6265, section 6.1).
inline constexpr std::size_t kMostCookieBytes = 4096;

bool is_cookie_value(std::string_view value);

// Whether anything says that the page which sent the request came over TLS: the connection, the page's own
// Origin, or what any proxy says in X-Forwarded-Proto, Forwarded (RFC 7239) or their relatives. No proxy need
// be trusted for that: who lies only makes the cookie stricter.
bool page_came_by_tls(const transport::Request& request);

// The Set-Cookie header's value. Secure also when the settings say so, and for cookies that browsers take in
// no other way (SameSite=None, names that begin with __Host- and __Secure-).
std::string set_cookie(const Config& config, const transport::Request& request, std::string_view value,
                       std::int64_t max_age_seconds);

}  // namespace belay::auth
