// The settings of sign-in (requirement X8). Read-only after start.
//
// Units: durations are milliseconds in the type; sizes are bytes. declare() has the bounds, and check() finds
// errors that depend on more than one setting.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
}

namespace belay::auth {

// A source of keys. Exactly one of file, env and jwks_url is set.
struct KeySource {
  // A file with one of these: PEM (public key, certificate, or private key, of which the public half is
  // used), a JWK, a JWKS, or the secret itself. For a secret, alg must be HS256, and one line end at the end
  // of the file is ignored.
  std::string file;
  // The name of an environment variable with the same kinds of content. A value that is neither PEM nor JSON
  // is an HS256 secret.
  std::string env;
  // A JWKS address. It is fetched at start, at every jwks_refresh, and when a token names an unknown key.
  // https, or http to loopback.
  std::string jwks_url;
  // Overrides the algorithm that follows from the key: HS256, RS256, PS256, ES256 or EdDSA. Empty: the key's
  // own `alg`; without one, oct is HS256, RSA is RS256, EC P-256 is ES256, and Ed25519 is EdDSA. A key that
  // does not fit the algorithm is rejected.
  std::string alg;
  // The name of the key, if its own format has none (PEM, secret). Empty: the key is tried for every token of
  // its algorithm, whatever key the token names.
  std::string kid;
  // The `iss` and `aud` that tokens of these keys must have. Empty: the values of Config.
  std::string issuer;
  std::string audience;
  // Tokens may have any `iss` or any `aud`, or none. A JWKS address needs an issuer and an audience, or
  // these.
  bool any_issuer = false;
  bool any_audience = false;
};

struct Config {
  // The keys that tokens may be signed with. Empty: only development mode signs users in. At most 16 sources.
  std::vector<KeySource> keys;
  // The `iss` that a token must have. Empty: not checked.
  std::string issuer;
  // What the token's `aud` (a string or a list) must contain. Empty: not checked.
  std::string audience;
  // Which claims name the user, the tier and the roles: a name, or a path with dots into nested objects
  // ("realm_access.roles"). A claim whose name equals the whole text has priority over a path. Up to 128
  // bytes each.
  std::string user_claim = "sub";
  std::string tier_claim = "tier";
  std::string roles_claim = "roles";
  // How far the clocks of issuer and server may differ, for `exp` and `nbf`.
  Milliseconds leeway = std::chrono::seconds(30);
  // Longer tokens are rejected without being parsed.
  std::size_t token_max_bytes = 8192;

  // How many verified tokens are cached, so that the next request with the same token needs no signature
  // check.
  std::size_t cache_entries = 10'000;
  // How long a token is cached, but never past its `exp`. A change of the keys empties the cache: a removed
  // key signs nobody in from the moment this server knows that it was removed.
  Milliseconds cache_time = std::chrono::minutes(1);

  // How many sign-ins may fail within failed_sign_in_window, of all clients together and of one client address.
  // Beyond it, only tokens in the cache are accepted until the window ends. A request without any credential
  // does not count.
  std::size_t max_failed_sign_ins = 20'000;
  std::size_t max_failed_sign_ins_per_address = 600;
  Milliseconds failed_sign_in_window = std::chrono::minutes(1);

  // How often JWKS addresses are fetched again.
  Milliseconds jwks_refresh = std::chrono::minutes(15);
  // A token with an unknown `kid` causes a fetch of that address, but not within this time after the last
  // one. During this time, such tokens are answered 503 with a Retry-After.
  Milliseconds jwks_cooldown = std::chrono::seconds(10);
  // The delay of the next fetch after a failed one. It doubles with each failure, up to jwks_max_retry_delay.
  // The existing keys are kept.
  Milliseconds jwks_retry_delay = std::chrono::seconds(1);
  Milliseconds jwks_max_retry_delay = std::chrono::seconds(30);
  // A fetch that takes longer fails. This is also the longest time that a request waits for keys. 100 ms to
  // 60 s.
  Milliseconds jwks_timeout = std::chrono::seconds(5);
  // A longer JWKS is rejected.
  std::size_t jwks_max_bytes = 262'144;
  // How many requests may wait for fetches. Further ones are answered 503 immediately.
  std::size_t jwks_max_waiting = 1000;

  // The time from the issue of a stream ticket to its first use.
  Milliseconds ticket_first_use = std::chrono::seconds(30);
  // The time from the issue of a stream ticket to its last possible use. ticket_first_use to 7 days.
  Milliseconds ticket_lifetime = std::chrono::hours(24);
  // How many first uses are stored. Beyond it, the oldest eighth is forgotten; the clients of those tickets
  // must ask for a new ticket when they reconnect. Each takes 32 bytes on disk and about 130 in memory. 1,000
  // to 10,000,000.
  std::size_t ticket_max_uses = 200'000;
  // How many first uses are stored per user. Beyond it, that user's oldest is forgotten. Never more than a
  // sixteenth of ticket_max_uses.
  std::size_t ticket_max_uses_per_user = 1000;

  // How long a stream may go on after its token has expired. Then it is cut, so that its client comes back with a new
  // token. Not less than `leeway`, for which an expired token still signs in. Tickets of the token end then, too. 0:
  // with the token.
  Milliseconds stream_grace = std::chrono::minutes(5);
  // How many revocations may be in effect at once (auth/revocations.hpp).
  std::size_t max_revocations = 100'000;
  // How long a revocation lasts for which the operator names no time.
  Milliseconds revocation_lifetime = std::chrono::hours(24 * 90);

  // The session cookie's name: RFC 6265 token characters, A name that begins with __Host- needs TLS.
  std::string cookie_name = "belay_session";
  // Lax, Strict or None. A None cookie is also sent from other sites' pages: list those sites in
  // allowed_origins, and use TLS.
  std::string cookie_same_site = "Lax";
  // auto: the cookie is Secure when anything indicates that the page was loaded over TLS
  // (auth/session_cookie.hpp). always: the cookie is always Secure.
  std::string cookie_secure = "auto";

  // Origins, in addition to the server's own, whose pages may use the session cookie:
  // "https://app.example.com". Exact match, no wildcard. At most 256. (Which pages may read answers is a
  // setting of the transport: transport::CorsConfig. One setting usually fills both.)
  std::vector<std::string> allowed_origins;

  // Development mode: `Bearer dev:USER`, `dev:USER:TIER` and `dev:USER:TIER:ROLE` sign any user in. Only
  // with a loopback address; app/ enforces this.
  bool dev_mode = false;
};

// How long a development token is valid, counted from each use.
inline constexpr Milliseconds kDevTokenLifetime = std::chrono::hours(24);

// Finds all errors that are not visible in one setting alone: a source with two places, a JWKS without an
// issuer, settings that contradict each other, an invalid origin. Each error's `field` names the setting.
// Does not read the keys.
std::vector<Error> check(const Config& config);
// Settings that are accepted but that the operator should know about: for the log.
std::vector<std::string> warnings(const Config& config);

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, Config& config);

}  // namespace belay::auth
