#include "providers/calls/call_gate.hpp"

#include <algorithm>

namespace belay::providers {

struct CallGate::Place::Waiter {
  enum class State { waiting, inside, gone };
  Loop& loop;
  UniqueFunction<void()> granted;  // used only on the loop
  State state = State::waiting;    // protected by the gate's mutex
};

CallGate::Place::Place(CallGate& gate, std::shared_ptr<Waiter> waiter)
    : gate_(gate), waiter_(std::move(waiter)) {}

CallGate::Place::~Place() {
  waiter_->granted = nullptr;
  gate_.leave(*waiter_);
}

bool CallGate::Place::is_granted() const {
  const std::lock_guard lock(gate_.mutex_);
  return waiter_->state == Waiter::State::inside;
}

std::unique_ptr<CallGate::Place> CallGate::enter(Loop& loop, UniqueFunction<void()> granted) {
  auto waiter =
      std::make_shared<Place::Waiter>(Place::Waiter{loop, std::move(granted), Place::Waiter::State::waiting});
  const std::lock_guard lock(mutex_);
  if (calls_ < max_calls_) {
    ++calls_;
    waiter->state = Place::Waiter::State::inside;
  } else if (queue_.size() < max_waiting_) {
    queue_.push_back(waiter);
  } else {
    return nullptr;
  }
  return std::unique_ptr<Place>(new Place(*this, std::move(waiter)));
}

void CallGate::leave(Place::Waiter& waiter) {
  using State = Place::Waiter::State;
  std::shared_ptr<Place::Waiter> next;
  {
    const std::lock_guard lock(mutex_);
    const State was = std::exchange(waiter.state, State::gone);
    if (was == State::waiting) std::erase_if(queue_, [&](const auto& one) { return one.get() == &waiter; });
    if (was != State::inside) return;
    if (queue_.empty()) {
      --calls_;
      return;
    }
    next = std::move(queue_.front());
    queue_.pop_front();
    next->state = State::inside;
  }
  next->loop.post([next] {
    if (next->granted) std::exchange(next->granted, nullptr)();
  });
}

std::size_t CallGate::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

}  // namespace belay::providers
