// All settings of the server, and how they are read.
//
// Order of precedence, the last wins: the defaults in the rooms' Config structs, the file, the environment,
// the command line. The names and bounds are declared in declarations/; settings.hpp says how. An environment
// variable is BELAY_ and the setting's path in capitals with underscores: server.port is BELAY_SERVER_PORT. A
// variable that begins with BELAY_ and is nearly the name of a setting is an error; any other is somebody
// else's (an orchestrator sets BELAY_SERVICE_HOST for a service called "belay").
//
// Read once at start, by one thread; immutable afterwards.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/config.hpp"
#include "core/config.hpp"
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
  bool default_models = false;  // none were given: these are the default catalogue's
};

// Names and values, in any order.
using Environment = std::vector<std::pair<std::string, std::string>>;
Environment process_environment();

// One setting from the command line.
struct Override {
  std::string key;     // "server.port"
  std::string value;   // as in the environment: text, "8080"
  std::string option;  // "--port", for messages
};

struct ConfigurationSource {
  std::string file_name;  // what problems call the file
  std::string file_text;  // empty: as if nothing were set in it
  Environment environment;
  std::vector<Override> overrides;
};

// With what was found in reading it. Problems are in the order of the file, then environment, then command
// line.
struct ConfigurationOutcome : Reading {
  Configuration configuration;  // of use only when there are no problems

  bool ok() const { return problems.empty(); }
};

// Reports everything that is wrong at once.
ConfigurationOutcome read_configuration(const ConfigurationSource& source);

// The same, with the file read from disk; an empty path means no file.
ConfigurationOutcome load_configuration(const std::string& path, Environment environment,
                                        std::vector<Override> overrides);

// The keys of the settings that differ, without their values: "server.port", "providers[1].base_url"; of a
// table array whose number of rows differs "providers" alone. In the order of the example.
std::vector<std::string> changed_settings(Configuration before, Configuration after);

// Every setting with its documentation, bounds and default, as a file to start from.
std::string example_configuration();

}  // namespace belay::ops
