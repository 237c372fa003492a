// The data directory, locked by one process.
//
// It contains everything that a single node stores. The lock is flock on DATA/lock; the kernel releases it
// however the process ends. Because of the lock, a second server fails at start instead of mixing its logs
// with ours. The lock file holds the owner's process id for the error message. The lock is acquired before
// anything else is opened, and held until everything else is closed.
//
// Whoever can write to the directory controls what the server reads and writes. So the directory is refused
// when others can write to it. It must belong to this user or to root (a server that runs as root accepts any
// owner). It must not be writable by everybody. It may be writable by its group only if that is the process's
// own (effective) group. The path to the directory may contain symbolic links; links inside the directory are
// not followed.
//
// A backup is refused: running on it would change it. So is a directory into which a backup was only partly
// restored.
//
// When the directory is deleted or replaced while the server runs, the server's open files continue to work,
// but nobody else can find them any more. check() detects this.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"

namespace belay::storage {

// The manifest of a backup. A directory that contains it is a backup (storage/backup/manifest.hpp).
inline constexpr const char* kBackupManifest = "belay-backup.json";
// Exists in a data directory from the beginning to the end of a restore (storage/backup/restore.hpp).
inline constexpr const char* kUnfinishedRestore = "restore-unfinished";

class DataDirectory {
 public:
  // Reports everything that open() would refuse, except for another process that holds the lock and for an
  // unfinished restore. Creates nothing: a missing directory is accepted if it could be created.
  static Result<> inspect(const std::filesystem::path& path);

  // Creates the directory if it does not exist, accessible by its owner only. Fails with `conflict` when
  // another process holds it or it must not be run on, `unavailable` when it cannot be used, and `forbidden`
  // when others can write to it or it contains a symbolic link.
  static Result<DataDirectory> open(const std::filesystem::path& path);

  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&& other) noexcept;
  ~DataDirectory();

  // The absolute path, with symbolic links resolved.
  const std::filesystem::path& path() const { return path_; }

  // From now on check() also checks this entry, which has been opened and must stay the same file. Call this
  // before other threads call check().
  void watch(const std::string& name);
  // Checks that the directory, the lock and the watched entries are still the same files. Any thread; calls
  // the file system.
  Result<> check() const;
  // The space that this process may still use there. Any thread; calls the file system.
  Result<ByteCount> free_space() const;

 private:
  struct Watched {
    std::filesystem::path path;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
  };
  explicit DataDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  Result<> take_lock();

  std::filesystem::path path_;
  int lock_ = -1;
  std::vector<Watched> watched_;
};

}  // namespace belay::storage
