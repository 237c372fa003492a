// Development mode: what `belay serve --dev` changes in the configuration.
#pragma once

#include "base/result.hpp"
#include "ops/configuration.hpp"

namespace belay::app {

// Loopback only, and only under names of this machine (Host); dev:USER signs anybody in, the persona surface
// serves callers without a name, every model is answered by the scripted provider. Fails when the address is
// not loopback.
Result<> make_dev_mode(ops::Configuration& configuration);

}  // namespace belay::app
