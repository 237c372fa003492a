// What happens to a connection that was just accepted (requirement X17).
#pragma once

#include <cstdint>
#include <string_view>

#include "transport/config.hpp"
#include "transport/observer.hpp"
#include "transport/trusted_proxies.hpp"

namespace belay::transport {

enum class ConnectionPurpose : std::uint8_t {
  serve,
  serve_health,    // the server is full: one request for a route that is served then, else a 503
  refuse,          // the server is full: a 503 at once
  refuse_address,  // too many from this address: a 429 at once
};

// Counts nothing: a connection is counted when it starts. Trusted proxies and this machine have no limit of
// their own, because their connections belong to many clients.
ConnectionPurpose purpose_of(const Config& config, const OpenCounts& counts, const TrustedProxies& proxies,
                             std::string_view peer);

}  // namespace belay::transport
