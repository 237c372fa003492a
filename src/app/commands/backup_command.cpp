#include "app/commands/backup_command.hpp"

#include <csignal>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "app/configuration.hpp"
#include "app/descriptor_limit.hpp"
#include "app/exit_code.hpp"
#include "app/serve.hpp"
#include "base/clock.hpp"
#include "ops/embedded.hpp"
#include "storage/backup/backup.hpp"
#include "storage/backup/restore.hpp"

namespace belay::app {
namespace {

namespace fs = std::filesystem;

// Nothing when the configuration has problems; they have then been printed.
std::optional<Configuration> configuration_of(const DataOptions& options, const char* command) {
  ServeOptions serve;
  serve.config_file = options.config_file;
  serve.data_dir = options.data_dir;
  ConfigurationOutcome outcome = read_configuration(serve);
  if (outcome.ok()) return std::move(outcome.configuration);
  for (const ConfigProblem& problem : outcome.problems)
    fmt::print(stderr, "belay {}: {}\n", command, problem.text());
  return std::nullopt;
}

int fail(const char* command, const Error& error) {
  fmt::print(stderr, "belay {}: {}\n", command, error.detail);
  return kExitFailed;
}

std::string extent_of(const storage::BackupManifest& manifest) {
  const std::size_t files = manifest.files.size();
  return fmt::format("{} file{}, {:.1f} MiB", files, files == 1 ? "" : "s",
                     static_cast<double>(storage::size_of(manifest).value) / (1 << 20));
}

// A full disk and a limit on a file's size are errors, not the end of the process.
void prepare_to_write() {
  std::signal(SIGXFSZ, SIG_IGN);
  raise_descriptor_limit();
}

}  // namespace

int make_backup(const BackupOptions& options) {
  const auto configuration = configuration_of(options.data, "backup");
  if (!configuration) return kExitUsage;
  prepare_to_write();
  const storage::BackupRequest request{.data = configuration->process.data_directory,
                                       .destination = options.destination,
                                       .belay = std::string(ops::version()),
                                       .busy_timeout = configuration->store.busy_timeout};
  const auto backup = storage::make_backup(request, SystemClock());
  if (!backup) return fail("backup", backup.error());
  for (const std::string& note : backup->notes) fmt::print(stderr, "belay backup: {}\n", note);
  fmt::print("{}: {}\n", backup->path.string(), extent_of(backup->manifest));
  return kExitDone;
}

int restore_backup(const RestoreOptions& options) {
  if (options.check_only) {
    const auto manifest = storage::check_backup(options.backup);
    if (!manifest) return fail("restore", manifest.error());
    fmt::print("{}: ok, of {}, {}\n", options.backup, manifest->created, extent_of(*manifest));
    return kExitDone;
  }
  const auto configuration = configuration_of(options.data, "restore");
  if (!configuration) return kExitUsage;
  prepare_to_write();
  const fs::path data = configuration->process.data_directory;
  const auto manifest = storage::restore_backup(options.backup, data);
  if (!manifest) return fail("restore", manifest.error());
  fmt::print("{}: the state of {}, {}\n", data.string(), manifest->created, extent_of(*manifest));
  return kExitDone;
}

}  // namespace belay::app
