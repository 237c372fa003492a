// The router: the routes of all surfaces together.
#pragma once

#include "app/system_routes.hpp"
#include "auth/routes.hpp"
#include "base/result.hpp"
#include "ops/configuration.hpp"
#include "surfaces/assistant/routes.hpp"
#include "surfaces/chat/routes.hpp"
#include "surfaces/persona/routes.hpp"
#include "transport/router.hpp"

namespace belay::app {

// The owners of the handlers. They outlive the router. When all are null, the router serves no request and is
// only used to find conflicts between patterns.
struct RouteOwners {
  SystemRoutesParts system;
  auth::AuthRoutes* sign_in = nullptr;
  surfaces::assistant::AssistantRoutes* assistant = nullptr;
  surfaces::chat::ChatRoutes* chat = nullptr;
  surfaces::persona::PersonaRoutes* persona = nullptr;
};

// The routes of the main listener. Fails with `conflict` when the prefixes of two surfaces give the same path
// twice. The error's field is the setting.
Result<transport::Router> make_router(const ops::Configuration& configuration, const RouteOwners& owners);

// The routes of the operations listener.
Result<transport::Router> make_operations_router(const ops::Configuration& configuration,
                                                 const SystemRoutesParts& system);

}  // namespace belay::app
