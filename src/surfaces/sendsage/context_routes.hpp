// The caller's context (requirement S8), below `prefix`:
//
//   GET /api/context    what is known about the caller, as it was put; 404: nothing
//   PUT /api/context    replaces it; 204
//
// Handlers run on the connection's loop. They hold no state.
#pragma once

#include <string>

#include "surfaces/surface.hpp"

namespace belay::surfaces::sendsage {

// Appends the routes. Null: only the patterns are wanted. What `context` names outlives the surface. Routes that take a body have no check of the
// head yet (auth/head_check.hpp): who makes the surface adds it to all of them.
void append_context_routes(const SurfaceContext* context, const std::string& prefix, Surface& surface);

}  // namespace belay::surfaces::sendsage
