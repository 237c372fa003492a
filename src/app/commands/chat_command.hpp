// `belay chat`: a person, or a script, talks to a server from a terminal.
#pragma once

#include <string>

namespace belay::app {

struct ChatOptions {
  std::string url;     // empty: BELAY_URL, else http://127.0.0.1:8080
  std::string token;   // empty: BELAY_TOKEN, else for a server on this machine a development token
  std::string prompt;  // empty: what stands on standard input, line by line when it is a terminal
  std::string mode = "chat";
  std::string conversation;  // empty: one of its own at a terminal, none for a single prompt
};

// The result is the exit code: app/exit_code.hpp.
int chat(const ChatOptions& options);

}  // namespace belay::app
