// The server's own paths: health, readiness, metrics, documentation.
//
// Metrics are private (requirement X22). The operations listener serves them to everyone who can reach it.
// The main listener serves them only to a direct request of this machine: from a loopback address, with a
// loopback name as Host, and without any header that a proxy adds. Otherwise a proxy on this machine would
// make them public.
#pragma once

#include <vector>

#include "app/configuration.hpp"
#include "ops/health.hpp"
#include "ops/metrics.hpp"
#include "transport/router.hpp"

namespace belay::app {

// Both outlive the routes.
struct SystemRoutesParts {
  const ops::Health* health = nullptr;
  const ops::Metrics* metrics = nullptr;
};

// The routes of the main listener.
std::vector<transport::Route> system_routes(const Configuration& configuration,
                                            const SystemRoutesParts& parts);
// The routes of the operations listener.
std::vector<transport::Route> operations_routes(const Configuration& configuration,
                                                const SystemRoutesParts& parts);

// Whether the request came directly from this machine.
bool is_local_and_direct(const transport::Request& request);

}  // namespace belay::app
