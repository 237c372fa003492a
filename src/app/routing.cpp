#include "app/routing.hpp"

namespace belay::app {
namespace {

Result<> add(transport::Router& router, std::vector<transport::Route> routes, const std::string& setting) {
  for (transport::Route& route : routes)
    if (auto added = router.add(std::move(route)); !added) {
      Error error = added.error();
      error.field = setting;
      return error;
    }
  return {};
}

}  // namespace

std::vector<ServedSurface> make_surfaces(const Configuration& configuration,
                                         const surfaces::SurfaceContext* context) {
  std::vector<ServedSurface> served;
  for (const auto& config : configuration.surfaces.all())
    if (config->enabled()) served.push_back({std::string(config->name()), config->make(context)});
  return served;
}

Result<transport::Router> make_router(const Configuration& configuration, const RouteOwners& owners,
                                      const std::vector<ServedSurface>& surfaces) {
  transport::Router router;
  Result<> added = add(router, system_routes(configuration, owners.system), "chat.prefix");
  if (added) added = add(router, auth::AuthRoutes::routes(owners.sign_in), "auth");
  for (const ServedSurface& served : surfaces)
    if (added) added = add(router, served.surface.routes, served.name + ".prefix");
  if (!added) return added.error();
  return router;
}

Result<transport::Router> make_operations_router(const Configuration& configuration,
                                                 const SystemRoutesParts& system) {
  transport::Router router;
  if (auto added = add(router, operations_routes(configuration, system), "chat.prefix"); !added)
    return added.error();
  return router;
}

}  // namespace belay::app
