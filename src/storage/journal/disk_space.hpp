// Whether new runs are accepted: the disk must have free space, and the journal must be below its maximum
// size. Running ones always continue: refusing new ones early leaves the reserve to them.
//
// Any thread. A check costs two atomic loads, and once in each interval a call to the file system.
#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>
#include <optional>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "storage/journal/config.hpp"
#include "storage/journal/file_system.hpp"

namespace belay::storage {

class DiskSpace {
 public:
  // `size` is the journal's current size.
  DiskSpace(const JournalConfig& config, std::filesystem::path directory, FileSystem& files,
            const Clock& clock, const std::atomic<std::int64_t>& size)
      : config_(config), directory_(std::move(directory)), files_(files), clock_(clock), size_(size) {}

  // `storage_full` when there is no space; the error of block_writes() while that is in effect.
  Result<> check();
  // With an error: from now on check() fails with it, whatever the disk reports. With nothing: that ends.
  void block_writes(std::optional<Error> why);
  // Call this when a write failed for lack of space. check() then fails until a commit succeeds or
  // full_probe_interval is over, whatever the file system reports: a quota is not visible there.
  void write_refused();
  void write_succeeded();

 private:
  std::int64_t now() const { return clock_.steady().time_since_epoch().count(); }

  const JournalConfig& config_;
  const std::filesystem::path directory_;
  FileSystem& files_;
  const Clock& clock_;
  const std::atomic<std::int64_t>& size_;
  std::atomic<bool> withheld_{false};
  std::mutex mutex_;
  Error why_;  // of block_writes()
  std::atomic<bool> has_space_{true};
  std::atomic<bool> refused_{false};
  std::atomic<std::int64_t> look_at_{0};  // when to measure again, on the steady clock
};

}  // namespace belay::storage
