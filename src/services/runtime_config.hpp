// The configuration that can change while the server runs: models, limits, prompts and personas. It is read
// again on SIGHUP.
//
// It is one immutable value. A request takes the current one when it arrives and uses it to its end. Requests and
// runs in progress keep the value they started with. Made by app/runtime_config.hpp.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/snapshot.hpp"
#include "core/ports/models.hpp"
#include "policy/config.hpp"
#include "policy/surface_rules.hpp"
#include "policy/tiers.hpp"
#include "prompts/coaching.hpp"
#include "prompts/config.hpp"
#include "prompts/personas.hpp"

namespace belay::services {

struct RuntimeConfig {
  std::shared_ptr<const ModelCatalogue> models;  // has at least one model
  policy::Config policy;
  policy::Tiers tiers;
  prompts::Config prompts;
  prompts::Personas personas;
  prompts::CoachLines coach_lines;
  std::map<std::string, policy::SurfaceRules, std::less<>>
      rules;  // by surface; also of "exports" and "uploads"
};

}  // namespace belay::services
