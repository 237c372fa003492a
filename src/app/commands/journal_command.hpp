// `belay journal`: reads the embedded log aloud.
#pragma once

#include <string>

namespace belay::app {

struct JournalShowOptions {
  std::string path;  // a data directory, a journal's directory, or one segment file
  std::string run;   // empty: all
  bool show_text = false;
};

// The result is the exit code: app/exit_code.hpp.
int show_journal(const JournalShowOptions& options);

}  // namespace belay::app
