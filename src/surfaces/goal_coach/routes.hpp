// The goal coach surface (requirements G1–G7), below its prefix:
//
//   GET    /api/v1/chat/access        whether the coach is available, and why not
//   GET    /api/v1/chat/history       the conversation, newest page first
//   DELETE /api/v1/chat/history       removes it for good
//   POST   /api/v1/chat/send          {content} → the whole answer
//   WS     /api/v1/chat/ws            socket.hpp
//   …      /api/v1/me, /goals, /meetings        data_routes.hpp
//   …      /api/v1/calendar                     calendar_routes.hpp
//   GET    /api/v1/docs                         the API pages
//
// Holds no state. One object serves all loops; handlers run on the connection's loop.
#pragma once

#include <string>
#include <vector>

#include "surfaces/goal_coach/config.hpp"
#include "surfaces/surface.hpp"
#include "transport/router.hpp"

namespace belay::surfaces::goal_coach {

class ChatRoutes {
 public:
  ChatRoutes(const SurfaceContext& context, GoalCoachConfig config)
      : context_(context), config_(std::move(config)) {}

  // `self` may be null where only the patterns are needed.
  static std::vector<transport::Route> routes(const GoalCoachConfig& config, ChatRoutes* self);

 private:
  Awaitable<transport::Response> access(transport::Request& request);
  Awaitable<transport::Response> history(transport::Request& request);
  Awaitable<transport::Response> clear(transport::Request& request);
  Awaitable<transport::Response> send(transport::Request& request);
  Awaitable<transport::Response> socket(transport::Request& request);
  Awaitable<transport::Response> docs(transport::Request& request);

  const SurfaceContext context_;
  const GoalCoachConfig config_;
};

Surface make(const SurfaceContext* context, const GoalCoachConfig& config);

}  // namespace belay::surfaces::goal_coach
