// The settings of the surfaces.
#pragma once

#include "surfaces/assistant/config.hpp"

namespace belay::surfaces {

struct Config {
  AssistantConfig assistant;
};

}  // namespace belay::surfaces
