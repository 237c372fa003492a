// From the configuration to the settings that surfaces take for each request: at start, and again on SIGHUP.
#pragma once

#include "base/result.hpp"
#include "ops/configuration.hpp"
#include "providers/fallback/fallback_provider.hpp"
#include "providers/registry.hpp"
#include "surfaces/live_settings.hpp"

namespace belay::app {

// Takes into a running server's configuration what of a fresh one needs no restart: all that
// make_live_settings() makes settings of, and the keys of sign-in.
void take_live_part(ops::Configuration& running, const ops::Configuration& fresh);

// Null when there are problems: all of them, saying what to change. Models name providers of the registry,
// which is as the server was started with. Without a registry all but the models is looked at, and the result
// is null.
std::shared_ptr<const surfaces::LiveSettings> make_live_settings(
    const ops::Configuration& configuration, const providers::Registry* providers,
    const providers::FallbackProvider::Observe& observe_fallback, std::vector<Error>& problems);

}  // namespace belay::app
