// What may change while the server runs: models, limits, prompts and personas, read again on SIGHUP.
//
// One immutable value. A surface takes the current one when a request comes in and decides all of that
// request by it; what is under way keeps what it began with. Made by app/live_settings.hpp.
#pragma once

#include <memory>

#include "base/snapshot.hpp"
#include "core/models.hpp"
#include "policy/config.hpp"
#include "policy/tiers.hpp"
#include "prompts/coaching.hpp"
#include "prompts/config.hpp"
#include "prompts/personas.hpp"

namespace belay::surfaces {

struct LiveSettings {
  std::shared_ptr<const ModelCatalogue> models;  // has one model at least
  policy::Config policy;
  policy::Tiers tiers;
  prompts::Config prompts;
  prompts::Personas personas;
  prompts::CoachLines coach_lines;
};

}  // namespace belay::surfaces
