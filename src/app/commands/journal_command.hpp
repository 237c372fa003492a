// `belay journal`: prints the contents of a journal.
#pragma once

#include <string>

namespace belay::app {

struct JournalShowOptions {
  std::string path;  // a data directory, a journal's directory, or one segment file
  std::string run;   // empty: all
  bool show_text = false;
};

// Returns the exit code (app/exit_code.hpp).
int show_journal(const JournalShowOptions& options);

}  // namespace belay::app
