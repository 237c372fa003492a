// The AG-UI surface's settings.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/units.hpp"
#include "policy/config.hpp"
#include "policy/surface_rules.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
}

namespace belay::surfaces {

struct AgUiConfig {
  // Whether the surface is served.
  bool enabled = true;
  // Prefix of the surface's paths: "" or "/support".
  std::string prefix;
  // The alias of the model of a run that names none; empty: the first model that the caller may use.
  std::string model;
  // Whether the client's system and developer messages, and its context, are added to the system prompt.
  bool instructions = true;
  // Maximum size of a request body, which has all messages of a thread.
  ByteCount max_body{4_MiB};
  // Maximum size of a question, in bytes.
  ByteCount max_prompt{256_KiB};
  // Base of the reconnection time that is sent to clients of streams. Each client gets a time between this
  // and twice as much.
  Milliseconds retry_base{1'000};
  // In any span of rate_window.
  struct Limits : policy::SurfaceLimits {
    // New runs of one user.
    std::uint64_t rate = 60;
  };
  Limits limits;
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, AgUiConfig& config);
// The limits of the mode "run", in the order in which they are checked:
//   ag_ui.active.user     the user's concurrent runs         429 too_many_active
//   ag_ui.rate            the user's runs                    429 rate_limited
//   ag_ui.active.server   the concurrent runs of all users   503 server_full
policy::SurfaceRules rules(const AgUiConfig& config, const policy::Config& policy);

}  // namespace belay::surfaces
