// Lets every counter whose labels are known begin at 0: surfaces, modes, states, error codes, routes with the
// answers that are documented, models, limits. A series that only appears with its first event hides that
// event from rate() and increase(), and an alarm on it never fires.
#pragma once

#include <vector>

#include "core/models.hpp"
#include "ops/metrics.hpp"
#include "policy/config.hpp"
#include "transport/router.hpp"

namespace belay::app {

void begin_at_zero(ops::Metrics& metrics, const std::vector<transport::Route>& routes);

// What depends on settings that may change while the server runs.
void begin_at_zero(ops::Metrics& metrics, const ModelCatalogue& models);
void begin_at_zero(ops::Metrics& metrics, const policy::Config& limits);

}  // namespace belay::app
