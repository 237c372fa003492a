#include "app/routing.hpp"

#include <optional>

#include "app/page_routes.hpp"
#include "transport/problem.hpp"

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

std::optional<transport::Response> refuse_if_forwarded(const transport::Request& request) {
  if (is_local_and_direct(request)) return std::nullopt;
  return transport::problem(
      make_error(ErrorCode::forbidden,
                 "The operators' API answers this machine only, and nothing that a proxy passed on. Ask the "
                 "operations listener (operations.address and operations.port) instead."),
      request.request_id);
}

// Routes that answer only direct requests of this machine.
std::vector<transport::Route> private_routes(std::vector<transport::Route> routes) {
  for (transport::Route& route : routes) {
    route.handler =
        [inner = std::move(route.handler)](transport::Request& request) -> Awaitable<transport::Response> {
      if (auto refused = refuse_if_forwarded(request)) co_return std::move(*refused);
      co_return co_await inner(request);
    };
    if (!route.before_body) continue;
    route.before_body = [inner = std::move(route.before_body)](
                            transport::Request& request) -> Awaitable<std::optional<transport::Response>> {
      if (auto refused = refuse_if_forwarded(request)) co_return refused;
      co_return co_await inner(request);
    };
  }
  return routes;
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
  if (added && configuration.process.page) added = add(router, page_routes(page_files()), "process.page");
  if (added) added = add(router, auth::AuthRoutes::routes(owners.sign_in), "auth");
  if (added)
    added = add(router, private_routes(surfaces::admin::AdminRoutes::routes(owners.admin)), "operations");
  for (const ServedSurface& served : surfaces)
    if (added) added = add(router, served.surface.routes, served.name + ".prefix");
  for (const ServedSurface& served : surfaces)
    for (const auto& below : served.surface.error_shapes) router.shape_errors(below.path, *below.shape);
  if (!added) return added.error();
  return router;
}

Result<transport::Router> make_operations_router(const Configuration& configuration,
                                                 const SystemRoutesParts& system,
                                                 surfaces::admin::AdminRoutes* admin) {
  transport::Router router;
  Result<> added = add(router, operations_routes(configuration, system), "chat.prefix");
  if (added) added = add(router, surfaces::admin::AdminRoutes::routes(admin), "operations");
  if (!added) return added.error();
  return router;
}

}  // namespace belay::app
