// The thread that syncs written batches to the disk, for `disk` durability.
//
// Loops write their batches themselves; only the wait for the disk happens here. While the disk is busy, the
// loops collect more events, so under load one sync covers many events. Each writer has at most one request
// in progress, which bounds the queue.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/function.hpp"
#include "storage/journal/file_system.hpp"

namespace belay::storage {

class DiskSyncer {
 public:
  // A new file gets its final name only after its contents are on disk. So every file that has its final name
  // can be read.
  struct NewName {
    std::filesystem::path from;
    std::filesystem::path to;
  };
  struct Request {
    SegmentFile* file = nullptr;                 // must stay alive and unused until `done`
    std::optional<NewName> name;                 // set while the file has a temporary name
    UniqueFunction<void(std::error_code)> done;  // on the syncer's thread
  };

  DiskSyncer(FileSystem& files, std::filesystem::path directory);
  // Completes all submitted requests first.
  ~DiskSyncer();

  // Any thread.
  void submit(Request request);
  // Returns when no request is queued or in progress: every `done` so far has been called.
  void wait_until_idle();

 private:
  void serve();
  void carry_out(std::vector<Request>& requests);

  FileSystem& files_;
  const std::filesystem::path directory_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::condition_variable idle_;
  std::vector<Request> queue_;
  bool busy_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace belay::storage
