// Belay, a streaming chat server. app/cli.cpp reads the command line, app/serve.cpp runs the server process,
// app/server.cpp composes the server from its modules. docs/ARCHITECTURE.md follows one message through all
// of them.

#include "app/cli.hpp"

int main(int argc, char** argv) {
  return belay::app::run_command_line(argc, argv);
}
