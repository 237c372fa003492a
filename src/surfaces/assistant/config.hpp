// The assistant surface's settings.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/units.hpp"
#include "core/types/message.hpp"

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
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, AssistantConfig& config);
// Two actions with one name, a name or a schema that models do not accept.
void check(const AssistantConfig& config, ConfigReading& reading);

}  // namespace belay::surfaces
