// Which models a caller may use.
#pragma once

#include <vector>

#include "core/types/message.hpp"
#include "policy/surface_rules.hpp"
#include "policy/tiers.hpp"
#include "services/runtime_config.hpp"

namespace belay::services {

// In the catalogue's order. The models live as long as `runtime`.
std::vector<const Model*> models_for(const RuntimeConfig& runtime, policy::Tier tier);

// The model of a surface whose callers do not choose: the configured one, or the first of the catalogue.
const ModelTarget& default_model(const RuntimeConfig& runtime, const policy::SurfaceRules& rules);

}  // namespace belay::services
