// The data directory, held by one process.
//
// Everything that a single node keeps stands below it. The lock (flock on DATA/lock, released by the kernel
// however the process ends) makes a second server fail at start instead of mixing its logs with ours; the
// file holds the owner's process id for the error message. Taken before anything else is opened, held until
// everything else is closed.
#pragma once

#include <filesystem>

#include "base/result.hpp"

namespace belay::storage {

class DataDirectory {
 public:
  // Makes the directory if need be (for the owner only). `conflict` when another process holds it.
  static Result<DataDirectory> open(const std::filesystem::path& path);

  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&& other) noexcept;
  ~DataDirectory();

  const std::filesystem::path& path() const { return path_; }

 private:
  DataDirectory(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::filesystem::path path_;
  int lock_ = -1;
};

}  // namespace belay::storage
