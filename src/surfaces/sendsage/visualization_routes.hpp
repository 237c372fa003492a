// The data of the caller's visualizations (requirement S10), below `prefix`:
//
//   GET /api/visualizations/grade-pyramid
//   GET /api/visualizations/training-trends
//   GET /api/visualizations/performance
//
// services/visualizations/visualizations.hpp describes the documents. Without climbs their lists are empty. Handlers run on the
// connection's loop. They hold no state.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "services/visualizations/visualizations.hpp"
#include "surfaces/surface.hpp"

namespace belay::surfaces::sendsage {

// Statistics of a user's climbs in addition to those of the context: of uploads. Called on `loop`.
using StatisticsOfUser =
    std::function<Awaitable<Result<std::vector<std::shared_ptr<const uploads::Statistics>>>>(
        Loop& loop, Deadline deadline, std::string user)>;

// Appends the routes. Null: only the patterns are wanted. What `context` names outlives the surface. `more` may be empty.
void append_visualization_routes(const SurfaceContext* context, const std::string& prefix,
                                 StatisticsOfUser more, Surface& surface);

}  // namespace belay::surfaces::sendsage
