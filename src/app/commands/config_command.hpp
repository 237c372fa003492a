// `belay config`: checks a configuration file, and prints a documented one.
#pragma once

#include <string>

namespace belay::app {

struct ConfigCheckOptions {
  std::string file;
  bool dev = false;  // as `belay serve --dev` would take it
  // The file's own text alone: neither the environment, nor what the settings name (keys, files, addresses).
  bool file_only = false;
};

// Prints "FILE: ok", or everything that is wrong: what `belay serve` would refuse, in the same words. The
// result is the exit code: app/exit_code.hpp.
int check_configuration(const ConfigCheckOptions& options);

int print_example_configuration();

}  // namespace belay::app
