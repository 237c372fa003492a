// Which models a tier may choose, and what a caller is told who chose another.
#pragma once

#include <vector>

#include "core/models.hpp"
#include "policy/tiers.hpp"
#include "surfaces/live_settings.hpp"

namespace belay::surfaces::chat {

// In the catalogue's order. They live as long as the settings.
std::vector<const Model*> models_for(const LiveSettings& live, policy::Tier tier);

// `forbidden`: names the tier that the model needs, the models that the caller may choose, and how.
Error not_for_tier(const LiveSettings& live, policy::Tier tier, const Model& model);

}  // namespace belay::surfaces::chat
