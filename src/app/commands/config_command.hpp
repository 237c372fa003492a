// `belay config`: checks a configuration file, and prints a documented one.
#pragma once

#include <string>

namespace belay::app {

enum class CheckedSettings { file, file_and_environment };

// Prints "FILE: ok", or everything that is wrong. The result is the exit code: app/exit_code.hpp.
int check_configuration(const std::string& file, CheckedSettings what);

int print_example_configuration();

}  // namespace belay::app
