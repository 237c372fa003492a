// A value that many threads read and that is replaced as a whole from time to time: settings that are
// reloaded while the server runs.
//
// A caller takes the value once and keeps it for as long as its work lasts, so that one request is processed
// with one set of settings. A replaced value is destroyed when its last holder releases it. Thread-safe. The
// lock is held only while a pointer is copied or swapped. std::atomic<std::shared_ptr> of this standard
// library uses a lock too, and the thread sanitizer does not understand it.
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
    // The old value may be destroyed here, outside of the lock.
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace belay
