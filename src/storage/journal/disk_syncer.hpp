// The thread that makes written batches survive the loss of power, for `disk` durability.
//
// Loops write their batches themselves and hand over only the wait. While the disk is busy the loops gather
// more, so that under load one sync carries many events. At most one request a writer is under way, which
// bounds the queue.
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
  // A file gets its name once what is in it survives: one that is found by its name can be read.
  struct NewName {
    std::filesystem::path from;
    std::filesystem::path to;
  };
  struct Request {
    SegmentFile* file = nullptr;                 // left alone and alive until `done`
    std::optional<NewName> name;                 // it has not got its own yet
    UniqueFunction<void(std::error_code)> done;  // on the syncer's thread
  };

  DiskSyncer(FileSystem& files, std::filesystem::path directory);
  // Finishes what was asked for.
  ~DiskSyncer();

  // Any thread.
  void submit(Request request);
  // Returns when nothing is asked for and nothing under way: every `done` so far has been called.
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
