// The configuration that can change while the server runs: models, limits, prompts and personas. It is read
// again on SIGHUP.
//
// It is one immutable value. A surface takes the current one when a request arrives and uses it for the whole
// request. Requests and runs in progress keep the value they started with. Made by app/runtime_config.hpp.
#pragma once

#include <memory>

#include "base/snapshot.hpp"
#include "core/ports/models.hpp"
#include "policy/config.hpp"
#include "policy/tiers.hpp"
#include "prompts/coaching.hpp"
#include "prompts/config.hpp"
#include "prompts/personas.hpp"

namespace belay::surfaces {

struct RuntimeConfig {
  std::shared_ptr<const ModelCatalogue> models;  // has at least one model
  policy::Config policy;
  policy::Tiers tiers;
  prompts::Config prompts;
  prompts::Personas personas;
  prompts::CoachLines coach_lines;
};

}  // namespace belay::surfaces
