// The operating system calls that the journal needs for writing. It is a port, so that tests can simulate
// short writes, full disks and failing syncs.
//
// Errors are the kernel's own (std::generic_category). Interrupted calls and short writes are returned to the
// caller. Any thread may use a FileSystem; a SegmentFile is used by one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <sys/uio.h>
#include <system_error>

#include "base/result.hpp"
#include "base/units.hpp"

namespace belay::storage {

class SegmentFile {
 public:
  struct Written {
    std::size_t bytes = 0;
    std::error_code error;
  };

  virtual ~SegmentFile() = default;  // closes it
  // Appends to the end with one system call; at most kMaxRanges ranges.
  static constexpr std::size_t kMaxRanges = 1024;
  virtual Written write(std::span<const iovec> ranges) = 0;
  // Cuts the file to this size and frees the preallocated space beyond it.
  virtual std::error_code truncate(ByteCount size) = 0;
  // When this has returned, the contents survive a loss of power.
  virtual std::error_code sync() = 0;
  // Reserves space without changing the size. This is only a hint: writing also works without it.
  virtual void preallocate(ByteCount size) = 0;
};

class FileSystem {
 public:
  struct Created {
    std::unique_ptr<SegmentFile> file;
    std::error_code error;
  };
  struct Space {
    ByteCount free;
    std::error_code error;
  };

  virtual ~FileSystem() = default;
  // A directory that already exists is no error; a symbolic link to one is an error.
  virtual std::error_code make_directory(const std::filesystem::path& path) = 0;
  // Creates an empty file for appending, readable by its owner only. Replaces an existing file of this name.
  // Does not follow a symbolic link.
  virtual Created create(const std::filesystem::path& path) = 0;
  virtual std::error_code rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  // A file that does not exist is no error.
  virtual std::error_code remove(const std::filesystem::path& path) = 0;
  virtual std::error_code sync_directory(const std::filesystem::path& path) = 0;
  // The space that this process may still use.
  virtual Space space(const std::filesystem::path& path) = 0;
};

class PosixFileSystem final : public FileSystem {
 public:
  std::error_code make_directory(const std::filesystem::path& path) override;
  Created create(const std::filesystem::path& path) override;
  std::error_code rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  std::error_code remove(const std::filesystem::path& path) override;
  std::error_code sync_directory(const std::filesystem::path& path) override;
  Space space(const std::filesystem::path& path) override;
};

// Appends all of `ranges`, in as many calls as needed. Modifies `ranges`.
std::error_code write_all(SegmentFile& file, std::span<iovec> ranges);

// `storage_full` when there is no space, quota or file size left; otherwise `unavailable`. `what` is the part
// of the message that names what failed.
Error storage_error(std::error_code error, const std::string& what);

}  // namespace belay::storage
