// Belay, a streaming chat server. The way from here: app/cli.cpp reads the command line, app/serve.cpp is the
// life of the server process, app/house.cpp builds it from its rooms. docs/ARCHITECTURE.md follows one
// message through all of them.

#include "app/cli.hpp"

int main(int argc, char** argv) {
  return belay::app::run_command_line(argc, argv);
}
