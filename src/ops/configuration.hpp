// All settings of the server, and how they are read.
//
// There are four sources. Each one overrides those before it: the defaults in the modules' Config structs,
// the file, the environment, the command line. Names and bounds are declared in declarations/; settings.hpp
// explains how. An environment variable is BELAY_ and the setting's path in capitals with underscores:
// server.port is BELAY_SERVER_PORT. A variable that begins with BELAY_ and is almost the name of a setting is
// an error. Other such variables are ignored, because they may belong to other programs (an orchestrator sets
// BELAY_SERVICE_HOST for a service called "belay").
//
// Read once at start, by one thread. Immutable afterwards.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/config.hpp"
#include "core/run/config.hpp"
#include "exports/config.hpp"
#include "ops/config.hpp"
#include "ops/config_value.hpp"
#include "ops/reading.hpp"
#include "policy/config.hpp"
#include "prompts/config.hpp"
#include "providers/config.hpp"
#include "storage/config.hpp"
#include "storage/memory/config.hpp"
#include "surfaces/assistant/config.hpp"
#include "surfaces/chat/config.hpp"
#include "surfaces/persona/config.hpp"
#include "transport/config.hpp"

namespace belay::ops {

struct Configuration {
  ProcessConfig process;
  OperationsConfig operations;
  LogConfig log;
  RetentionConfig retention;
  transport::Config server;
  auth::Config auth;
  EngineConfig engine;
  CacheConfig cache;
  storage::JournalConfig journal;
  storage::SqliteConfig store;
  storage::MemoryCountersConfig counters;
  policy::Config policy;
  prompts::Config prompts;
  surfaces::AssistantConfig assistant;
  surfaces::ChatConfig chat;
  surfaces::PersonaSurfaceConfig persona;
  exports::Config exports;
  std::vector<providers::ProviderConfig> providers;
  std::vector<Model> models;
  bool default_models = false;  // no models were configured: these are the default catalogue
};

// Names and values, in any order.
using Environment = std::vector<std::pair<std::string, std::string>>;
Environment process_environment();

// One setting from the command line.
struct Override {
  std::string key;     // "server.port"
  std::string value;   // text, as in the environment: "8080"
  std::string option;  // the option's name for messages: "--port"
};

struct ConfigurationSource {
  std::string file_name;  // the file's name in messages
  std::string file_text;  // empty: the file sets nothing
  Environment environment;
  std::vector<Override> overrides;
};

// The configuration and what was found while reading it. Problems are in this order: file, environment,
// command line.
struct ConfigurationOutcome : Reading {
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

}  // namespace belay::ops
