// Who sent this request: the one entry to sign-in for all surfaces.
//
// Credentials are looked for in this order, and the first that is present decides. One that is present and
// bad is a 401; it never falls through to the next, so that nobody is signed in as somebody other than they
// said.
//
//   1. Authorization: Bearer TOKEN    a program, or a page's fetch()
//   2. ?ticket=…                      EventSource and WebSocket; GET of the ticket's own stream only
//   3. ?token=…                       development tokens in development mode; other tokens where the route
//                                     allows it, refused elsewhere (addresses end up in logs)
//   4. the session cookie             sent by browsers unasked, hence last, and only from allowed pages
//                                     (auth/origin.hpp)
//
// Owned by app/; called on any loop. Fails with `unauthenticated`, `forbidden` (a cookie from a foreign page)
// or `unavailable`; transport::problem() makes the response of it, and adds WWW-Authenticate to a 401.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/config.hpp"
#include "auth/identity.hpp"
#include "auth/origin.hpp"
#include "auth/tickets.hpp"
#include "auth/token_verifier.hpp"
#include "base/workers.hpp"
#include "transport/message.hpp"

namespace belay::auth {

// Whether a route takes a real token from `?token=`: for WebSocket clients that can do nothing else.
enum class QueryToken { refused, accepted };

class Authenticator {
 public:
  // All but the configuration outlive it.
  Authenticator(const Config& config, TokenVerifier& verifier, Tickets& tickets, const OriginPolicy& origins,
                const Clock& clock);

  // The request outlives the call.
  Awaitable<Result<Identity>> authenticate(const transport::Request& request,
                                           QueryToken query_token = QueryToken::refused);

  // Called where a stream that the identity asked for is there and is answered: a ticket in the request
  // counts as used from now on.
  void stream_found(const transport::Request& request, const Identity& identity);

  // Whether the request carries anything to sign in with, good or bad: without it, it is an anonymous one.
  bool has_credentials(const transport::Request& request) const;

  // The token in the Authorization header, unverified. Nothing when there is no such header; fails when it is
  // not `Bearer TOKEN`.
  static Result<std::optional<std::string>> bearer_token(const transport::Request& request);

 private:
  Awaitable<Result<Identity>> verify(Loop& loop, std::string token, const char* field);
  Result<Identity> read_dev_token(std::string_view token) const;

  const Config config_;
  TokenVerifier& verifier_;
  Tickets& tickets_;
  const OriginPolicy& origins_;
  const Clock& clock_;
};

}  // namespace belay::auth
