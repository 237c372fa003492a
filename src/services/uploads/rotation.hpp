// Encrypts everything that is stored with the current key, after another key was made current (requirement S6).
//
// One upload at a time: read, opened and encrypted again on the pool for heavy work, written in one transaction. Users
// notice nothing. That a rotation was asked for is stored: after a crash the next process goes on. Uploads that can not
// be opened are reported, counted, and left as they are.
//
// When nothing is left that another key has encrypted, that key can be removed from the configuration.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "base/deadline.hpp"
#include "base/fair_thread_pool.hpp"
#include "base/snapshot.hpp"
#include "base/thread_pool.hpp"
#include "core/ports/upload_store.hpp"
#include "services/uploads/sealed_upload.hpp"

namespace belay::services {

class UploadRotation {
 public:
  // All of these outlive the object.
  struct Parts {
    UploadStore& store;
    FairThreadPool& pool;
    const Clock& clock;
    const Snapshot<SealingKeys>& keys;
    std::function<void(const Error&)> report;
  };
  explicit UploadRotation(Parts parts) : parts_(std::move(parts)) {}

  struct Status {
    bool running = false;
    std::string key;               // the current one; empty: there is none
    std::uint64_t left = 0;        // uploads that another key has encrypted
    std::uint64_t unreadable = 0;  // that the last rotation could not open; they are among those left
    std::vector<UploadStore::KeyCount> others;  // which keys those are
  };
  Awaitable<Result<Status>> status(Loop& loop, Deadline deadline);

  // Starts it on this loop, unless it is running. Fails with `unavailable` if there is no key.
  Awaitable<Result<Status>> start(Loop& loop, Deadline deadline);
  // At the start of the server: goes on with what an earlier process did not finish, and reports keys that are missing.
  Awaitable<Result<Status>> resume(Loop& loop, Deadline deadline);

 private:
  void run_on(Loop& loop);
  Awaitable<Result<>> run(Loop& loop);
  // False: nothing is left behind `after`.
  Awaitable<Result<bool>> step(Loop& loop, std::shared_ptr<const SealingKeys> keys, std::uint64_t& after);

  const Parts parts_;
  std::atomic<bool> running_{false};
  std::atomic<std::uint64_t> unreadable_{0};
};

}  // namespace belay::services
