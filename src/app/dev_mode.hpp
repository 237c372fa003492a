// Development mode: how `belay serve --dev` changes the configuration.
#pragma once

#include "app/configuration.hpp"
#include "base/result.hpp"

namespace belay::app {

// The server listens only on loopback and answers only requests whose Host is a name of this machine.
// dev:USER signs anyone in. The persona surface serves callers without a name. Every model is answered by a scripted
// provider: its own if that is scripted, else the first of the file, else a usual one. Fails when the address is not
// loopback.
Result<> make_dev_mode(Configuration& configuration);

}  // namespace belay::app
