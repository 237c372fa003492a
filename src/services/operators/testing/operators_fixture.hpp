// Operators over an engine and stores on fakes (services/testing/services_fixture.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/ports/testing/fake_context_store.hpp"
#include "core/ports/testing/fake_operator_stores.hpp"
#include "core/ports/testing/fake_upload_store.hpp"
#include "services/operators/operators.hpp"
#include "services/testing/services_fixture.hpp"
#include "services/uploads/testing/sealing_keys.hpp"
#include "services/uploads/uploads.hpp"

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
    if (operators_) return *operators_;
    uploads.emplace(Uploads::Parts{upload_store, services->limiter, services->erasures.gate(), pool_, clock,
                                   random, upload_config_, upload_storage_,
                                   [this](const Error& error) { upload_reports.push_back(error.advice); }},
                    sealing_keys({"k2", "k1"}));
    operators_.emplace(Operators::Parts{users, ledger, audit, revocations, store, *engine, access, clock,
                                        runtime, lifetime, &services->erasures, &*uploads, &contexts,
                                        &watchers});
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
  CoachWatchers watchers{{loops[0].get(), loops[1].get()}};
  belay::testing::FakeUploadStore upload_store;
  std::vector<std::string> upload_reports;
  std::optional<Uploads> uploads;  // with the keys k2, which is current, and k1

 private:
  const belay::uploads::Config upload_config_;
  const UploadStorageConfig upload_storage_;
  FairThreadPool pool_{{1, Milliseconds(20), 8}};
  std::optional<Operators> operators_;
};

}  // namespace belay::services::testing
