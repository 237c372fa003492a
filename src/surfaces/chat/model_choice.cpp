#include "surfaces/chat/model_choice.hpp"

#include "policy/admission.hpp"

namespace belay::surfaces::chat {
namespace {

constexpr std::size_t kMaxNamed = 10;

}  // namespace

std::vector<const Model*> models_for(const RuntimeConfig& live, policy::Tier tier) {
  std::vector<const Model*> models;
  for (const std::string& alias : live.models->aliases()) {
    const Model& model = live.models->find(alias)->model;
    if (policy::may_use_model(live.tiers, tier, model.tier)) models.push_back(&model);
  }
  return models;
}

Error tier_error(const RuntimeConfig& live, policy::Tier tier, const Model& model) {
  const auto allowed = policy::may_use_model(live.tiers, tier, model.tier);
  Error refused = allowed ? make_error(ErrorCode::forbidden, {}) : allowed.error();
  refused.field = "modelId";
  refused.detail = "The model " + model.alias + " is not open to you. " + refused.detail;
  const std::vector<const Model*> open = models_for(live, tier);
  if (open.empty()) {
    refused.detail += " No model is open to your tier.";
    return refused;
  }
  std::string names;
  for (std::size_t i = 0; i < open.size() && i < kMaxNamed; ++i)
    names += (i == 0 ? "" : ", ") + open[i]->alias;
  if (open.size() > kMaxNamed) names += " and others (GET /api/chat/models)";
  refused.detail += " Choose another with modelId, or for the whole chat with /model NAME: " + names + ".";
  return refused;
}

}  // namespace belay::surfaces::chat
