// Watches the disk, the data directory, the journal and the store. Faults are reported (ops/degraded.hpp).
// When the store is stuck, requests that wait for it are answered with an error.
//
// Lives on the first loop. Calls to the file system run on a worker thread, so a disk that does not answer
// blocks no loop.
#pragma once

#include <atomic>
#include <memory>

#include "base/loop.hpp"
#include "base/thread_pool.hpp"
#include "base/timer_wheel.hpp"
#include "ops/degraded.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/journal/journal.hpp"
#include "storage/sqlite/store.hpp"

namespace belay::app {

class StorageWatch {
 public:
  // All of these outlive the watch. The directory and the loop outlive the workers, too.
  struct Parts {
    Loop& loop;
    ThreadPool& workers;
    const storage::DataDirectory& data;
    storage::Journal& journal;
    storage::SqliteStore& store;
    ops::Degraded& degraded;
    Milliseconds max_log_wait;  // a commit that waits longer for the disk is stalled
    Milliseconds max_stall;     // a transaction that takes longer is stalled
  };
  explicit StorageWatch(const Parts& parts);

  // Call it on the loop, or before the loop runs.
  void start();
  // Any thread. The free bytes on the disk of the data directory when last measured.
  std::optional<std::uint64_t> free_bytes() const;

 private:
  void look();
  void look_at_journal();
  void look_at_store();
  void look_at_directory();
  void take_directory(const Result<>& there, const Result<ByteCount>& free);

  const Parts parts_;
  Timer timer_;
  int looks_ = 0;
  bool asking_ = false;  // a worker is checking the directory
  std::atomic<std::int64_t> free_bytes_{-1};
  // For results that workers send back. Holds null when this object is destroyed.
  const std::shared_ptr<StorageWatch*> self_;
};

}  // namespace belay::app
