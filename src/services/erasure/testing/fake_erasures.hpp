// Removals for tests of surfaces: from the fake store, without an engine.
#pragma once

#include <optional>
#include <vector>

#include "core/ports/testing/fake_erasure_store.hpp"
#include "services/erasure/erasures.hpp"

namespace belay::services::testing {

class FakeErasures final : public Erasures {
 public:
  FakeErasures(belay::testing::FakeErasureStore& store, const Clock& clock) : store_(store), clock_(clock) {}

  std::vector<Erasure> requests;
  std::optional<Error> refuse_next;

  Awaitable<Result<ErasureReport>> erase(Loop&, Deadline, Erasure erasure) override {
    erasure.through = clock_.wall();
    requests.push_back(erasure);
    if (refuse_next) co_return *std::exchange(refuse_next, std::nullopt);
    Result<ErasureReport> report = ErasureReport();
    store_.request_erasure(erasure, [&](Result<ErasureStore::Id> id) {
      store_.erase(*id, [&](Result<ErasureReport> done) { report = std::move(done); });
    });
    co_return report;
  }

 private:
  belay::testing::FakeErasureStore& store_;
  const Clock& clock_;
};

}  // namespace belay::services::testing
