// Who answers which path: the routes of all surfaces in one router.
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

// They outlive the router. All null: nobody is ever asked, and only the patterns are held against each other.
struct RouteOwners {
  SystemRoutesParts system;
  auth::AuthRoutes* sign_in = nullptr;
  surfaces::assistant::AssistantRoutes* assistant = nullptr;
  surfaces::chat::ChatRoutes* chat = nullptr;
  surfaces::persona::PersonaRoutes* persona = nullptr;
};

// What the main listener serves. Fails with `conflict` where the prefixes of two surfaces give one path
// twice; the error's field is the setting.
Result<transport::Router> make_router(const ops::Configuration& configuration, const RouteOwners& owners);

// What the operations listener serves.
Result<transport::Router> make_operations_router(const ops::Configuration& configuration,
                                                 const SystemRoutesParts& system);

}  // namespace belay::app
