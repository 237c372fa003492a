#include "auth/head_check.hpp"

namespace belay::auth {

std::vector<transport::Route> sign_in_before_body(std::vector<transport::Route> routes,
                                                  Authenticator* authenticator, Anonymous anonymous,
                                                  ApiKey api_key) {
  if (!authenticator) return routes;
  for (transport::Route& route : routes) {
    if (route.max_body.value == 0 || route.before_body) continue;
    route.before_body = [authenticator, anonymous, api_key](transport::Request& request) {
      return authenticator->check_head(request, anonymous, api_key);
    };
  }
  return routes;
}

}  // namespace belay::auth
