// `belay serve`: the server as a process, from the command line's options to its exit code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ops/configuration.hpp"

namespace belay::app {

// What the command line said; each wins over the configuration file and the environment.
struct ServeOptions {
  std::string config_file;  // empty: none
  bool dev = false;         // development mode: loopback only, scripted provider, nobody needs a key
  std::optional<std::string> host;
  std::optional<std::uint16_t> port;
  std::optional<std::string> data_dir;
  std::optional<std::string> drain_time;  // as in the configuration: "30s"
};

// The settings that a server with these options has: of the file, the environment, the command line.
ops::ConfigurationOutcome read_configuration(const ServeOptions& options);

// Returns when the server has stopped. The result is the process's exit code: one of app/exit_code.hpp.
int serve(const ServeOptions& options);

}  // namespace belay::app
