// All settings of the server, and how they are read.
//
// There are four sources. Each one overrides those before it: the defaults in the modules' Config structs,
// the file, the environment, the command line. Each module declares its settings beside its
// Config (declare()); base/settings/settings.hpp explains how, ops/configuration_source.hpp how they are read.
//
// Read once at start, by one thread. Immutable afterwards.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/config.hpp"
#include "app/surfaces.hpp"
#include "auth/config.hpp"
#include "base/settings/config_reading.hpp"
#include "core/run/config.hpp"
#include "exports/config.hpp"
#include "ops/config.hpp"
#include "ops/configuration_source.hpp"
#include "policy/config.hpp"
#include "prompts/config.hpp"
#include "providers/config.hpp"
#include "services/context/config.hpp"
#include "services/uploads/config.hpp"
#include "storage/config.hpp"
#include "storage/memory/config.hpp"
#include "transport/config.hpp"
#include "transport/websocket/limits.hpp"
#include "uploads/config.hpp"

namespace belay::app {

struct Configuration {
  ProcessConfig process;
  OperationsConfig operations;
  ops::LogConfig log;
  RetentionConfig retention;
  transport::Config server;
  transport::WebSocketLimits websocket;
  auth::Config auth;
  EngineConfig engine;
  CacheConfig cache;
  storage::JournalConfig journal;
  storage::SqliteConfig store;
  storage::MemoryCountersConfig counters;
  policy::Config policy;
  prompts::Config prompts;
  SurfaceConfigs surfaces;
  exports::Config exports;
  uploads::Config uploads;
  services::UploadStorageConfig upload_storage;
  services::ContextConfig context;
  std::vector<providers::ProviderConfig> providers;
  std::vector<Model> models;
  bool default_models = false;  // no models were configured: these are the default catalogue
};

using ops::ConfigurationSource;
using ops::Environment;
using ops::Override;
using ops::process_environment;

// The configuration and what was found while reading it. Problems are in this order: file, environment,
// command line.
struct ConfigurationOutcome : ConfigReading {
  Configuration configuration;  // usable only when there are no problems

  bool ok() const { return problems.empty(); }
};

// Reports all problems at once.
ConfigurationOutcome read_configuration(const ConfigurationSource& source);

// The same, but reads the file from disk. An empty path means no file.
ConfigurationOutcome load_configuration(const std::string& path, Environment environment,
                                        std::vector<Override> overrides);

// The keys of the settings that differ, without their values: "server.port", "providers[1].base_url". For a
// table array with a different number of rows, only its name: "providers". In the order of the example.
std::vector<std::string> changed_settings(Configuration before, Configuration after);

// Every setting with its documentation, bounds and default, as a file to start from.
std::string example_configuration();

// Declares every setting into the configuration, in the order of the example.
void declare_all(Settings& settings, Configuration& configuration);

// What no setting shows alone: a provider that does not exist, a setting of another kind, two settings that
// contradict each other. Uses nothing except the settings. The files and keys that they name are read by
// app/preparation.hpp. Reports to the reading, which leaves out what follows from an earlier problem.
void check_together(Configuration& configuration, ConfigReading& reading);

}  // namespace belay::app
