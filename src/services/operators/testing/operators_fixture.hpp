// Operators over an engine and stores on fakes (services/testing/services_fixture.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/ports/testing/fake_context_store.hpp"
#include "core/ports/testing/fake_operator_stores.hpp"
#include "services/operators/operators.hpp"
#include "services/testing/services_fixture.hpp"

namespace belay::services::testing {

// Notes what it is asked for.
class FakeAccess final : public AccessControl {
 public:
  bool is_full = false;
  std::size_t streams = 0;  // that a revocation ends
  std::vector<std::string> calls;

  Result<> check_space(const RevocationKey&) override {
    if (is_full) return make_error(ErrorCode::conflict, "There are too many revocations.");
    return {};
  }
  void revoke(Revocation revocation, UniqueFunction<void(std::size_t)> done) override {
    calls.push_back("revoke " + revocation.key.name);
    done(streams);
  }
  void lift(const RevocationKey& key) override { calls.push_back("lift " + key.name); }
};

class OperatorsFixture : public ServicesFixture {
 public:
  Operators& operators() {
    if (!operators_)
      operators_.emplace(Operators::Parts{users, ledger, audit, revocations, store, *engine, access, clock,
                                          runtime, lifetime, &services->erasures, &contexts});
    return *operators_;
  }
  Operators::Call call_of(std::string who = "olga") {
    return {*loops[0], Deadline::in(Milliseconds(30'000), clock), std::move(who)};
  }

  const Milliseconds lifetime{std::chrono::hours(24)};
  belay::testing::FakeRevocationStore revocations{audit};
  FakeAccess access;
  belay::testing::FakeContextStore context_store{store};
  ThreadPool context_pool{1, 8};
  Contexts contexts{{context_store, nullptr, clock, context_pool}, {}};

 private:
  std::optional<Operators> operators_;
};

}  // namespace belay::services::testing
