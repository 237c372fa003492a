// The assistant surface's settings.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/units.hpp"
#include "core/types/message.hpp"
#include "policy/config.hpp"
#include "policy/surface_rules.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
struct ConfigReading;
}  // namespace belay

namespace belay::surfaces {

struct AssistantConfig {
  // Whether the surface is served.
  bool enabled = true;
  // Prefix of the surface's paths: "" or "/music".
  std::string prefix;
  // The alias of the model that answers; empty: the first model of the catalogue.
  std::string model;
  // Maximum size of a request body.
  ByteCount max_body{1_MiB};
  // Maximum size of a prompt, in bytes.
  ByteCount max_prompt{256_KiB};
  // Base of the reconnection time that is sent to clients of streams. Each client gets a time between this
  // and twice as much.
  Milliseconds retry_base{1'000};
  // The actions that clients can perform. They are offered to the model as tools. At most 128.
  std::vector<Tool> actions;
  // Requirements A5 and A6: new requests of one user in any span of rate_window, for each mode.
  struct Limits : policy::SurfaceLimits {
    std::uint64_t rate_chat = 60;
    std::uint64_t rate_edit = 30;
    std::uint64_t rate_generate = 20;
  };
  Limits limits;
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, AssistantConfig& config);
// Two actions with one name, a name or a schema that models do not accept.
void check(const AssistantConfig& config, ConfigReading& reading);
// The limits of each mode, in the order in which they are checked:
//   assistant.active.user     the user's concurrent requests         429 too_many_active
//   assistant.rate.MODE       the user's requests in this mode       429 rate_limited
//   assistant.active.server   the concurrent requests of all users   503 server_full
// The tier does not matter here.
policy::SurfaceRules rules(const AssistantConfig& config, const policy::Config& policy);

}  // namespace belay::surfaces
