// Limits how many calls a provider has at the same time. Further calls wait in a bounded queue.
//
// Thread-safe: calls come from all loops. A place is the right to make one call. When a place becomes free,
// the oldest waiting call gets it, and `granted` is posted to that call's loop. If that call is destroyed
// before it uses the place, the next one gets it.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>

#include "base/function.hpp"
#include "base/loop.hpp"

namespace belay::providers {

class CallGate {
 public:
  CallGate(std::size_t max_calls, std::size_t max_waiting)
      : max_calls_(max_calls), max_waiting_(max_waiting) {}

  // Destroying it frees the place, or leaves the queue. Destroy it on the loop that it was made for.
  class Place {
   public:
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    // True if the call may be made now. Otherwise `granted` will be called.
    bool is_granted() const;

   private:
    friend class CallGate;
    struct Waiter;
    Place(CallGate& gate, std::shared_ptr<Waiter> waiter);
    CallGate& gate_;
    const std::shared_ptr<Waiter> waiter_;
  };

  // Returns null if the queue is full too. `granted` is called on `loop`. It is not called if is_granted() is
  // true at once, or if the Place has been destroyed.
  std::unique_ptr<Place> enter(Loop& loop, UniqueFunction<void()> granted);

  std::size_t waiting() const;

 private:
  void leave(Place::Waiter& waiter);

  const std::size_t max_calls_;
  const std::size_t max_waiting_;
  mutable std::mutex mutex_;
  std::size_t calls_ = 0;
  std::deque<std::shared_ptr<Place::Waiter>> queue_;
};

}  // namespace belay::providers
