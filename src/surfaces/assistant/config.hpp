// The assistant surface's settings.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/units.hpp"
#include "core/chat.hpp"

namespace belay::surfaces {

struct AssistantConfig {
  // Whether the surface is served.
  bool enabled = true;
  // Put before its paths: "" or "/music".
  std::string prefix;
  // The alias of the model that answers; empty: the first of the catalogue.
  std::string model;
  // Largest request body. 1 KiB … 16 MiB.
  ByteCount most_body{1_MiB};
  // Longest prompt, in bytes. 16 B … 4 MiB.
  ByteCount most_prompt{256_KiB};
  // Base of the reconnection time that streams tell their clients; each gets between this and twice as much.
  // 100 ms … 10 min.
  Milliseconds retry_base{1'000};
  // The actions that a client carries out: offered to the model as tools. At most 128.
  std::vector<Tool> actions;
};

}  // namespace belay::surfaces
