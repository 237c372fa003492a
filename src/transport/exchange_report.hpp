// What a driver reports about an exchange (observer.hpp), the same for HTTP/1.1 and HTTP/2.
#pragma once

#include <chrono>
#include <string_view>

#include "transport/observer.hpp"
#include "transport/router.hpp"

namespace belay::transport {

// As in ALPN (RFC 7301). HTTP/1.0 is reported as HTTP/1.1.
inline constexpr std::string_view kHttp1 = "http/1.1";
inline constexpr std::string_view kHttp2 = "h2";

// The names are valid as long as the route and the request. `route`: null when none was found.
RequestReport request_report(std::string_view protocol, const Request& request, const Route* route,
                             int status);

StreamReport stream_report(std::string_view protocol, const Route& route, std::string_view request_id,
                           std::string_view peer, std::chrono::nanoseconds duration);

// Maps every method that HTTP does not define to one name.
std::string_view known_method(std::string_view method);

}  // namespace belay::transport
