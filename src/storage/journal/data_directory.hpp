// The data directory, held by one process.
//
// Everything that a single node keeps stands below it. The lock (flock on DATA/lock, released by the kernel
// however the process ends) makes a second server fail at start instead of mixing its logs with ours; the
// file holds the owner's process id for the error message. Taken before anything else is opened, held until
// everything else is closed.
//
// Who can write to the directory can make the server read and write what they like. So it is refused when
// others can: it must belong to this user or to root (root itself takes any owner), must not be writable by
// everybody, and by its group only where that is the process's own (effective) group. The directory may be
// reached by a symbolic link; links inside of it are not followed.
//
// A directory that is deleted or replaced under a running server is still there for the server's open files,
// and gone for everybody else: check() notices.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"

namespace belay::storage {

class DataDirectory {
 public:
  // All that open() would refuse, short of a process that holds it. Makes nothing: a directory that is not
  // there is fine where it could be made.
  static Result<> inspect(const std::filesystem::path& path);

  // Makes the directory if need be (for the owner only). `conflict` when another process holds it,
  // `unavailable` when it cannot be used, `forbidden` when others can write to it or a link stands in it.
  static Result<DataDirectory> open(const std::filesystem::path& path);

  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&& other) noexcept;
  ~DataDirectory();

  // Absolute, without links.
  const std::filesystem::path& path() const { return path_; }

  // From now on check() looks at this entry too: it was opened, and must stay the same file. Before other
  // threads check().
  void watch(const std::string& name);
  // Whether the directory, the lock and what is watched are still where they were. Any thread; asks the file
  // system.
  Result<> check() const;
  // What this process may still write there. Any thread; asks the file system.
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
