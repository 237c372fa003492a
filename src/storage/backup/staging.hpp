// The directory in which a backup is written before it gets its name.
//
// A backup DIR is written to DIR.incomplete and then renamed, so DIR is complete or does not exist. What an
// interrupted backup left is removed by the next one with the same name. The directory is locked (flock), so
// that two backups with one name do not mix. The kernel releases the lock however the process ends.
#pragma once

#include <filesystem>
#include <string>

#include "base/file_descriptor.hpp"
#include "base/result.hpp"

namespace belay::storage {

class Staging {
 public:
  // Creates the directory, for its owner only. Fails with `conflict` when `destination` exists and is not an
  // empty directory, or when another backup is being written to it. The directory above it must exist: if it
  // is a disk that is not mounted, the backup must not end up somewhere else.
  static Result<Staging> open(const std::filesystem::path& destination);
  Staging(Staging&& other) noexcept;
  Staging& operator=(Staging&&) = delete;
  // Removes the directory and its contents, unless publish() has succeeded.
  ~Staging();

  // Where to write now. It contains no symbolic link.
  const std::filesystem::path& path() const { return path_; }
  // Where the backup will be.
  const std::filesystem::path& destination() const { return destination_; }
  // Renames the directory. Its contents must be on the disk. Afterwards its name is too.
  Result<> publish();

 private:
  explicit Staging(std::filesystem::path destination);
  Result<> create();

  std::filesystem::path destination_;
  std::filesystem::path path_;
  FileDescriptor lock_;  // the directory itself
};

}  // namespace belay::storage
