// Sign-in before a request's body is read (requirement X17).
#pragma once

#include <vector>

#include "auth/authenticator.hpp"
#include "transport/router.hpp"

namespace belay::auth {

// Sets Route::before_body of the routes that take a body and have none yet: it signs the client in and keeps
// the caller with the request, so that Authenticator::authenticate() need not verify it again. Null: unchanged,
// where only the patterns are needed. The authenticator outlives the routes.
std::vector<transport::Route> sign_in_before_body(std::vector<transport::Route> routes,
                                                  Authenticator* authenticator,
                                                  Anonymous anonymous = Anonymous::refused,
                                                  ApiKey api_key = ApiKey::ignored);

}  // namespace belay::auth
