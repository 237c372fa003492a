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

void count_opened(ConnectionPurpose purpose, std::string_view peer, OpenCounts& counts,
                  TransportObserver& observer, std::size_t& refusing) {
  switch (purpose) {
    case ConnectionPurpose::serve:
      ++counts.connections;
      counts.by_address->add(peer, 1);
      return observer.connection_opened();
    case ConnectionPurpose::serve_health:
      ++counts.reserve_used;
      return;
    case ConnectionPurpose::refuse:
    case ConnectionPurpose::refuse_address:
      ++refusing;
      return;
  }
}

void count_closed(ConnectionPurpose purpose, std::string_view peer, OpenCounts& counts,
                  TransportObserver& observer, std::size_t& refusing) {
  switch (purpose) {
    case ConnectionPurpose::serve:
      --counts.connections;
      counts.by_address->remove(peer, 1);
      return observer.connection_closed();
    case ConnectionPurpose::serve_health:
      --counts.reserve_used;
      return;
    case ConnectionPurpose::refuse:
    case ConnectionPurpose::refuse_address:
      --refusing;
      return;
  }
}

Error refusal_of(ConnectionPurpose purpose) {
  if (purpose == ConnectionPurpose::refuse_address) {
    Error error =
        make_error(ErrorCode::too_many_active,
                   "Too many connections are open from this address. Close some, or try again in a moment.");
    error.limit = "max_connections_per_address";
    return error;
  }
  Error error = make_error(ErrorCode::server_full, "Too many connections are open. Try again in a moment.");
  error.limit = "max_connections";
  return error;
}

}  // namespace belay::transport
