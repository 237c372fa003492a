// From the configuration to the settings that surfaces take for each request: at start, and again on SIGHUP.
#pragma once

#include "base/result.hpp"
#include "ops/configuration.hpp"
#include "providers/fallback/fallback_provider.hpp"
#include "providers/registry.hpp"
#include "surfaces/live_settings.hpp"

namespace belay::app {

// Fails with `invalid_request`, saying what to change. Models name providers of the registry, which is as the
// server was started with.
Result<std::shared_ptr<const surfaces::LiveSettings>> make_live_settings(
    const ops::Configuration& configuration, const providers::Registry& providers,
    const providers::FallbackProvider::Observe& observe_fallback);

}  // namespace belay::app
