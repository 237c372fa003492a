// The router: the routes of all surfaces together.
#pragma once

#include <vector>

#include "app/configuration.hpp"
#include "app/system_routes.hpp"
#include "auth/routes.hpp"
#include "base/result.hpp"
#include "surfaces/admin/routes.hpp"
#include "surfaces/surface.hpp"
#include "transport/router.hpp"

namespace belay::app {

// A surface that is served, and the section of its settings.
struct ServedSurface {
  std::string name;
  surfaces::Surface surface;
};

// The enabled surfaces. Without a context they serve nothing and only show their patterns.
std::vector<ServedSurface> make_surfaces(const Configuration& configuration,
                                         const surfaces::SurfaceContext* context);

// The owners of the handlers. They outlive the router. When all are null, the router serves no request and is
// only used to find conflicts between patterns.
struct RouteOwners {
  SystemRoutesParts system;
  auth::AuthRoutes* sign_in = nullptr;
  surfaces::admin::AdminRoutes* admin = nullptr;
};

// The routes of the main listener. Those for operators answer only direct requests of this machine (X22). Fails with `conflict` when the prefixes of two surfaces give the same path
// twice. The error's field is the setting.
Result<transport::Router> make_router(const Configuration& configuration, const RouteOwners& owners,
                                      const std::vector<ServedSurface>& surfaces);

// The routes of the operations listener.
Result<transport::Router> make_operations_router(const Configuration& configuration,
                                                 const SystemRoutesParts& system,
                                                 surfaces::admin::AdminRoutes* admin);

}  // namespace belay::app
