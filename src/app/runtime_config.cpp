#include "app/runtime_config.hpp"

#include "auth/key_set.hpp"

namespace belay::app {
namespace {

using providers::FallbackProvider;

// The model and its fallbacks.
std::vector<ModelTarget> chain_of(const Model& model, const std::vector<Model>& models,
                                  const providers::Registry& providers) {
  std::vector<ModelTarget> chain{{model, providers.find(model.provider), nullptr}};
  for (const std::string& alias : model.fallbacks)
    for (const Model& other : models)
      if (other.alias == alias) chain.push_back({other, providers.find(other.provider), nullptr});
  return chain;
}

Result<std::shared_ptr<const ModelCatalogue>> make_catalogue(const Configuration& configuration,
                                                             const providers::Registry& providers,
                                                             const FallbackProvider::Observe& observe) {
  auto catalogue = std::make_shared<ModelCatalogue>();
  for (const Model& model : configuration.models) {
    std::vector<ModelTarget> chain = chain_of(model, configuration.models, providers);
    for (const ModelTarget& target : chain)
      if (!target.provider)
        return make_error(
            ErrorCode::invalid_request,
            "The model \"" + target.model.alias + "\" names the provider \"" + target.model.provider +
                "\", which the server was not started with. Add a [[providers]] table with that "
                "name and restart.",
            "models");
    ModelTarget target = chain.front();
    if (chain.size() > 1) {
      const auto fallback = std::make_shared<FallbackProvider>(std::move(chain), observe);
      target.provider = fallback.get();
      target.kept = fallback;
    }
    if (const auto added = catalogue->add(std::move(target)); !added) return added.error();
  }
  if (catalogue->aliases().empty())
    return make_error(ErrorCode::invalid_request,
                      "No model is configured. Add a [[models]] table, or start with --dev.", "models");
  for (const auto& surface : configuration.surfaces.all()) {
    const std::string* const alias = surface->model();
    const std::string setting = std::string(surface->name()) + ".model";
    if (alias && !alias->empty() && !catalogue->find(*alias))
      return make_error(ErrorCode::invalid_request,
                        setting + " names \"" + *alias + "\", which is no configured model.", setting);
  }
  return std::shared_ptr<const ModelCatalogue>(std::move(catalogue));
}

std::map<std::string, policy::SurfaceRules, std::less<>> rules_of(const Configuration& configuration) {
  std::map<std::string, policy::SurfaceRules, std::less<>> rules;
  for (const auto& surface : configuration.surfaces.all())
    rules.emplace(surface->name(), surface->rules(configuration.policy));
  rules.emplace("exports", policy::export_rules(configuration.policy));
  rules.emplace("uploads", policy::upload_rules(configuration.policy));
  return rules;
}

}  // namespace

void take_reloadable_part(Configuration& running, const Configuration& fresh) {
  running.models = fresh.models;
  running.default_models = fresh.default_models;
  running.policy = fresh.policy;
  running.prompts = fresh.prompts;
  for (const auto& surface : running.surfaces.all())
    for (const auto& other : fresh.surfaces.all())
      if (other->name() == surface->name()) surface->take_limits(*other);
  auth::KeySet::take_reloadable_part(running.auth, fresh.auth);
  running.upload_storage.keys.keys = fresh.upload_storage.keys.keys;
  running.upload_storage.keys.current = fresh.upload_storage.keys.current;
  transport::TlsConfig& tls = running.server.tls;
  if (!tls.enabled() || !fresh.server.tls.enabled()) return;
  tls.certificate = fresh.server.tls.certificate;
  tls.key = fresh.server.tls.key;
  tls.ocsp_response = fresh.server.tls.ocsp_response;
  tls.min_version = fresh.server.tls.min_version;
}

std::shared_ptr<const services::RuntimeConfig> make_runtime_config(
    const Configuration& configuration, const providers::Registry* providers,
    const FallbackProvider::Observe& observe_fallback, std::vector<Error>& problems) {
  const auto note = [&problems](const auto& made) {
    if (!made) problems.push_back(made.error());
  };
  Result<std::shared_ptr<const ModelCatalogue>> models = std::shared_ptr<const ModelCatalogue>();
  if (providers) models = make_catalogue(configuration, *providers, observe_fallback);
  auto tiers = policy::Tiers::make(configuration.policy.tiers);
  auto personas = prompts::Personas::make(configuration.prompts.personas);
  auto coach_lines = prompts::CoachLines::make(configuration.prompts.coach_lines);
  note(models);
  note(tiers);
  note(personas);
  note(coach_lines);
  if (!problems.empty() || !*models) return nullptr;
  return std::make_shared<const services::RuntimeConfig>(services::RuntimeConfig{
      std::move(*models), configuration.policy, std::move(*tiers), configuration.prompts,
      std::move(*personas), std::move(*coach_lines), rules_of(configuration)});
}

}  // namespace belay::app
