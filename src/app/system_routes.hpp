// The paths of the server itself: health, readiness, metrics, documentation.
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

std::vector<transport::Route> system_routes(const ops::Configuration& configuration,
                                            const SystemRoutesParts& parts);

}  // namespace belay::app
