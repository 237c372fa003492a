#include "ops/declarations/declarations.hpp"

namespace belay::ops {

using namespace std::chrono_literals;

namespace {

void declare_key(Settings& row, auth::KeySource& key) {
  row.text("file", key.file, 4096,
           "A file: PEM (public key or certificate), a JWK, a JWKS, or, when alg is HS256, the secret "
           "itself. Set exactly one of "
           "file, env and jwks_url.")
      .sample(R"("/etc/belay/issuer.pem")");
  row.text("env", key.env, 256,
           "An environment variable with the same content. What is neither PEM nor JSON is an HS256 secret.")
      .names_environment();
  row.text("jwks_url", key.jwks_url, 2048,
           "A JWKS address, https:// (http:// to this machine itself is allowed).")
      .address();
  row.choice<std::string>("alg", key.alg,
                          {{"", ""},
                           {"HS256", "HS256"},
                           {"RS256", "RS256"},
                           {"PS256", "PS256"},
                           {"ES256", "ES256"},
                           {"EdDSA", "EdDSA"}},
                          "The algorithm. Empty: it follows from the key. It never follows from the token.");
  row.text("kid", key.kid, 256,
           "Names the key when its own format cannot. Empty: it is tried for every token of its algorithm.");
  row.text(
      "issuer", key.issuer, 1024,
      "The `iss` that tokens of these keys must have. Empty: auth.issuer. With several issuers, each has its "
      "own here.");
  row.text("audience", key.audience, 1024, "What their `aud` must hold. Empty: auth.audience.");
  row.truth("any_issuer", key.any_issuer,
            "Tokens of these keys are accepted with any `iss`. A jwks_url needs an issuer, or this.");
  row.truth("any_audience", key.any_audience,
            "Tokens of these keys are accepted with any `aud`: also those that their issuer made for other "
            "services. A jwks_url needs an audience, or this.");
}

}  // namespace

void declare_auth(Settings& settings, auth::Config& config) {
  settings.section("auth", "Who is signed in: JSON Web Tokens, stream tickets and the session cookie.");
  settings.text("issuer", config.issuer, 1024, "The `iss` that a token must have. Empty: not checked.")
      .sample(R"("https://login.example.com")");
  settings.text("audience", config.audience, 1024, "What the token's `aud` must hold. Empty: not checked.")
      .sample(R"("belay")");
  settings.text(
      "user_claim", config.user_claim, 128,
      "Which claim names the user. A name, or a path into nested objects: \"act.sub\". A claim whose name "
      "is the whole text is meant first.");
  settings.text("tier_claim", config.tier_claim, 128, "Which claim names the tier; a name or a path.");
  settings.text(
      "roles_claim", config.roles_claim, 128,
      "Which claim holds the roles; a name or a path, such as \"realm_access.roles\". A list of texts, or "
      "one text: one role; in \"scope\" and \"scp\" several with spaces between. The first 16 that are "
      "usable count.");
  settings.duration("leeway", config.leeway, {0ms, 5min},
                    "How far the clocks of issuer and server may differ, for `exp` and `nbf`.");
  settings.size("token_most_bytes", config.token_most_bytes, {256_B, 64_KiB},
                "Longer tokens are refused unread.");
  settings.integer(
      "cache_entries", config.cache_entries, {0, 1'000'000, "tokens"},
      "Verified tokens that are remembered, so that the next request with one costs no signature check.");
  settings.duration(
      "cache_time", config.cache_time, {0ms, 1h},
      "For how long they are remembered, but never past their `exp`. A change of the keys forgets all.");
  settings.duration("jwks_refresh", config.jwks_refresh, {1min, 24h},
                    "JWKS addresses are fetched anew this often.");
  settings.duration(
      "jwks_cooldown", config.jwks_cooldown, {1s, 1h},
      "A token with an unknown `kid` causes a fetch, but not within this time after the last one. "
      "Until then such tokens are answered 503 with Retry-After.");
  settings.duration(
      "jwks_retry_delay", config.jwks_retry_delay, {100ms, 1min},
      "After a fetch that failed, the next one; then twice as long each time. The keys that are there "
      "stay.");
  settings.duration("jwks_max_retry_delay", config.jwks_max_retry_delay, {1s, 1h}, "Up to this time.");
  settings.duration("jwks_timeout", config.jwks_timeout, {100ms, 60s},
                    "A fetch that takes longer has failed. A request waits no longer for keys.");
  settings.size("jwks_most_bytes", config.jwks_most_bytes, {1_KiB, 4_MiB}, "A longer JWKS is refused.");
  settings.integer("jwks_most_waiting", config.jwks_most_waiting, {1, 100'000, "requests"},
                   "Requests that may wait for fetches. Those beyond are answered 503 at once.");
  settings.duration("ticket_first_use", config.ticket_first_use, {1s, 10min},
                    "From the issue of a stream ticket to its first use.");
  settings.duration("ticket_lifetime", config.ticket_lifetime, {1s, 168h},
                    "From the issue of a stream ticket to its last use; not shorter than ticket_first_use.");
  settings.integer("ticket_most_uses", config.ticket_most_uses, {1'000, 10'000'000, "tickets"},
                   "First uses that are remembered. Beyond it the oldest eighth is forgotten, and those "
                   "clients ask for a new "
                   "ticket when they reconnect. 32 bytes of disk and about 130 of memory each.");
  settings.integer("ticket_max_uses_per_user", config.ticket_max_uses_per_user, {10, 10'000, "tickets"},
                   "Of one user. Beyond it that user's oldest is forgotten, nobody else's. Never more than a "
                   "sixteenth of ticket_most_uses.");
  settings.text("cookie_name", config.cookie_name, 64,
                "The session cookie's name. One that begins with __Host- needs TLS.");
  settings.choice<std::string>(
      "cookie_same_site", config.cookie_same_site, {{"Lax", "Lax"}, {"Strict", "Strict"}, {"None", "None"}},
      "\"None\" is sent from other sites' pages too: list them in server.cors.allowed_origins, and "
      "serve over TLS.");
  settings.choice<std::string>("cookie_secure", config.cookie_secure,
                               {{"auto", "auto"}, {"always", "always"}},
                               "\"auto\": the cookie is Secure when the connection, the page's Origin or any "
                               "proxy's header says that the "
                               "page came over TLS. \"always\": in any case.");
  settings.rows("keys", config.keys, 16,
                "A key that tokens may be signed with. Without any, only development mode signs anybody in.",
                declare_key);
}

}  // namespace belay::ops
