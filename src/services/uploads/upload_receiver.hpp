// One file while it arrives: each piece is read (uploads/upload_reader.hpp) and encrypted on the pool for heavy work, a
// batch at a time. Made by Uploads::receive().
//
//   auto receiver = co_await uploads.receive(loop, deadline, caller, "log.csv");
//   for (piece of the file)
//     Result<> fine = co_await (*receiver)->push(std::move(piece));      // an error: refuse the rest
//   Result<AcceptedUpload> accepted = co_await (*receiver)->finish();
//   Result<UploadInfo> stored = co_await uploads.store(loop, deadline, std::move(*accepted));
//
// Nothing is on the disk before store(). What is in memory: the file encrypted, at most uploads.max_file, and what the
// reader needs. While a batch is processed no more is read from the client.
//
// Used on one loop, one call at a time. It may be destroyed at any time, also while a coroutine waits for it: the client
// has gone. Then its place among the uploads is free, and the pool drops the rest.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/fair_thread_pool.hpp"
#include "base/thread_pool.hpp"
#include "services/runs/admission.hpp"
#include "services/uploads/sealed_upload.hpp"
#include "uploads/config.hpp"

namespace belay::services {

// A file that was read and found good, encrypted, and not stored yet. Its place among the uploads is held.
struct AcceptedUpload {
  StoredUpload sealed;  // without `created`
  std::vector<std::string> content;
  UploadLabel label;
  uploads::Upload upload;
  std::shared_ptr<const std::atomic<bool>> was_erased;  // the user has removed everything meanwhile
  Admission place;
};

class UploadReceiver {
 public:
  struct Order {
    std::string user;
    std::string id;
    UploadLabel label;  // without the size
    uploads::Config config;
    std::shared_ptr<const SealingKeys> keys;
    std::shared_ptr<const std::atomic<bool>> was_erased;
    Admission place;
  };
  // Loop and pool outlive it.
  UploadReceiver(Loop& loop, FairThreadPool& pool, Order order);
  ~UploadReceiver();
  UploadReceiver(const UploadReceiver&) = delete;
  UploadReceiver& operator=(const UploadReceiver&) = delete;

  // Errors are the reader's, or `unavailable`. After an error nothing more may be pushed.
  Awaitable<Result<>> push(std::string bytes);
  // The file is complete. To be called once.
  Awaitable<Result<AcceptedUpload>> finish();

 private:
  struct Work;  // shared with the pool
  Awaitable<Result<>> process(std::string bytes);

  Loop& loop_;
  FairThreadPool& pool_;
  const std::uint64_t turn_place_;
  const std::string user_;
  std::string waiting_;  // less than a batch
  std::shared_ptr<Work> work_;
  Admission place_;
};

}  // namespace belay::services
