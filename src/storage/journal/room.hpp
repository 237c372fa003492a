// Whether there is room for new runs: on the disk, and within what the journal may take of it. Running ones
// always go on: what is refused early leaves them the reserve.
//
// Any thread; costs two atomic loads but for one look at the file system in each interval.
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

class Room {
 public:
  // `size` is what the journal takes now.
  Room(const JournalConfig& config, std::filesystem::path directory, FileSystem& files, const Clock& clock,
       const std::atomic<std::int64_t>& size)
      : config_(config), directory_(std::move(directory)), files_(files), clock_(clock), size_(size) {}

  // `storage_full` when there is none, or what withhold() was told.
  Result<> check();
  // From now on there is no room, whatever the disk says; nothing: there is again.
  void withhold(std::optional<Error> why);
  // A write failed for want of space. That counts until a commit succeeds or full_probe_interval is over,
  // whatever the file system says it has: a quota does not show there.
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
  Error why_;  // it is withheld
  std::atomic<bool> has_room_{true};
  std::atomic<bool> refused_{false};
  std::atomic<std::int64_t> look_at_{0};  // on the steady clock
};

}  // namespace belay::storage
