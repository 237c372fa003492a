// A value that is read by many threads and now and then replaced as a whole: settings that are read again
// while the server runs.
//
// Who needs it takes it once and keeps it for as long as its work lasts, so that all of one request is
// decided by the same settings; what was replaced goes when the last one has let go of it. Thread-safe. The
// lock is held for the copy of a pointer: std::atomic<std::shared_ptr> of this library takes one as well, and
// the thread sanitizer cannot see through that one.
#pragma once

#include <memory>
#include <mutex>

namespace belay {

template <class T>
class Snapshot {
 public:
  Snapshot() = default;
  explicit Snapshot(std::shared_ptr<const T> value) : value_(std::move(value)) {}
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  // Null until the first replace().
  std::shared_ptr<const T> take() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void replace(std::shared_ptr<const T> value) {
    {
      const std::lock_guard lock(mutex_);
      value_.swap(value);
    }
    // The old one may go here, outside of the lock.
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace belay
