// The removals of the server, over the engine and the store.
#pragma once

#include "core/run/engine.hpp"
#include "services/erasure/erasures.hpp"
#include "services/erasure/gate.hpp"
#include "services/parts.hpp"

namespace belay::services {

class EngineErasures final : public Erasures {
 public:
  EngineErasures(const Parts& parts, Engine& engine) : parts_(parts), engine_(engine) {}

  ErasureGate& gate() { return gate_; }
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
};

}  // namespace belay::services
