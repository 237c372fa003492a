#include "app/preparation.hpp"

#include <cstdlib>

#include <fmt/format.h>

#include "app/context_fetcher.hpp"
#include "app/operations_listener.hpp"
#include "app/routing.hpp"
#include "app/runtime_config.hpp"
#include "auth/key.hpp"
#include "providers/http/curl_client.hpp"
#include "storage/journal/data_directory.hpp"
#include "transport/listener.hpp"
#include "transport/tls/tls_context.hpp"

namespace belay::app {
namespace {

void check_sign_in(ConfigurationOutcome& outcome) {
  const auth::Config& config = outcome.configuration.auth;
  if (config.keys.empty() && !config.dev_mode)
    outcome.report("auth.keys",
                   "Nobody could sign in: no key is configured. Add an [[auth.keys]] table, or start with "
                   "--dev on this machine.");
  for (const Error& problem : auth::load_configured_keys(config).problems) {
    const std::string row = problem.field.substr(0, problem.field.rfind('.') + 1);
    if (!outcome.is_rejected(row + "alg")) outcome.report(problem);
  }
}

void build_providers(ConfigurationOutcome& outcome, const PreparationParts& parts, Prepared& prepared) {
  const std::vector<providers::ProviderConfig>& configs = outcome.configuration.providers;
  bool fine = true;
  for (std::size_t i = 0; i < configs.size(); ++i) {
    const std::string row = fmt::format("providers[{}].", i);
    fine = fine && !outcome.is_rejected(row + "kind");
    if (outcome.is_rejected(row + "kind")) continue;
    for (const Error& error : providers::Registry::problems(configs[i])) {
      fine = false;
      if (error.field == "base_url" && outcome.is_rejected(row + "allow_plain_http")) continue;
      outcome.report(row + error.field, error.detail);
    }
  }
  if (!fine) return;
  const auto environment = [](const std::string& variable) -> std::optional<std::string> {
    const char* const value = std::getenv(variable.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  };
  auto registry = providers::Registry::build(configs, {parts.client, parts.random, environment});
  if (registry)
    prepared.providers.emplace(std::move(*registry));
  else
    outcome.report_if_new(make_error(ErrorCode::invalid_request, registry.error().detail, "providers"));
}

void build_live_settings(ConfigurationOutcome& outcome, const PreparationParts& parts, Prepared& prepared) {
  const Configuration& configuration = outcome.configuration;
  std::vector<Error> problems;
  const providers::Registry* const providers = prepared.providers ? &*prepared.providers : nullptr;
  prepared.live = make_runtime_config(configuration, providers, parts.observe_fallback, problems);
  for (const Error& error : problems) outcome.report_if_new(error);
}

void check_listener(ConfigurationOutcome& outcome, const std::string& section,
                    const transport::Config& config) {
  for (const Error& error : transport::Listener::check(config)) {
    Error in_file = error;
    in_file.field = section + error.field;
    outcome.report_if_new(in_file);
  }
}

void check_listeners(ConfigurationOutcome& outcome) {
  check_listener(outcome, "server.", outcome.configuration.server);
  if (outcome.configuration.operations.enabled)
    check_listener(outcome, "operations.", OperationsListener::transport_config(outcome.configuration));
  for (const auto& surface : outcome.configuration.surfaces.all())
    if (outcome.is_rejected(surface->name())) return;
  const auto surfaces = make_surfaces(outcome.configuration, nullptr);
  if (const auto router = make_router(outcome.configuration, {}, surfaces); !router)
    outcome.report(router.error());
}

// Without the key that development mode makes in the data directory.
void check_upload_keys(ConfigurationOutcome& outcome) {
  SealingKeyConfig config = outcome.configuration.upload_storage.keys;
  config.made_key.clear();
  for (const Error& problem : load_sealing_keys(config, "uploads").problems) outcome.report_if_new(problem);
}

void check_context(ConfigurationOutcome& outcome) {
  for (const Error& problem : context_problems(outcome.configuration.context))
    if (!outcome.is_rejected(problem.field)) outcome.report(problem);
}

void check_storage(ConfigurationOutcome& outcome) {
  const auto data = storage::DataDirectory::inspect(outcome.configuration.process.data_directory);
  if (!data) outcome.report("process.data_directory", data.error().detail);
}

}  // namespace

Prepared prepare(ConfigurationOutcome& outcome, const PreparationParts& parts) {
  Prepared prepared;
  check_listeners(outcome);
  check_sign_in(outcome);
  check_storage(outcome);
  check_upload_keys(outcome);
  check_context(outcome);
  build_providers(outcome, parts, prepared);
  build_live_settings(outcome, parts, prepared);
  outcome.sort();
  return prepared;
}

std::vector<std::string> check(ConfigurationOutcome& outcome) {
  providers::CurlClient client;
  SecureRandom random;
  const Prepared prepared = prepare(outcome, {client, random, [](const auto&) {}});
  std::vector<std::string> notes = auth::warnings(outcome.configuration.auth);
  if (const transport::TlsConfig& tls = outcome.configuration.server.tls; tls.enabled())
    for (std::string& warning : transport::TlsContext::load(tls, SystemClock().wall()).warnings)
      notes.push_back(std::move(warning));
  if (prepared.providers)
    for (const providers::Registry::Entry& entry : prepared.providers->entries())
      if (!entry.warning.empty())
        notes.push_back(fmt::format("Provider \"{}\": {}", entry.name, entry.warning));
  return notes;
}

}  // namespace belay::app
