#include "app/routing.hpp"

namespace belay::app {
namespace {

Result<> add(transport::Router& router, std::vector<transport::Route> routes, const char* setting) {
  for (transport::Route& route : routes)
    if (auto added = router.add(std::move(route)); !added) {
      Error error = added.error();
      error.field = setting;
      return error;
    }
  return {};
}

}  // namespace

Result<transport::Router> make_router(const ops::Configuration& configuration, const RouteOwners& owners) {
  transport::Router router;
  Result<> added = add(router, system_routes(configuration, owners.system), "chat.prefix");
  if (added) added = add(router, auth::AuthRoutes::routes(owners.sign_in), "auth");
  if (added && configuration.assistant.enabled)
    added =
        add(router, surfaces::assistant::AssistantRoutes::routes(configuration.assistant, owners.assistant),
            "assistant.prefix");
  if (added && configuration.chat.enabled)
    added = add(router, surfaces::chat::ChatRoutes::routes(configuration.chat, owners.chat), "chat.prefix");
  if (added && configuration.persona.enabled)
    added = add(router, surfaces::persona::PersonaRoutes::routes(configuration.persona, owners.persona),
                "persona.prefix");
  if (!added) return added.error();
  return router;
}

Result<transport::Router> make_operations_router(const ops::Configuration& configuration,
                                                 const SystemRoutesParts& system) {
  transport::Router router;
  if (auto added = add(router, operations_routes(configuration, system), "chat.prefix"); !added)
    return added.error();
  return router;
}

}  // namespace belay::app
