#include "services/erasure/gate.hpp"

#include <algorithm>
#include <utility>

namespace belay::services {

struct ErasureGate::Closing {
  Erasure erasure;
  Done<Pass> done;  // null: all requests have left
};

// Shared with the passes.
struct ErasureGate::State {
  bool is_inside(const Erasure& erasure) const {
    return std::any_of(inside.begin(), inside.end(), [&](const Request& request) {
      return erasure.concerns(request.user, request.surface, request.conversation);
    });
  }
  // The removals that need not wait any longer.
  std::vector<Done<Pass>> take_ready() {
    std::vector<Done<Pass>> ready;
    for (const auto& each : closing)
      if (each->done && !is_inside(each->erasure)) ready.push_back(std::exchange(each->done, nullptr));
    return ready;
  }

  std::mutex mutex;  // of everything below
  bool is_over = false;
  std::list<Request> inside;
  std::vector<std::shared_ptr<Closing>> closing;
};

ErasureGate::Pass::Pass(Pass&& other) noexcept
    : state_(std::exchange(other.state_, nullptr)), place_(std::move(other.place_)) {}

ErasureGate::Pass& ErasureGate::Pass::operator=(Pass&& other) noexcept {
  if (this == &other) return *this;
  leave();
  state_ = std::exchange(other.state_, nullptr);
  place_ = std::move(other.place_);
  return *this;
}

void ErasureGate::Pass::leave() noexcept {
  const auto state = std::exchange(state_, nullptr);
  if (!state) return;
  std::vector<Done<Pass>> ready;
  {
    const std::lock_guard lock(state->mutex);
    if (state->is_over) return;
    if (const auto* request = std::get_if<0>(&place_))
      state->inside.erase(*request);
    else
      std::erase(state->closing, std::get<1>(place_));
    if (!state->closing.empty()) ready = state->take_ready();
  }
  for (auto& done : ready) done(Pass());
}

ErasureGate::ErasureGate() : state_(std::make_shared<State>()) {}

ErasureGate::~ErasureGate() {
  // Destroyed without the mutex: who waits may hold a pass.
  std::vector<std::shared_ptr<Closing>> closing;
  {
    const std::lock_guard lock(state_->mutex);
    state_->is_over = true;
    closing.swap(state_->closing);
  }
  for (const auto& each : closing) each->done = nullptr;
}

Result<ErasureGate::Pass> ErasureGate::enter(std::string user, std::string surface,
                                             std::string conversation) {
  const std::lock_guard lock(state_->mutex);
  for (const auto& closing : state_->closing)
    if (closing->erasure.concerns(user, surface, conversation))
      return Error{ErrorCode::unavailable,
                   "Messages of this conversation are being removed. Try again in a moment.",
                   {},
                   {},
                   Milliseconds(1000)};
  state_->inside.push_front({std::move(user), std::move(surface), std::move(conversation)});
  return Pass(state_, state_->inside.begin());
}

void ErasureGate::close(Erasure erasure, Done<Pass> done) {
  auto closing = std::make_shared<Closing>(Closing{std::move(erasure), nullptr});
  // Whoever gives up waiting drops the pass, and that opens the gate.
  auto pass = std::make_shared<Pass>(Pass(state_, closing));
  {
    const std::lock_guard lock(state_->mutex);
    state_->closing.push_back(closing);
    if (state_->is_inside(closing->erasure)) {
      closing->done = [pass, done = std::move(done)](Result<Pass>) mutable { done(std::move(*pass)); };
      return;
    }
  }
  done(std::move(*pass));
}

}  // namespace belay::services
