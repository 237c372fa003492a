// Which models a tier may choose, and the error for a caller who chose another.
#pragma once

#include <vector>

#include "core/ports/models.hpp"
#include "policy/tiers.hpp"
#include "surfaces/runtime_config.hpp"

namespace belay::surfaces::chat {

// In the catalogue's order. The models live as long as `live`.
std::vector<const Model*> models_for(const RuntimeConfig& live, policy::Tier tier);

// `forbidden`. The text names the tier that the model needs, the models that the caller may choose, and how
// to choose one.
Error tier_error(const RuntimeConfig& live, policy::Tier tier, const Model& model);

}  // namespace belay::surfaces::chat
