#include "services/erasure/gate.hpp"

#include <algorithm>
#include <utility>

namespace belay::services {

ErasureGate::~ErasureGate() {
  // Destroyed without the mutex: who waits may hold a pass.
  std::unordered_map<std::string, User> users;
  {
    const std::lock_guard lock(state_->mutex);
    state_->is_over = true;
    users.swap(state_->users);
  }
  for (auto& [name, user] : users)
    for (const auto& closing : user.closing) closing->done = nullptr;
}

bool ErasureGate::is_inside(const User& user, const Erasure& erasure) {
  return std::any_of(user.inside.begin(), user.inside.end(), [&](const auto& request) {
    return erasure.concerns(erasure.user, request->surface, request->conversation);
  });
}

Result<ErasureGate::Pass> ErasureGate::enter(std::string user, std::string surface,
                                             std::string conversation) {
  auto request = std::make_shared<Request>(Request{std::move(surface), std::move(conversation)});
  const std::lock_guard lock(state_->mutex);
  User& entry = state_->users[user];
  for (const auto& closing : entry.closing)
    if (closing->erasure.concerns(user, request->surface, request->conversation))
      return Error{ErrorCode::unavailable,
                   "This conversation is being deleted. Try again in a moment.",
                   {},
                   {},
                   Milliseconds(1000)};
  entry.inside.push_back(request);
  return Pass(std::shared_ptr<void>(request.get(), [state = state_, user = std::move(user), request](void*) {
    leave(*state, user, *request);
  }));
}

void ErasureGate::leave(State& state, const std::string& user, const Request& request) {
  std::vector<std::pair<Done<Pass>, std::shared_ptr<Closing>>> ready;
  {
    const std::lock_guard lock(state.mutex);
    if (state.is_over) return;
    User& entry = state.users.at(user);
    std::erase_if(entry.inside, [&](const auto& each) { return each.get() == &request; });
    for (const auto& closing : entry.closing)
      if (closing->done && !is_inside(entry, closing->erasure))
        ready.emplace_back(std::exchange(closing->done, nullptr), closing);
    if (entry.empty()) state.users.erase(user);
  }
  for (auto& [done, closing] : ready) done(Pass());
}

void ErasureGate::open(State& state, const std::string& user, const Closing& closing) {
  const std::lock_guard lock(state.mutex);
  const auto found = state.users.find(user);
  if (found == state.users.end()) return;
  std::erase_if(found->second.closing, [&](const auto& each) { return each.get() == &closing; });
  if (found->second.empty()) state.users.erase(found);
}

ErasureGate::Pass ErasureGate::pass_of(const std::shared_ptr<State>& state,
                                       std::shared_ptr<Closing> closing) {
  Closing* const place = closing.get();
  return Pass(std::shared_ptr<void>(place, [state, closing = std::move(closing)](void*) {
    open(*state, closing->erasure.user, *closing);
  }));
}

void ErasureGate::close(Erasure erasure, Done<Pass> done) {
  const std::string user = erasure.user;
  auto closing = std::make_shared<Closing>(Closing{std::move(erasure), nullptr});
  // Whoever gives up waiting drops the pass, and that opens the gate.
  auto pass = std::make_shared<Pass>(pass_of(state_, closing));
  {
    const std::lock_guard lock(state_->mutex);
    User& entry = state_->users[user];
    entry.closing.push_back(closing);
    if (is_inside(entry, closing->erasure)) {
      closing->done = [pass, done = std::move(done)](Result<Pass>) mutable { done(std::move(*pass)); };
      return;
    }
  }
  done(std::move(*pass));
}

}  // namespace belay::services
