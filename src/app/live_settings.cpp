#include "app/live_settings.hpp"

namespace belay::app {
namespace {

Result<std::shared_ptr<const ModelCatalogue>> make_catalogue(const ops::Configuration& configuration,
                                                             const providers::Registry& providers) {
  auto catalogue = std::make_shared<ModelCatalogue>();
  for (const Model& model : configuration.models) {
    Provider* const provider = providers.find(model.provider);
    if (!provider)
      return make_error(ErrorCode::invalid_request,
                        "The model \"" + model.alias + "\" names the provider \"" + model.provider +
                            "\", which the server was not started with. Add a [[providers]] table with that "
                            "name and restart.",
                        "models");
    if (const auto added = catalogue->add(model, *provider); !added) return added.error();
  }
  if (catalogue->aliases().empty())
    return make_error(ErrorCode::invalid_request,
                      "No model is configured. Add a [[models]] table, or start with --dev.", "models");
  const std::pair<const char*, const std::string*> wanted[] = {
      {"assistant.model", &configuration.assistant.model}, {"persona.model", &configuration.persona.model}};
  for (const auto& [setting, alias] : wanted)
    if (!alias->empty() && !catalogue->find(*alias))
      return make_error(ErrorCode::invalid_request,
                        std::string(setting) + " names \"" + *alias + "\", which is no configured model.",
                        setting);
  return std::shared_ptr<const ModelCatalogue>(std::move(catalogue));
}

}  // namespace

Result<std::shared_ptr<const surfaces::LiveSettings>> make_live_settings(
    const ops::Configuration& configuration, const providers::Registry& providers) {
  auto models = make_catalogue(configuration, providers);
  if (!models) return models.error();
  auto tiers = policy::Tiers::make(configuration.policy.tiers);
  if (!tiers) return tiers.error();
  auto personas = prompts::Personas::make(configuration.prompts.personas);
  if (!personas) return personas.error();
  auto coach_lines = prompts::CoachLines::make(configuration.prompts.coach_lines);
  if (!coach_lines) return coach_lines.error();
  return std::make_shared<const surfaces::LiveSettings>(
      surfaces::LiveSettings{std::move(*models), configuration.policy, std::move(*tiers),
                             configuration.prompts, std::move(*personas), std::move(*coach_lines)});
}

}  // namespace belay::app
