// How many calls a provider may have at once, and a bounded queue before it.
//
// Thread-safe: calls come from all loops. A place that comes free goes to the oldest waiter, whose loop is
// told; a waiter that leaves meanwhile gives it on to the next.
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
  CallGate(std::size_t most_calls, std::size_t most_waiting)
      : most_calls_(most_calls), most_waiting_(most_waiting) {}

  // Destroying it gives the place back, or leaves the queue. On the loop that it was made for.
  class Place {
   public:
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    // Whether the call may be made now; else `granted` will come.
    bool has_come() const;

   private:
    friend class CallGate;
    struct Waiter;
    Place(CallGate& gate, std::shared_ptr<Waiter> waiter);
    CallGate& gate_;
    const std::shared_ptr<Waiter> waiter_;
  };

  // Null: the queue is full too. `granted` is called on the loop, unless the place is gone by then, or came
  // at once.
  std::unique_ptr<Place> enter(Loop& loop, UniqueFunction<void()> granted);

  std::size_t waiting() const;

 private:
  void leave(Place::Waiter& waiter);

  const std::size_t most_calls_;
  const std::size_t most_waiting_;
  mutable std::mutex mutex_;
  std::size_t calls_ = 0;
  std::deque<std::shared_ptr<Place::Waiter>> queue_;
};

}  // namespace belay::providers
