#include "auth/config.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include "auth/algorithm.hpp"
#include "auth/origin.hpp"
#include "base/settings/settings.hpp"

namespace belay::auth {

using namespace std::chrono_literals;

namespace {

Error invalid(std::string field, std::string detail) {
  return make_error(ErrorCode::invalid_request, std::move(detail), std::move(field));
}

bool is_cookie_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

std::string_view after_scheme(std::string_view url) {
  const std::size_t scheme = url.find("://");
  return scheme == std::string_view::npos ? std::string_view() : url.substr(scheme + 3);
}

bool has_user_name(std::string_view url) {
  const std::string_view rest = after_scheme(url);
  return rest.substr(0, rest.find_first_of("/?#\\")).find('@') != std::string_view::npos;
}

// Whether the address is on this machine, which is for development.
bool is_loopback_url(std::string_view url) {
  if (has_user_name(url) || !(url.starts_with("http://") || url.starts_with("https://"))) return false;
  for (const std::string_view host : {"127.0.0.1", "localhost", "[::1]"}) {
    if (!after_scheme(url).starts_with(host)) continue;
    const std::string_view rest = after_scheme(url).substr(host.size());
    if (rest.empty() || rest.front() == ':' || rest.front() == '/') return true;
  }
  return false;
}

bool lacks_issuer(const Config& config, const KeySource& source) {
  return config.issuer.empty() && source.issuer.empty() && !source.any_issuer;
}
bool lacks_audience(const Config& config, const KeySource& source) {
  return config.audience.empty() && source.audience.empty() && !source.any_audience;
}

void check_address(const Config& config, const KeySource& source, const std::string& field,
                   std::vector<Error>& problems) {
  const auto report = [&](const char* setting, std::string detail) {
    problems.push_back(invalid(field + setting, std::move(detail)));
  };
  if (!source.jwks_url.starts_with("https://") && !is_loopback_url(source.jwks_url))
    report(".jwks_url", "Keys are fetched over https:// only (http:// to this machine itself is allowed).");
  if (has_user_name(source.jwks_url))
    report(".jwks_url", "It holds a user name or a password. A JWKS is public: take them out.");
  if (source.alg == "HS256")
    report(".alg",
           "A secret cannot come from an address that everybody can read. Use file or env for HS256.");
  if (!source.kid.empty()) report(".kid", "The keys of a JWKS bring their own kid. Take it out.");
  if (is_loopback_url(source.jwks_url)) return;
  if (lacks_issuer(config, source))
    report(".jwks_url",
           "No issuer is set, so every token that is signed with a key of this address would be accepted, "
           "whoever it was made by. Write issuer = \"...\" (the iss of the tokens) beside jwks_url or in "
           "[auth], "
           "or any_issuer = true beside jwks_url if that is meant.");
  if (lacks_audience(config, source))
    report(
        ".jwks_url",
        "No audience is set, so tokens that were made for other services would be accepted. Write audience = "
        "\"...\" (the aud of tokens for this server) beside jwks_url or in [auth], or any_audience = true "
        "beside jwks_url if that is meant.");
}

void check_source(const Config& config, const KeySource& source, const std::string& field,
                  std::vector<Error>& problems) {
  const int places = !source.file.empty() + !source.env.empty() + !source.jwks_url.empty();
  if (places != 1)
    problems.push_back(invalid(field, "Set exactly one of file, env and jwks_url for each key."));
  if (!source.alg.empty() && !algorithm_from(source.alg))
    problems.push_back(
        invalid(field + ".alg", fmt::format("Set alg to {}, or leave it out.", kAlgorithmNames)));
  if (source.any_issuer && !source.issuer.empty())
    problems.push_back(invalid(field + ".any_issuer", "It contradicts issuer. Take one of them out."));
  if (source.any_audience && !source.audience.empty())
    problems.push_back(invalid(field + ".any_audience", "It contradicts audience. Take one of them out."));
  if (!source.jwks_url.empty()) check_address(config, source, field, problems);
}

void check_sources(const Config& config, std::vector<Error>& problems) {
  std::set<std::string> places;
  for (std::size_t i = 0; i < config.keys.size(); ++i) {
    const KeySource& source = config.keys[i];
    const std::string field = fmt::format("auth.keys[{}]", i);
    check_source(config, source, field, problems);
    const std::pair<std::string, std::string> named[] = {
        {".file", source.file}, {".env", source.env}, {".jwks_url", source.jwks_url}};
    for (const auto& [name, place] : named)
      if (!place.empty() && !places.insert(name + place).second)
        problems.push_back(
            invalid(field + name, "Another [[auth.keys]] table names the same. Take one out."));
  }
}

void check_cookie(const Config& config, std::vector<Error>& problems) {
  if (!is_cookie_name(config.cookie_name))
    problems.push_back(invalid("auth.cookie_name",
                               "Use 1 to 64 letters, digits and !#$%&'*+-.^_`|~ for the cookie's name."));
  if (config.cookie_same_site != "Lax" && config.cookie_same_site != "Strict" &&
      config.cookie_same_site != "None")
    problems.push_back(invalid("auth.cookie_same_site", "Set it to Lax, Strict or None."));
  if (config.cookie_secure != "auto" && config.cookie_secure != "always")
    problems.push_back(invalid("auth.cookie_secure", "Set it to auto or always."));
}

}  // namespace

std::vector<Error> check(const Config& config) {
  std::vector<Error> problems;
  check_sources(config, problems);
  if (config.user_claim.empty())
    problems.push_back(invalid("auth.user_claim", "Name the claim that holds the user, such as sub."));
  check_cookie(config, problems);
  for (std::size_t i = 0; i < config.allowed_origins.size(); ++i)
    if (!parse_origin(config.allowed_origins[i]))
      problems.push_back(invalid(
          "auth.allowed_origins",
          fmt::format("Entry {} is not an origin. Write scheme, host and, if need be, port, and nothing "
                      "after it: \"https://app.example.com\".",
                      i + 1)));
  if (config.ticket_lifetime < config.ticket_first_use)
    problems.push_back(invalid("auth.ticket_lifetime", "It must not be shorter than ticket_first_use."));
  if (config.jwks_max_retry_delay < config.jwks_retry_delay)
    problems.push_back(invalid("auth.jwks_max_retry_delay", "It must not be shorter than jwks_retry_delay."));
  return problems;
}

std::vector<std::string> warnings(const Config& config) {
  std::vector<std::string> texts;
  for (const KeySource& source : config.keys) {
    if (!is_loopback_url(source.jwks_url)) continue;
    const bool issuer = lacks_issuer(config, source);
    const bool audience = lacks_audience(config, source);
    if (!issuer && !audience) continue;
    texts.push_back(fmt::format(
        "Tokens of the keys from {} are accepted with any {}, which is allowed for addresses of this machine "
        "only. Set auth.issuer and auth.audience before this server is used by others.",
        source.jwks_url,
        issuer && audience ? "issuer and audience"
        : issuer           ? "issuer"
                           : "audience"));
  }
  return texts;
}

namespace {

void declare_key(Settings& row, KeySource& key) {
  row.string("file", key.file, 4096,
             "A file: PEM (public key or certificate), a JWK, a JWKS, or, when alg is HS256, the secret "
             "itself. Set exactly one of "
             "file, env and jwks_url.")
      .sample(R"("/etc/belay/issuer.pem")");
  row.string("env", key.env, 256,
             "An environment variable with the same content. Content that is neither PEM nor JSON is an "
             "HS256 secret.")
      .names_environment();
  row.string("jwks_url", key.jwks_url, 2048,
             "A JWKS address, https:// (http:// to this machine itself is allowed).")
      .address();
  row.choice<std::string>("alg", key.alg,
                          {{"", ""},
                           {"HS256", "HS256"},
                           {"RS256", "RS256"},
                           {"PS256", "PS256"},
                           {"ES256", "ES256"},
                           {"EdDSA", "EdDSA"}},
                          "The algorithm. Empty: chosen by the key. The token never chooses it.");
  row.string(
      "kid", key.kid, 256,
      "The key's id, for formats that have none. Empty: the key is tried for every token of its algorithm.");
  row.string("issuer", key.issuer, 1024,
             "The `iss` that tokens of these keys must have. Empty: auth.issuer. With several issuers, set "
             "each one here.");
  row.string("audience", key.audience, 1024,
             "The value that their `aud` must contain. Empty: auth.audience.");
  row.boolean(
      "any_issuer", key.any_issuer,
      "Tokens of these keys are accepted with any `iss`. A jwks_url needs an issuer or this setting.");
  row.boolean("any_audience", key.any_audience,
              "Tokens of these keys are accepted with any `aud`, so also tokens that the issuer made for "
              "other services. A jwks_url needs an audience or this setting.");
}

}  // namespace

void declare(Settings& settings, Config& config) {
  settings.section("auth", "Sign-in: JSON Web Tokens, stream tickets and the session cookie.");
  settings.string("issuer", config.issuer, 1024, "The `iss` that a token must have. Empty: not checked.")
      .sample(R"("https://login.example.com")");
  settings
      .string("audience", config.audience, 1024,
              "The value that a token's `aud` must contain. Empty: not checked.")
      .sample(R"("belay")");
  settings.string("user_claim", config.user_claim, 128,
                  "The claim that names the user: a name, or a path into nested objects: \"act.sub\". A "
                  "claim with exactly this name is used before a path.");
  settings.string("tier_claim", config.tier_claim, 128, "The claim that names the tier: a name or a path.");
  settings.string("roles_claim", config.roles_claim, 128,
                  "The claim that holds the roles: a name or a path, such as \"realm_access.roles\". Its "
                  "value is a list of texts or one text. One text is one role; in \"scope\" and \"scp\" it "
                  "is several, separated by spaces. The first 16 valid ones count.");
  settings.duration("leeway", config.leeway, {0ms, 5min},
                    "How far the clocks of issuer and server may differ, for `exp` and `nbf`.");
  settings
      .size("token_max_bytes", config.token_max_bytes, {256_B, 64_KiB},
            "Longer tokens are refused without being read.")
      .renamed_from("token_most_bytes");
  settings.integer(
      "cache_entries", config.cache_entries, {0, 1'000'000, "tokens"},
      "Number of verified tokens in the cache. A request with a cached token needs no signature check.");
  settings.duration("cache_time", config.cache_time, {0ms, 1h},
                    "How long tokens stay in the cache, but never beyond their `exp`. A change of the keys "
                    "empties the cache.");
  settings.integer("max_failed_sign_ins", config.max_failed_sign_ins, {1, 1'000'000, "sign-ins"},
                   "How many sign-ins of all clients together may fail within failed_sign_in_window. Beyond "
                   "it, only tokens in the cache are accepted until the window ends; others: 503.");
  settings.integer("max_failed_sign_ins_per_address", config.max_failed_sign_ins_per_address,
                   {1, 1'000'000, "sign-ins"},
                   "The same for one client address (an IPv6 address counts by its /64; clients on this "
                   "machine are not limited). Beyond: 429.");
  settings.duration("failed_sign_in_window", config.failed_sign_in_window, {1s, 1h},
                    "The length of the window in which failed sign-ins are counted.");
  settings.duration("jwks_refresh", config.jwks_refresh, {1min, 24h},
                    "JWKS addresses are fetched again this often.");
  settings.duration("jwks_cooldown", config.jwks_cooldown, {1s, 1h},
                    "A token with an unknown `kid` causes a fetch, but not within this time after the last "
                    "fetch. Until then such tokens are answered with 503 and Retry-After.");
  settings.duration("jwks_retry_delay", config.jwks_retry_delay, {100ms, 1min},
                    "Delay after the first failed fetch. It doubles with each further failure. The current "
                    "keys stay valid.");
  settings.duration("jwks_max_retry_delay", config.jwks_max_retry_delay, {1s, 1h},
                    "The maximum of this delay.");
  settings.duration("jwks_timeout", config.jwks_timeout, {100ms, 60s},
                    "A fetch that takes longer fails. No request waits longer for keys.");
  settings.size("jwks_max_bytes", config.jwks_max_bytes, {1_KiB, 4_MiB}, "A longer JWKS is refused.")
      .renamed_from("jwks_most_bytes");
  settings
      .integer("jwks_max_waiting", config.jwks_max_waiting, {1, 100'000, "requests"},
               "Requests that may wait for fetches. Further ones are answered with 503 at once.")
      .renamed_from("jwks_most_waiting");
  settings.duration("ticket_first_use", config.ticket_first_use, {1s, 10min},
                    "From the issue of a stream ticket to its first use.");
  settings.duration("ticket_lifetime", config.ticket_lifetime, {1s, 168h},
                    "From the issue of a stream ticket to its last use. Not shorter than ticket_first_use.");
  settings
      .integer(
          "ticket_max_uses", config.ticket_max_uses, {1'000, 10'000'000, "tickets"},
          "How many first uses are remembered. Beyond it the oldest eighth is forgotten, and those clients "
          "ask for a new ticket when they reconnect. Each takes 32 bytes of disk and about 130 of memory.")
      .renamed_from("ticket_most_uses");
  settings.integer("ticket_max_uses_per_user", config.ticket_max_uses_per_user, {10, 10'000, "tickets"},
                   "How many first uses of one user are remembered. Beyond it the oldest one of this user is "
                   "forgotten. Never more than a sixteenth of ticket_max_uses.");
  settings.duration("stream_grace", config.stream_grace, {0ms, 24h},
                    "How long a stream, or a ticket, may outlive the token that it was opened with. Then the "
                    "stream is cut, and its client continues with a new token. Never shorter than leeway. 0: "
                    "it ends with the token.");
  settings.integer("max_revocations", config.max_revocations, {1, 1'000'000, "revocations"},
                   "How many revocations of users and tokens may be in effect at once. Each takes about 300 "
                   "bytes of memory.");
  settings.duration("revocation_lifetime", config.revocation_lifetime, {1min, 87600h},
                    "How long a revocation lasts for which the operator names no time. Not shorter than the "
                    "lifetime of tokens, which would become valid again.");
  settings.string("cookie_name", config.cookie_name, 64,
                  "The session cookie's name. One that begins with __Host- needs TLS.");
  settings.choice<std::string>("cookie_same_site", config.cookie_same_site,
                               {{"Lax", "Lax"}, {"Strict", "Strict"}, {"None", "None"}},
                               "\"None\": the cookie is also sent from pages of other sites. List them in "
                               "server.cors.allowed_origins, and serve over TLS.");
  settings.choice<std::string>(
      "cookie_secure", config.cookie_secure, {{"auto", "auto"}, {"always", "always"}},
      "\"auto\": the cookie is Secure when the connection, the page's Origin or any proxy's header says that "
      "the page came over TLS. \"always\": the cookie is always Secure.");
  settings.table_array(
      "keys", config.keys, 16,
      "A key that tokens may be signed with. Without any key, only development mode can sign anyone in.",
      declare_key);
}

}  // namespace belay::auth
