// `belay chat`: a person or a script talks to a server from a terminal.
#pragma once

#include <string>

namespace belay::app {

struct ChatOptions {
  std::string url;    // empty: BELAY_URL, else http://127.0.0.1:8080
  std::string token;  // empty: BELAY_TOKEN, else a development token if the server is on this machine
  // Empty: read from standard input, line by line when it is a terminal.
  std::string prompt;
  std::string mode = "chat";
  std::string conversation;  // empty: a new conversation at a terminal, none for a single prompt
};

// Returns the exit code (app/exit_code.hpp).
int chat(const ChatOptions& options);

}  // namespace belay::app
