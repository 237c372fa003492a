// Looks after what the server stores on: the disk, the data directory, the journal, the store. What is not as
// it should be is reported (ops/degraded.hpp), and requests that wait for a store that is stuck are answered.
//
// Lives on the first loop. What asks the file system does so on a worker: a disk that does not answer holds
// up no loop.
#pragma once

#include <atomic>
#include <memory>

#include "base/loop.hpp"
#include "base/timer_wheel.hpp"
#include "base/workers.hpp"
#include "ops/degraded.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/journal/journal.hpp"
#include "storage/sqlite/store.hpp"

namespace belay::app {

class StorageWatch {
 public:
  // All of it outlives this; the directory and the loop outlive the workers, too.
  struct Parts {
    Loop& loop;
    Workers& workers;
    const storage::DataDirectory& data;
    storage::Journal& journal;
    storage::SqliteStore& store;
    ops::Degraded& degraded;
    Milliseconds max_log_wait;  // a commit that waits longer for the disk is stalled
    Milliseconds max_stall;     // so is a transaction
  };
  explicit StorageWatch(const Parts& parts);

  // On the loop, or before it runs.
  void start();
  // Any thread: free bytes where the data directory is, as they were last seen.
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
  bool asking_ = false;  // a worker looks at the directory
  std::atomic<std::int64_t> free_bytes_{-1};
  const std::shared_ptr<StorageWatch*> self_;  // for what the worker sends back; null once this is gone
};

}  // namespace belay::app
