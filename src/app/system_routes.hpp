// The paths of the server itself: health, readiness, metrics, documentation.
//
// Metrics are private (requirement X22). On the operations listener they answer everybody who reaches it; on
// the main one only a request of this machine that came straight here: from a loopback address, to a loopback
// name, and without a header that a proxy adds. A proxy on this machine would otherwise hand them to the
// world.
#pragma once

#include <vector>

#include "ops/configuration.hpp"
#include "ops/health.hpp"
#include "ops/metrics.hpp"
#include "transport/router.hpp"

namespace belay::app {

// Both outlive the routes.
struct SystemRoutesParts {
  const ops::Health* health = nullptr;
  const ops::Metrics* metrics = nullptr;
};

// Of the main listener.
std::vector<transport::Route> system_routes(const ops::Configuration& configuration,
                                            const SystemRoutesParts& parts);
// Of the operations listener.
std::vector<transport::Route> operations_routes(const ops::Configuration& configuration,
                                                const SystemRoutesParts& parts);

// Whether the request came from this machine and straight here.
bool is_local_and_direct(const transport::Request& request);

}  // namespace belay::app
