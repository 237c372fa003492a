// What users keep for the goal coach (requirement G4), below `prefix`:
//
//   GET    /api/v1/me                    the caller's profile and phase
//   PUT    /api/v1/me                    {name?, time_zone?} → the profile
//   GET    /api/v1/goals?status=&cursor=&limit=     newest first
//   POST   /api/v1/goals                 {title, description?, status?, target_date?} → 201
//   GET    /api/v1/goals/{id}
//   PATCH  /api/v1/goals/{id}            → the goal
//   DELETE /api/v1/goals/{id}            204, also if there is none
//   GET    /api/v1/meetings?from=&to=&cursor=&limit=   by their start
//   POST   /api/v1/meetings              {title, start, duration_minutes | end, status?} → 201
//   GET    /api/v1/meetings/{id}
//   PATCH  /api/v1/meetings/{id}         → the meeting
//   DELETE /api/v1/meetings/{id}         204, also if there is none
//
// Handlers run on the connection's loop. They hold no state.
#pragma once

#include "surfaces/goal_coach/config.hpp"
#include "surfaces/surface.hpp"

namespace belay::surfaces::goal_coach {

// Appends the routes. Null: only the patterns are wanted. What `context` names outlives the surface. Routes that take a body
// have no check of the head yet (auth/head_check.hpp).
void append_data_routes(const SurfaceContext* context, const GoalCoachConfig& config, Surface& surface);

// Counts a change against goal_coach.rate_changes. The response that refuses it, if it is refused.
Awaitable<std::optional<transport::Response>> refuse_change(transport::Request& request,
                                                            const SurfaceContext& context,
                                                            const Caller& caller);

}  // namespace belay::surfaces::goal_coach
