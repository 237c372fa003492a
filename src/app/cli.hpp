// The command line of `belay`: reads it and runs the command.
#pragma once

namespace belay::app {

// Returns the process's exit code (app/exit_code.hpp).
int run_command_line(int argc, char** argv);

}  // namespace belay::app
