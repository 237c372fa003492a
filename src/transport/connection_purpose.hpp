// What happens to a connection that was just accepted (requirement X17).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.hpp"
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

// How long a connection of the reserve may take to ask for something. Others wait for its place.
inline constexpr Milliseconds kHealthDeadline{1000};

// Counts a connection, and tells the observer. `refusing`: the connections of a driver that are only refused.
void count_opened(ConnectionPurpose purpose, std::string_view peer, OpenCounts& counts,
                  TransportObserver& observer, std::size_t& refusing);
void count_closed(ConnectionPurpose purpose, std::string_view peer, OpenCounts& counts,
                  TransportObserver& observer, std::size_t& refusing);

// The error that a connection that is not served gets.
Error refusal_of(ConnectionPurpose purpose);

}  // namespace belay::transport
