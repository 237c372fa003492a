// What the journal asks of the operating system for writing; a port, so that tests bring short writes, full
// disks and failing syncs.
//
// Errors are the kernel's own (std::generic_category); interruptions and short writes are passed on to the
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
  // One system call that appends at the end; at most kMostRanges ranges.
  static constexpr std::size_t kMostRanges = 1024;
  virtual Written write(std::span<const iovec> ranges) = 0;
  // Cuts the file to this size and gives back what is preallocated beyond.
  virtual std::error_code truncate(ByteCount size) = 0;
  // The contents survive the loss of power once this has returned.
  virtual std::error_code sync() = 0;
  // Reserves space without changing the size. A wish: writing works without.
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
  // One that is there already is no error; a symbolic link to one is.
  virtual std::error_code make_directory(const std::filesystem::path& path) = 0;
  // An empty file for appending, readable by its owner only; replaces one of this name. Follows no symbolic
  // link.
  virtual Created create(const std::filesystem::path& path) = 0;
  virtual std::error_code rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  // A file that is gone already is no error.
  virtual std::error_code remove(const std::filesystem::path& path) = 0;
  virtual std::error_code sync_directory(const std::filesystem::path& path) = 0;
  // What this process may still fill.
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

// Appends all of `ranges` (which it uses up), however many calls that takes.
std::error_code write_all(SegmentFile& file, std::span<iovec> ranges);

// `storage_full` when there is no space, quota or file size left; else `unavailable`. `what` says what could
// not be done.
Error storage_error(std::error_code error, const std::string& what);

}  // namespace belay::storage
