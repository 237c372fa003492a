// The paths of the server itself: health, readiness, metrics, documentation.
#pragma once

#include <string>
#include <vector>

#include "ops/health.hpp"
#include "ops/metrics.hpp"
#include "transport/router.hpp"

namespace belay::app {

struct SystemRoutesParts {
  const ops::Health& health;
  const ops::Metrics& metrics;
  std::vector<std::string> metrics_paths;
  bool metrics_for_all = false;  // else they answer this machine alone
};

// What they refer to outlives them.
std::vector<transport::Route> system_routes(const SystemRoutesParts& parts);

}  // namespace belay::app
