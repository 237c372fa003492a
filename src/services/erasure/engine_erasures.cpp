#include "services/erasure/engine_erasures.hpp"

#include <future>
#include <optional>
#include <utility>

namespace belay::services {
namespace {

// A removal that an earlier process left unfinished.
struct Removing {
  ErasureGate::Pass pass;  // until it is done
  std::promise<Result<>> done;
};

}  // namespace

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
  co_return report;
}

Result<std::size_t> EngineErasures::finish_before_start(Milliseconds max_wait) {
  using Found = Result<std::vector<ErasureStore::Pending>>;
  // Shared: the store's thread may still be inside set_value() when the result arrives here.
  const auto listed = std::make_shared<std::promise<Found>>();
  parts_.erasures.pending_erasures([listed](Found found) { listed->set_value(std::move(found)); });
  const Found pending = listed->get_future().get();
  if (!pending) return pending.error();

  std::vector<std::shared_ptr<Removing>> removals;
  for (const ErasureStore::Pending& each : *pending) {
    const auto& removing = removals.emplace_back(std::make_shared<Removing>());
    // Nobody is inside yet: the pass is there at once.
    gate_.close(each.erasure,
                [removing](Result<ErasureGate::Pass> pass) { removing->pass = std::move(*pass); });
    parts_.erasures.erase(each.id, [removing](const Result<ErasureReport>& report) {
      removing->pass = ErasureGate::Pass();
      removing->done.set_value(report ? Result<>() : Result<>(report.error()));
    });
  }
  const Deadline deadline = Deadline::in(max_wait, parts_.clock);
  std::size_t finished = 0;
  for (const auto& removing : removals) {
    auto done = removing->done.get_future();
    if (done.wait_for(deadline.left(parts_.clock)) != std::future_status::ready) continue;
    if (const Result<> result = done.get(); !result) return result.error();
    ++finished;
  }
  if (finished != 0) engine_.close_log_files();
  return finished;
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
