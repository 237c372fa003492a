#include "app/commands/token_command.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "app/commands/signing_key.hpp"
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

std::vector<auth::KeySource> sources_of(const auth::Config& config, const TokenOptions& options) {
  if (options.key_file.empty() && options.key_env.empty()) return config.keys;
  return {{.file = options.key_file, .env = options.key_env, .alg = options.alg, .kid = options.kid}};
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
  const Result<auth::Key> key = find_signing_key(sources_of(config, options));
  if (!key) return complain(kExitUsage, key.error().detail);

  const auth::TokenRequest request{options.user, options.tier, options.roles, *lifetime};
  const Result<std::string> token = auth::make_token(request, config, *key, SystemClock().wall());
  if (!token) return complain(kExitUsage, token.error().detail);
  fmt::print("{}\n", *token);
  return kExitDone;
}

}  // namespace belay::app
