#include "services/erasure/engine_erasures.hpp"

#include <utility>

namespace belay::services {

Awaitable<Result<ErasureReport>> EngineErasures::erase(Loop& loop, Deadline deadline, Erasure erasure) {
  const auto closed = co_await call<&ErasureGate::close>(loop, deadline, gate_, erasure);
  if (!closed) co_return closed.error();
  co_return co_await erase_behind_gate(loop, deadline, std::move(erasure));
}

Awaitable<Result<ErasureReport>> EngineErasures::erase_behind_gate(Loop& loop, Deadline deadline,
                                                                   Erasure erasure) {
  erasure.through = parts_.clock.wall();
  const auto id = co_await call<&ErasureStore::request_erasure>(loop, deadline, parts_.erasures, erasure);
  if (!id) co_return id.error();
  ErasureStore::Pending pending{*id, std::move(erasure)};
  co_return co_await carry_out(loop, deadline, std::move(pending));
}

Awaitable<Result<ErasureReport>> EngineErasures::carry_out(Loop& loop, Deadline deadline,
                                                           ErasureStore::Pending pending) {
  const auto ended = co_await engine_.end_covered(loop, pending.erasure, deadline);
  if (!ended) co_return ended.error();
  const auto report = co_await call<&ErasureStore::erase>(loop, deadline, parts_.erasures, pending.id);
  if (report) engine_.close_log_files();
  if (report && forget_ && pending.erasure.what == Erasure::What::user) forget_(pending.erasure.user);
  co_return report;
}

Awaitable<Result<std::size_t>> EngineErasures::finish_pending(Loop& loop, Deadline deadline) {
  const auto pending = co_await call<&ErasureStore::pending_erasures>(loop, deadline, parts_.erasures);
  if (!pending) co_return pending.error();
  for (const ErasureStore::Pending& each : *pending) {
    const auto closed = co_await call<&ErasureGate::close>(loop, deadline, gate_, each.erasure);
    if (!closed) co_return closed.error();
    const auto report = co_await carry_out(loop, deadline, each);
    if (!report) co_return report.error();
  }
  co_return pending->size();
}

}  // namespace belay::services
