#include "services/models.hpp"

namespace belay::services {

std::vector<const Model*> models_for(const RuntimeConfig& runtime, policy::Tier tier) {
  std::vector<const Model*> models;
  for (const std::string& alias : runtime.models->aliases()) {
    const Model& model = runtime.models->find(alias)->model;
    if (policy::may_use_model(runtime.tiers, tier, model.tier)) models.push_back(&model);
  }
  return models;
}

const ModelTarget& default_model(const RuntimeConfig& runtime, const policy::SurfaceRules& rules) {
  if (const ModelTarget* configured = runtime.models->find(rules.default_model)) return *configured;
  return *runtime.models->find(runtime.models->aliases().front());
}

}  // namespace belay::services
