// Finds out who sent a request. This is the single entry to sign-in for all surfaces.
//
// Credentials are looked for in the order below. The first one that is present decides. If it is invalid, the
// request gets 401; the next credential is never tried. So nobody is signed in as another user than the one
// that their first credential names.
//
//   1. Authorization: Bearer TOKEN    a program, or a page's fetch()
//   2. ?ticket=…                      EventSource and WebSocket; only for a GET of the ticket's own stream
//   3. ?token=…                       development tokens in development mode; other tokens where the route
//                                     allows it, rejected elsewhere (addresses end up in logs)
//   4. X-Api-Key: TOKEN               where the route allows it: clients of language models
//   5. the session cookie             last, because browsers send it automatically; only from allowed pages
//                                     (auth/origin.hpp)
//
// A verified caller whose access was revoked is refused with `revoked`, whatever the credential
// (auth/revocations.hpp). Failed attempts are limited (auth/failed_sign_ins.hpp).
//
// Owned by app/; called on any loop. Fails with `unauthenticated`, `revoked`, `forbidden` (a cookie from another site's
// page), `rate_limited` (too many failed attempts from this address) or `unavailable`. transport::problem() makes the response from the error, and adds WWW-Authenticate
// to a 401.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/config.hpp"
#include "auth/failed_sign_ins.hpp"
#include "auth/origin.hpp"
#include "auth/revocations.hpp"
#include "auth/tickets.hpp"
#include "auth/token_verifier.hpp"
#include "base/thread_pool.hpp"
#include "core/types/caller.hpp"
#include "transport/message.hpp"

namespace belay::auth {

// Whether a route accepts a real token in `?token=`: for WebSocket clients that have no other way.
enum class QueryToken { refused, accepted };
// Whether a request without any credential passes the check of its head. Its handler decides what such a caller
// may do.
enum class Anonymous { refused, allowed };
// Whether a route signs in by `X-Api-Key`, as clients of Anthropic's API do. Elsewhere the header means nothing: a
// gateway in front of the server may have a use of its own for it.
enum class ApiKey { ignored, accepted };

class Authenticator {
 public:
  // Everything except the configuration must outlive the authenticator.
  Authenticator(const Config& config, TokenVerifier& verifier, Tickets& tickets, const OriginPolicy& origins,
                const Clock& clock, const Revocations& revocations);

  // The request must outlive the call. Does nothing again that check_head() has done.
  Awaitable<Result<Caller>> authenticate(const transport::Request& request,
                                         QueryToken query_token = QueryToken::refused,
                                         ApiKey api_key = ApiKey::ignored);

  // Signs in by the head of a request and keeps the caller with it, or returns the response that refuses it.
  // A ticket does not count as used.
  Awaitable<std::optional<transport::Response>> check_head(transport::Request& request,
                                                           Anonymous anonymous = Anonymous::refused,
                                                           ApiKey api_key = ApiKey::ignored);

  // Call this when the stream that the caller asked for was found and is about to be answered. A ticket in
  // the request counts as used from now on.
  void stream_found(const transport::Request& request, const Caller& caller);

  // For WebSockets, which browsers open for pages of any site and without a preflight. A page must be the server's own or
  // of an allowed origin; a request without Origin comes from no browser. Fails with `forbidden`.
  Result<> check_origin(const transport::Request& request) const;

  // Whether the request carries any credential, valid or not. A request without one is anonymous.
  bool has_credentials(const transport::Request& request) const;
  // The caller of a request without credentials: known by the client's network alone.
  static Caller anonymous(const transport::Request& request);

  // The token in the Authorization header, not verified. Nothing when the header is missing; fails when it is
  // not `Bearer TOKEN`.
  static Result<std::optional<std::string>> bearer_token(const transport::Request& request);

 private:
  Awaitable<Result<Caller>> find_caller(const transport::Request& request, QueryToken query_token,
                                        ApiKey api_key);
  Awaitable<Result<Caller>> verify(const transport::Request& request, std::string token, const char* field);
  Result<Caller> if_not_revoked(Caller caller) const;
  Result<Caller> read_dev_token(std::string_view token) const;

  const Config config_;
  TokenVerifier& verifier_;
  Tickets& tickets_;
  const OriginPolicy& origins_;
  const Clock& clock_;
  const Revocations& revocations_;
  FailedSignIns failed_;
};

}  // namespace belay::auth
