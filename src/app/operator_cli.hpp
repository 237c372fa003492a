// The command line of the operators' commands.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

namespace belay::app {

// Adds `user`, `runs`, `usage` and `audit`. When one of them is parsed, `command` becomes the function to run; it
// returns the exit code.
void add_operator_commands(CLI::App& app, std::function<int()>& command);

}  // namespace belay::app
