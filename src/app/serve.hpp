// `belay serve`: the server as a process, from the command line options to the exit code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "app/configuration.hpp"

namespace belay::app {

// The command line options. Each overrides the configuration file and the environment.
struct ServeOptions {
  std::string config_file;  // empty: none
  bool dev = false;         // development mode: loopback only, scripted provider, no keys needed
  std::optional<std::string> host;
  std::optional<std::uint16_t> port;
  std::optional<std::string> tls_certificate;
  std::optional<std::string> tls_key;
  std::optional<std::uint16_t> tls_port;
  std::optional<std::string> data_dir;
  std::optional<std::string> drain_time;  // as in the configuration: "30s"
};

// The settings of a server with these options: from the file, the environment and the command line.
ConfigurationOutcome read_configuration(const ServeOptions& options);

// Returns when the server has stopped. The result is the exit code (app/exit_code.hpp).
int serve(const ServeOptions& options);

}  // namespace belay::app
