// What a surface gets from the server, and what it gives back. app/surfaces.cpp has the table of all surfaces.
//
// A surface is a folder with its Config, declare(), make(), and where it has them rules() and check(). The rest of
// the server knows it only by these.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "auth/authenticator.hpp"
#include "auth/open_streams.hpp"
#include "base/clock.hpp"
#include "base/fair_thread_pool.hpp"
#include "base/random.hpp"
#include "base/snapshot.hpp"
#include "exports/config.hpp"
#include "services/channels/channels.hpp"
#include "services/context/contexts.hpp"
#include "services/conversations/conversations.hpp"
#include "services/erasure/erasures.hpp"
#include "services/limits/limiter.hpp"
#include "services/runs/run_service.hpp"
#include "services/runtime_config.hpp"
#include "services/sessions/sessions.hpp"
#include "services/uploads/uploads.hpp"
#include "services/users.hpp"
#include "transport/error_shape.hpp"
#include "transport/router.hpp"
#include "transport/websocket/limits.hpp"

namespace belay::services {
class GoalServices;  // services/goals/goal_services.hpp
}

namespace belay::surfaces {

using services::RuntimeConfig;

// What every surface may use. All of it outlives the surfaces.
struct SurfaceContext {
  services::RunService& runs;
  services::Channels& channels;
  services::Sessions& sessions;
  services::Conversations& conversations;
  services::Erasures& erasures;
  services::Limiter& limiter;
  services::Users& users;
  auth::Authenticator& authenticator;
  auth::OpenStreams& streams;
  const Snapshot<RuntimeConfig>& runtime;
  const Clock& clock;
  Random& random;
  FairThreadPool& export_pool;
  const exports::Config& exports;
  services::Contexts& contexts;
  services::Uploads* uploads = nullptr;     // never null on the server
  services::GoalServices* goals = nullptr;  // same
  transport::WebSocketLimits websocket{};
};

// Made by a surface's make(context, config). Without a context nothing is served: only the patterns are of use.
struct Surface {
  std::shared_ptr<void> owner;  // of the handlers; lives as long as the routes are served
  std::vector<transport::Route> routes;
  // The streams that a ticket may open: "/assistant/stream/{request_id}".
  std::vector<std::string> ticket_patterns;
  // Where errors have a form of the surface's own, also those of paths that it does not have: "/v1".
  struct ErrorsBelow {
    std::string path;
    const transport::ErrorShape* shape;
  };
  std::vector<ErrorsBelow> error_shapes{};
};

}  // namespace belay::surfaces
