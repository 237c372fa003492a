// The HTTP routes of sign-in itself (requirement X8).
//
//   POST /auth/ticket     {"stream": PATH} or {"request_id": ID}; signed in by token or cookie
//                         201 {"ticket", "expires_in" (seconds, to its first use), "stream"}
//   POST /auth/session    with `Authorization: Bearer TOKEN`: stores the token in the session cookie until
//                         the token expires
//                         200 {"user", "tier", "expires" (ISO 8601)}
//   DELETE /auth/session  removes the cookie; 204, also without a cookie
//
// Owned by app/. Must outlive the server that has its routes. Handlers run on any loop.
#pragma once

#include <optional>
#include <vector>

#include "auth/authenticator.hpp"
#include "transport/router.hpp"

namespace belay::auth {

class AuthRoutes {
 public:
  // Everything except the configuration must outlive the routes.
  AuthRoutes(const Config& config, Authenticator& authenticator, Tickets& tickets,
             const OriginPolicy& origins, const Clock& clock);

  std::vector<transport::Route> routes() { return routes(this); }
  // `self` may be null where only the patterns are needed.
  static std::vector<transport::Route> routes(AuthRoutes* self);

 private:
  Awaitable<std::optional<transport::Response>> check_session_head(transport::Request& request);
  Awaitable<transport::Response> make_ticket(transport::Request& request);
  Awaitable<transport::Response> open_session(transport::Request& request);
  Awaitable<transport::Response> close_session(transport::Request& request);
  Result<std::string> read_stream(const std::string& body) const;

  const Config config_;
  Authenticator& authenticator_;
  Tickets& tickets_;
  const OriginPolicy& origins_;
  const Clock& clock_;
};

}  // namespace belay::auth
