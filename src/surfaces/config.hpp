// The settings of the surfaces.
#pragma once

#include "surfaces/assistant/config.hpp"
#include "surfaces/chat/config.hpp"
#include "surfaces/persona/config.hpp"

namespace belay::surfaces {

struct Config {
  AssistantConfig assistant;
  ChatConfig chat;
  PersonaSurfaceConfig persona;
};

}  // namespace belay::surfaces
