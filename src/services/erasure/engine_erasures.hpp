// The removals of the server, over the engine and the store.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/run/engine.hpp"
#include "services/erasure/erasures.hpp"
#include "services/erasure/gate.hpp"
#include "services/parts.hpp"

namespace belay::services {

class EngineErasures final : public Erasures {
 public:
  EngineErasures(const Parts& parts, Engine& engine) : parts_(parts), engine_(engine) {}

  ErasureGate& gate() { return gate_; }
  // Called on some loop for each erasure, before the store removes what it covers. Call this before the loops run.
  void before_erasing(std::function<void(const Erasure&)> callback) {
    before_erasing_.push_back(std::move(callback));
  }
  // Called after everything of a user was removed from the stores, on any loop: what is in memory goes, too. Set before the
  // first call.
  void on_user_erased(std::function<void(const std::string& user)> forget) { forget_ = std::move(forget); }
  Awaitable<Result<ErasureReport>> erase(Loop& loop, Deadline deadline, Erasure erasure) override;
  // The same for a caller that has closed the gate.
  Awaitable<Result<ErasureReport>> erase_behind_gate(Loop& loop, Deadline deadline, Erasure erasure);
  // What an earlier process left unfinished, after recovery and before the loops run: no request ever sees half of a
  // removal. Blocks, for at most `max_wait`. What takes longer goes on, with the gate closed; then, and when it fails,
  // finish_pending() sees to it. The result is how many were finished.
  Result<std::size_t> finish_before_start(Milliseconds max_wait);
  // Finishes what was requested and is not done. The result is how many there were.
  Awaitable<Result<std::size_t>> finish_pending(Loop& loop, Deadline deadline);

 private:
  Awaitable<Result<ErasureReport>> carry_out(Loop& loop, Deadline deadline, ErasureStore::Pending pending);

  const Parts parts_;
  Engine& engine_;
  ErasureGate gate_;
  std::vector<std::function<void(const Erasure&)>> before_erasing_;
  std::function<void(const std::string&)> forget_;
};

}  // namespace belay::services
