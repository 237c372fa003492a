// The removals of the server, over the engine and the store.
#pragma once

#include <functional>
#include <string>

#include "core/run/engine.hpp"
#include "services/erasure/erasures.hpp"
#include "services/erasure/gate.hpp"
#include "services/parts.hpp"

namespace belay::services {

class EngineErasures final : public Erasures {
 public:
  EngineErasures(const Parts& parts, Engine& engine) : parts_(parts), engine_(engine) {}

  ErasureGate& gate() { return gate_; }
  // Called after everything of a user was removed from the stores, on any loop: what is in memory goes, too. Set before the
  // first call.
  void on_user_erased(std::function<void(const std::string& user)> forget) { forget_ = std::move(forget); }
  Awaitable<Result<ErasureReport>> erase(Loop& loop, Deadline deadline, Erasure erasure) override;
  // The same for a caller that has closed the gate.
  Awaitable<Result<ErasureReport>> erase_behind_gate(Loop& loop, Deadline deadline, Erasure erasure);
  // Finishes what was requested and is not done. The result is how many there were.
  Awaitable<Result<std::size_t>> finish_pending(Loop& loop, Deadline deadline);

 private:
  Awaitable<Result<ErasureReport>> carry_out(Loop& loop, Deadline deadline, ErasureStore::Pending pending);

  const Parts parts_;
  Engine& engine_;
  ErasureGate gate_;
  std::function<void(const std::string&)> forget_;
};

}  // namespace belay::services
