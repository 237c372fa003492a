// Makes the settings that are read for each request from the configuration: at start, and again on
// SIGHUP.
#pragma once

#include "app/configuration.hpp"
#include "base/result.hpp"
#include "providers/fallback/fallback_provider.hpp"
#include "providers/registry.hpp"
#include "services/runtime_config.hpp"

namespace belay::app {

// Copies into a running server's configuration the part of a fresh one that needs no restart: everything that
// make_runtime_config() uses, and the keys of sign-in.
void take_reloadable_part(Configuration& running, const Configuration& fresh);

// Returns null when there are problems; `problems` then has all of them, and each says what to change. Models
// name providers of the registry, which stays the same while the server runs. Without a registry everything
// except the models is checked, and the result is null.
std::shared_ptr<const services::RuntimeConfig> make_runtime_config(
    const Configuration& configuration, const providers::Registry* providers,
    const providers::FallbackProvider::Observe& observe_fallback, std::vector<Error>& problems);

}  // namespace belay::app
