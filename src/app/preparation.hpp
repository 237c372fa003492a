// Everything that can be built from a configuration, and checked in it, before anything is opened.
//
// `belay serve` starts with prepare() and uses what it built. `belay config check` and SIGHUP use check(),
// which is prepare() without its products. So all three refuse the same configurations with the same
// messages, and there is no second list of checks. Every check of the configuration, of the environment, and
// of files named there belongs here. Only the state of the machine is left to the start itself: a port that
// is taken, another process that uses the data, damaged files.
//
// Reads files and variables. Writes nothing, does not listen, starts no thread. Any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/configuration.hpp"
#include "base/random.hpp"
#include "providers/fallback/fallback_provider.hpp"
#include "providers/http/http_client.hpp"
#include "providers/registry.hpp"
#include "services/runtime_config.hpp"

namespace belay::app {

// These outlive what prepare() builds.
struct PreparationParts {
  providers::HttpClient& client;
  Random& random;  // thread-safe
  providers::FallbackProvider::Observe observe_fallback;
};

// Complete if the outcome has no problems.
struct Prepared {
  std::optional<providers::Registry> providers;
  std::shared_ptr<const services::RuntimeConfig> live;
};

// Adds its problems to those that the outcome already has.
Prepared prepare(ConfigurationOutcome& outcome, const PreparationParts& parts);

// Like prepare(), but only reports problems. Returns notes for the operator that are not errors.
std::vector<std::string> check(ConfigurationOutcome& outcome);

}  // namespace belay::app
