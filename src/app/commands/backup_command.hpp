// `belay backup` and `belay restore`: copy a data directory while a server uses it, and put the copy back.
#pragma once

#include <optional>
#include <string>

namespace belay::app {

// Which data directory: the one that `belay serve` with the same options would use.
struct DataOptions {
  std::string config_file;              // empty: none
  std::optional<std::string> data_dir;  // overrides the configuration
};

struct BackupOptions {
  DataOptions data;
  std::string destination;
};

struct RestoreOptions {
  DataOptions data;
  std::string backup;
  bool check_only = false;
};

// Both return the exit code (app/exit_code.hpp).
int make_backup(const BackupOptions& options);
int restore_backup(const RestoreOptions& options);

}  // namespace belay::app
