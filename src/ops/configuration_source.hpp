// Where the settings of a server come from: a file, the environment, the command line. The last one wins.
//
// An environment variable is BELAY_ and the setting's path in capitals with underscores: server.port is
// BELAY_SERVER_PORT. A variable that begins with BELAY_ and is nearly the name of a setting is an error. Any
// other is ignored, because it belongs to other software (an orchestrator sets BELAY_SERVICE_HOST for a
// service called "belay").
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/settings/settings.hpp"

namespace belay::ops {

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

// Takes all values that the source has into the settings, and reports everything that is wrong.
void read_settings(const ConfigurationSource& source, const Settings& settings, ConfigReading& reading);

// The whole file. The error's detail says why it cannot be read.
Result<std::string> read_configuration_file(const std::string& path);

}  // namespace belay::ops
