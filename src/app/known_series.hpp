// Creates every counter whose labels are known with the value 0: surfaces, modes, states, error codes, routes
// with their documented answers, models, limits. If a series first appeared with its first event, rate() and
// increase() would not see that event, and an alarm on it would never fire.
#pragma once

#include <vector>

#include "core/ports/models.hpp"
#include "ops/metrics.hpp"
#include "policy/surface_rules.hpp"
#include "transport/router.hpp"

namespace belay::app {

void create_known_series(ops::Metrics& metrics, const std::vector<transport::Route>& routes);

// The series that depend on settings which may change while the server runs.
void create_known_series(ops::Metrics& metrics, const ModelCatalogue& models);
void create_known_series(ops::Metrics& metrics, const policy::SurfaceRules& rules);

}  // namespace belay::app
