// All that can be made of a configuration, and found wrong with it, before anything is opened.
//
// `belay serve` begins with prepare() and goes on with what it made; `belay config check` and SIGHUP end with
// check(), which is prepare() without its products. So what one refuses all refuse, in the same words, and
// there is no second list: whatever else can be told from the configuration, the environment, and the files
// that they name belongs in here. What is left to the start itself is the state of the machine: a port that
// is taken, another process on the data, damaged files.
//
// Reads files and variables; writes nothing, listens nowhere, starts no thread. Any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "ops/configuration.hpp"
#include "providers/fallback/fallback_provider.hpp"
#include "providers/http/http_client.hpp"
#include "providers/registry.hpp"
#include "surfaces/live_settings.hpp"

namespace belay::app {

// Outlive what is made.
struct PreparationParts {
  providers::HttpClient& client;
  Random& random;  // thread-safe
  providers::FallbackProvider::Observe observe_fallback;
};

// Whole if the outcome is without problems.
struct Prepared {
  std::optional<providers::Registry> providers;
  std::shared_ptr<const surfaces::LiveSettings> live;
};

// What is wrong is reported to the outcome, whose earlier problems it may have.
Prepared prepare(ops::ConfigurationOutcome& outcome, const PreparationParts& parts);

// The same for what is wrong alone. Returns what an operator should know although it is no error.
std::vector<std::string> check(ops::ConfigurationOutcome& outcome);

}  // namespace belay::app
