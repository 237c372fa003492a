// The settings of sign-in (requirement X8). Filled by ops from the configuration file, read-only afterwards.
//
// Names of units: durations are milliseconds in the type; sizes are bytes. Bounds stand in each comment; ops
// enforces them, and check() finds what depends on more than one setting.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace belay::auth {

// A place where keys come from. Exactly one of file, env and jwks_url is set.
struct KeySource {
  // A file: PEM (public key, certificate, or private key, of which the public half is used), a JWK, a JWKS,
  // or the secret itself (one line end at its end is not part of it), for which alg must say HS256.
  std::string file;
  // The name of an environment variable with the same content; a value that is neither PEM nor JSON is an
  // HS256 secret.
  std::string env;
  // A JWKS address, fetched at start, at every jwks_refresh and when a token names an unknown key. https, or
  // http to loopback.
  std::string jwks_url;
  // Overrides the algorithm that follows from the key: HS256, RS256, PS256, ES256 or EdDSA. Empty: the key's
  // own `alg`, else oct is HS256, RSA is RS256, EC P-256 is ES256, Ed25519 is EdDSA. A key for which the
  // algorithm makes no sense is refused.
  std::string alg;
  // Names the key when its own format cannot (PEM, secret). Empty: it is tried for tokens of its algorithm
  // whatever key they name.
  std::string kid;
  // What tokens of these keys must have as `iss` and `aud`. Empty: what Config says.
  std::string issuer;
  std::string audience;
  // They may have any `iss`, any `aud`, or none. A JWKS address needs an issuer and an audience, or these.
  bool any_issuer = false;
  bool any_audience = false;
};

struct Config {
  // Keys that tokens may be signed with. Empty: only development mode signs anybody in. At most 16 sources.
  std::vector<KeySource> keys;
  // The `iss` that a token must have. Empty: not checked.
  std::string issuer;
  // What the token's `aud` (a string or a list) must hold. Empty: not checked.
  std::string audience;
  // Which claims name the user, the tier and the roles: a name, or a path with dots into nested objects
  // ("realm_access.roles"). A claim whose name is the whole text is meant first. Up to 128 bytes each.
  std::string user_claim = "sub";
  std::string tier_claim = "tier";
  std::string roles_claim = "roles";
  // How far the clocks of issuer and server may differ, for `exp` and `nbf`. 0 to 5 min.
  Milliseconds leeway = std::chrono::seconds(30);
  // Tokens that are longer are refused unread. 256 B to 64 KiB.
  std::size_t token_most_bytes = 8192;

  // Verified tokens that are remembered, so that the next request with one costs no signature check. 0 to
  // 1,000,000.
  std::size_t cache_entries = 10'000;
  // For how long, but never past the token's `exp`. A change of the keys forgets all: a key that was removed
  // signs nobody in from the moment in which this server knows. 0 to 1 h.
  Milliseconds cache_time = std::chrono::minutes(1);

  // JWKS addresses are fetched anew this often. 1 min to 24 h.
  Milliseconds jwks_refresh = std::chrono::minutes(15);
  // A token with an unknown `kid` causes a fetch of that address, but not within this time after the last
  // one. Until then such tokens are answered 503 with a Retry-After. 1 s to 1 h.
  Milliseconds jwks_cooldown = std::chrono::seconds(10);
  // After a fetch that failed, the next one; then twice as long each time, up to jwks_max_retry_delay. The
  // keys that are there stay. 100 ms to 1 min; 1 s to 1 h.
  Milliseconds jwks_retry_delay = std::chrono::seconds(1);
  Milliseconds jwks_max_retry_delay = std::chrono::seconds(30);
  // A fetch that takes longer has failed. A request waits no longer for keys. 100 ms to 60 s.
  Milliseconds jwks_timeout = std::chrono::seconds(5);
  // A JWKS that is longer is refused. 1 KiB to 4 MiB.
  std::size_t jwks_most_bytes = 262'144;
  // Requests that may wait for fetches; those beyond are answered with 503 at once. 1 to 100,000.
  std::size_t jwks_most_waiting = 1000;

  // From the issue of a stream ticket to its first use. 1 s to 10 min.
  Milliseconds ticket_first_use = std::chrono::seconds(30);
  // From the issue of a stream ticket to its last use, whatever happens. ticket_first_use to 7 days.
  Milliseconds ticket_lifetime = std::chrono::hours(24);
  // First uses that are remembered; beyond it the oldest eighth is forgotten, and its clients ask for a new
  // ticket when they reconnect. 32 bytes of disk and about 130 of memory each. 1,000 to 10,000,000.
  std::size_t ticket_most_uses = 200'000;
  // Of one user; beyond it that user's oldest is forgotten. Never more than a sixteenth of ticket_most_uses.
  // 10 to 10,000.
  std::size_t ticket_max_uses_per_user = 1000;

  // The session cookie's name: RFC 6265 token characters, 1 to 64. A name that begins with __Host- needs TLS.
  std::string cookie_name = "belay_session";
  // Lax, Strict or None. None is sent from other sites' pages too: list them in allowed_origins, and serve
  // over TLS.
  std::string cookie_same_site = "Lax";
  // auto: the cookie is Secure when anything says that the page came over TLS (auth/session_cookie.hpp).
  // always: in any case.
  std::string cookie_secure = "auto";

  // Origins besides the server's own whose pages may use the session cookie: "https://app.example.com".
  // Exact, no wildcard. At most 256. (Which pages may read answers is the transport's: transport::CorsConfig.
  // One setting usually fills both.)
  std::vector<std::string> allowed_origins;

  // Development mode: `Bearer dev:USER` and `dev:USER:TIER` sign anybody in. Only with a loopback address;
  // app/ sees to that.
  bool dev_mode = false;
};

// How long a development token is good, from each time it is seen.
inline constexpr Milliseconds kDevTokenLifetime = std::chrono::hours(24);

// All that cannot be seen from one setting alone: a source with two places, a JWKS without an issuer,
// settings that contradict each other, an origin that is none. Each error's `field` names the setting. Keys
// are not read.
std::vector<Error> check(const Config& config);
// What is accepted and should be known: for the log.
std::vector<std::string> warnings(const Config& config);

}  // namespace belay::auth
