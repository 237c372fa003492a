// Calendars of the caller's meetings (requirement G4), below `prefix`:
//
//   POST   /api/v1/calendar/import           an .ics file: text/calendar, or multipart/form-data with `file`
//   GET    /api/v1/calendar/export           the meetings as an .ics file
//   GET    /api/v1/calendar/feed             whether there is a secret address
//   POST   /api/v1/calendar/feed             201: a new secret address; an earlier one ends
//   DELETE /api/v1/calendar/feed             204: it ends, or there was none
//   GET    /api/v1/calendar/feeds/{secret}   the same file, without sign-in: calendar programs subscribe to it
//
// Handlers run on the connection's loop. They hold no state.
#pragma once

#include "surfaces/goal_coach/config.hpp"
#include "surfaces/surface.hpp"

namespace belay::surfaces::goal_coach {

// Appends the routes. Null: only the patterns are wanted. What `context` names outlives the surface. Routes that take a body
// have no check of the head yet (auth/head_check.hpp).
void append_calendar_routes(const SurfaceContext* context, const GoalCoachConfig& config, Surface& surface);

}  // namespace belay::surfaces::goal_coach
