// The settings of the durable-streams surface.
#pragma once

#include <string>

#include "base/clock.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
}

namespace belay::surfaces {

struct DurableStreamsConfig {
  // Whether the surface is served.
  bool enabled = true;
  // Prefix of the surface's paths, which begin with /v1/stream.
  std::string prefix;
  // How long a long poll waits for events.
  Milliseconds long_poll{25'000};
  // When an SSE connection is ended, so that its client comes back.
  Milliseconds max_age{60'000};
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, DurableStreamsConfig& config);

}  // namespace belay::surfaces
