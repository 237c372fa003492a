#include "storage/backup/staging.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <set>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "storage/backup/files.hpp"
#include "storage/journal/data_directory.hpp"

namespace belay::storage {
namespace {

namespace fs = std::filesystem;

// The absolute path, without symbolic links in the part that exists.
Result<fs::path> resolved(const fs::path& destination) {
  std::error_code failed;
  fs::path path = fs::absolute(destination, failed).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // it ended with a slash
  const fs::path parent = fs::canonical(path.parent_path(), failed);
  if (failed)
    return make_error(ErrorCode::not_found,
                      fmt::format("There is no directory {} for the backup. Create it, or mount the disk.",
                                  path.parent_path().string()));
  return parent / path.filename();
}

Result<> refuse_existing(const fs::path& destination) {
  std::error_code failed;
  const fs::file_status status = fs::symlink_status(destination, failed);
  if (status.type() == fs::file_type::not_found) return {};
  if (status.type() == fs::file_type::directory && fs::is_empty(destination, failed) && !failed) return {};
  return make_error(ErrorCode::conflict,
                    fmt::format("{} exists and is not an empty directory. Name a directory that does not "
                                "exist yet: a backup is never written over another one.",
                                destination.string()));
}

// Only what an interrupted backup may have left is removed.
Result<> remove_contents(const fs::path& path) {
  const std::set<std::string> ours = {"belay.db", "belay.db-journal", "belay.db-wal", "belay.db-shm",
                                      "journal",  "tickets",          "ticket.key",   kBackupManifest};
  std::error_code failed;
  std::set<fs::path> found;
  for (fs::directory_iterator entry(path, failed); !failed && entry != fs::directory_iterator();
       entry.increment(failed)) {
    if (!ours.contains(entry->path().filename().string()))
      return make_error(ErrorCode::conflict,
                        fmt::format("{} contains {}, which no backup contains. Remove the directory if it is "
                                    "not needed.",
                                    path.string(), entry->path().filename().string()));
    found.insert(entry->path());
  }
  for (const fs::path& entry : found)
    if (!failed) fs::remove_all(entry, failed);
  if (failed) return file_error(path, "removed", failed);
  return {};
}

}  // namespace

Staging::Staging(fs::path destination)
    : destination_(std::move(destination)), path_(destination_.string() + ".incomplete") {}

Staging::Staging(Staging&& other) noexcept
    : destination_(std::move(other.destination_)),
      path_(std::exchange(other.path_, {})),
      lock_(std::move(other.lock_)) {}

Staging::~Staging() {
  if (path_.empty() || !lock_) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Result<Staging> Staging::open(const fs::path& destination) {
  auto path = resolved(destination);
  if (!path) return path.error();
  if (auto refused = refuse_existing(*path); !refused) return refused.error();
  Staging staging(std::move(*path));
  if (auto created = staging.create(); !created) return created.error();
  return staging;
}

Result<> Staging::create() {
  if (::mkdir(path_.c_str(), 0700) != 0 && errno != EEXIST) return file_error(path_, "created", errno);
  FileDescriptor directory(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!directory) return file_error(path_, "opened", errno);
  if (::flock(directory.get(), LOCK_EX | LOCK_NB) != 0)
    return make_error(ErrorCode::conflict,
                      fmt::format("Another backup is being written to {}.", destination_.string()));
  if (auto removed = remove_contents(path_); !removed) return removed;
  lock_ = std::move(directory);
  return {};
}

Result<> Staging::publish() {
  if (auto synced = sync_directory(path_); !synced) return synced;
  // Replaces an empty directory, and nothing else.
  if (::rename(path_.c_str(), destination_.c_str()) != 0) {
    const int error = errno;
    if (auto refused = refuse_existing(destination_); !refused) return refused;
    return file_error(destination_, "created", error);
  }
  path_.clear();
  return sync_directory(destination_.parent_path());
}

}  // namespace belay::storage
