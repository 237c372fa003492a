// `belay config`: checks a configuration file, and prints a documented example.
#pragma once

#include <string>

namespace belay::app {

struct ConfigCheckOptions {
  std::string file;
  bool dev = false;  // check as for `belay serve --dev`
  // Checks only the file's own text: neither the environment nor what the settings name (keys, files,
  // addresses).
  bool file_only = false;
};

// Prints "FILE: ok", or everything that `belay serve` would refuse, with the same messages. Returns the exit
// code (app/exit_code.hpp).
int check_configuration(const ConfigCheckOptions& options);

int print_example_configuration();

}  // namespace belay::app
