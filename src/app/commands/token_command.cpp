#include "app/commands/token_command.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "app/configuration.hpp"
#include "app/exit_code.hpp"
#include "auth/key.hpp"
#include "auth/token_maker.hpp"
#include "base/clock.hpp"
#include "base/settings/quantities.hpp"

namespace belay::app {
namespace {

int complain(int code, std::string_view text) {
  fmt::print(stderr, "belay token: {}\n", text);
  return code;
}

// The first of the configuration's keys that has a private half or is a secret.
Result<auth::Key> signing_key(const auth::Config& config, const TokenOptions& options) {
  std::vector<auth::KeySource> sources;
  if (options.key_file.empty() && options.key_env.empty())
    sources = config.keys;
  else
    sources.push_back(
        {.file = options.key_file, .env = options.key_env, .alg = options.alg, .kid = options.kid});
  std::string problem =
      "There is no key. Give --key-file or --key-env, or --config with a key that can sign.";
  for (const auth::KeySource& source : sources) {
    if (!source.jwks_url.empty()) continue;
    const Result<std::vector<auth::Key>> keys = auth::load_keys(source, auth::KeyUse::sign);
    if (!keys) {
      problem = keys.error().detail;
      continue;
    }
    for (const auth::Key& key : *keys)
      if (key.can_sign) return key;
    problem = "This is a public key. Signing needs the private key, or an HS256 secret.";
  }
  return make_error(ErrorCode::invalid_request, problem);
}

}  // namespace

int make_token(const TokenOptions& options) {
  auth::Config config;
  if (!options.config_file.empty()) {
    ConfigurationOutcome outcome = load_configuration(options.config_file, process_environment(), {});
    for (const ConfigProblem& problem : outcome.problems) complain(kExitUsage, problem.text());
    if (!outcome.ok()) return kExitUsage;
    config = std::move(outcome.configuration.auth);
  }
  if (!options.issuer.empty()) config.issuer = options.issuer;
  if (!options.audience.empty()) config.audience = options.audience;

  const Result<Milliseconds> lifetime = parse_duration(options.expires);
  if (!lifetime) return complain(kExitUsage, "--expires: " + lifetime.error().detail);
  const Result<auth::Key> key = signing_key(config, options);
  if (!key) return complain(kExitUsage, key.error().detail);

  const auth::TokenRequest request{options.user, options.tier, options.roles, *lifetime};
  const Result<std::string> token = auth::make_token(request, config, *key, SystemClock().wall());
  if (!token) return complain(kExitUsage, token.error().detail);
  fmt::print("{}\n", *token);
  return kExitDone;
}

}  // namespace belay::app
