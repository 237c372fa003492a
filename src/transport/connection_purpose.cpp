#include "transport/connection_purpose.hpp"

#include "transport/client_network.hpp"

namespace belay::transport {

ConnectionPurpose purpose_of(const Config& config, const OpenCounts& counts, const TrustedProxies& proxies,
                             std::string_view peer) {
  if (counts.connections.load() >= config.max_connections) {
    const bool has_reserve = counts.reserve_used.load() < config.health_reserve;
    return has_reserve ? ConnectionPurpose::serve_health : ConnectionPurpose::refuse;
  }
  const bool is_limited = !is_this_machine(peer) && !proxies.contains(peer);
  if (is_limited && counts.by_address->of(peer) >= config.max_connections_per_address)
    return ConnectionPurpose::refuse_address;
  return ConnectionPurpose::serve;
}

}  // namespace belay::transport
