// The settings of the surfaces.
#pragma once

#include "surfaces/assistant/config.hpp"
#include "surfaces/persona/config.hpp"

namespace belay::surfaces {

struct Config {
  AssistantConfig assistant;
  PersonaSurfaceConfig persona;
};

}  // namespace belay::surfaces
