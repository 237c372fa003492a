// Runs the contracts of the Store and of the ports that belong to it against their fakes.
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "core/ports/contracts/store_contract.hpp"
#include "core/ports/contracts/store_contract_answers.hpp"
#include "core/ports/contracts/store_contract_branches.hpp"
#include "core/ports/contracts/store_contract_contexts.hpp"
#include "core/ports/contracts/store_contract_goals.hpp"
#include "core/ports/contracts/store_contract_operators.hpp"
#include "core/ports/contracts/store_contract_search.hpp"
#include "core/ports/contracts/store_contract_surfaces.hpp"
#include "core/ports/contracts/upload_store_contract.hpp"
#include "core/ports/testing/fake_cache.hpp"
#include "core/ports/testing/fake_context_store.hpp"
#include "core/ports/testing/fake_conversation_store.hpp"
#include "core/ports/testing/fake_erasure_store.hpp"
#include "core/ports/testing/fake_goal_stores.hpp"
#include "core/ports/testing/fake_ledger_store.hpp"
#include "core/ports/testing/fake_operator_stores.hpp"
#include "core/ports/testing/fake_session_store.hpp"
#include "core/ports/testing/fake_store.hpp"
#include "core/ports/testing/fake_upload_store.hpp"

namespace belay::storage {
namespace {

class FakeEngine final : public StoreEngine {
 public:
  std::unique_ptr<Store> open() override {
    auto store = std::make_unique<testing::FakeStore>();
    answers_ = std::make_unique<testing::FakeCache>();
    conversations_ = std::make_unique<testing::FakeConversationStore>(*store);
    sessions_ = std::make_unique<testing::FakeSessionStore>(*store);
    erasures_ = std::make_unique<testing::FakeErasureStore>(*store, *sessions_);
    contexts_ = std::make_unique<testing::FakeContextStore>(*store);
    erasures_->erase_from(*contexts_);
    audit_ = std::make_unique<testing::FakeAuditLog>();
    users_ = std::make_unique<testing::FakeUserStore>(*store, *audit_);
    ledger_ = std::make_unique<testing::FakeLedgerStore>(*store);
    revocations_ = std::make_unique<testing::FakeRevocationStore>(*audit_);
    uploads_ = std::make_unique<testing::FakeUploadStore>();
    erasures_->also.push_back([this](const Erasure& erasure) { uploads_->erase(erasure); });
    goal_data_ = std::make_unique<testing::FakeGoalData>(*users_);
    goals_ = std::make_unique<testing::FakeGoalStore>(*store, *goal_data_);
    meetings_ = std::make_unique<testing::FakeMeetingStore>(*store, *goal_data_);
    profiles_ = std::make_unique<testing::FakeProfileStore>(*store, *goal_data_);
    erasures_->also.push_back([this](const Erasure& erasure) { goal_data_->erase(erasure); });
    return store;
  }
  // The fakes outlive the processes of a test.
  std::unique_ptr<Store> open_after_end(std::unique_ptr<Store> ended) override { return ended; }
  std::unique_ptr<Store> open_after_kill(std::unique_ptr<Store> killed) override {
    dynamic_cast<testing::FakeStore&>(*killed).lose_waiting();
    return killed;
  }
  AnswerCache& answers(Store&) override { return *answers_; }
  ConversationStore& conversations(Store&) override { return *conversations_; }
  ContextStore& contexts(Store&) override { return *contexts_; }
  SessionStore& sessions(Store&) override { return *sessions_; }
  ErasureStore& erasures(Store&) override { return *erasures_; }
  UserStore& users(Store&) override { return *users_; }
  LedgerStore& ledger(Store&) override { return *ledger_; }
  AuditLog& audit(Store&) override { return *audit_; }
  RevocationStore& revocations(Store&) override { return *revocations_; }
  UploadStore& uploads(Store&) override { return *uploads_; }
  GoalStore& goals(Store&) override { return *goals_; }
  MeetingStore& meetings(Store&) override { return *meetings_; }
  ProfileStore& profiles(Store&) override { return *profiles_; }

 private:
  std::unique_ptr<testing::FakeCache> answers_;
  std::unique_ptr<testing::FakeConversationStore> conversations_;
  std::unique_ptr<testing::FakeContextStore> contexts_;
  std::unique_ptr<testing::FakeSessionStore> sessions_;
  std::unique_ptr<testing::FakeErasureStore> erasures_;
  std::unique_ptr<testing::FakeAuditLog> audit_;
  std::unique_ptr<testing::FakeUserStore> users_;
  std::unique_ptr<testing::FakeLedgerStore> ledger_;
  std::unique_ptr<testing::FakeRevocationStore> revocations_;
  std::unique_ptr<testing::FakeUploadStore> uploads_;
  std::unique_ptr<testing::FakeGoalData> goal_data_;
  std::unique_ptr<testing::FakeGoalStore> goals_;
  std::unique_ptr<testing::FakeMeetingStore> meetings_;
  std::unique_ptr<testing::FakeProfileStore> profiles_;
};

const auto kFakes = ::testing::Values(StoreEngineFactory([] { return std::make_unique<FakeEngine>(); }));
const auto kName = [](const auto&) { return "in_tests"; };

INSTANTIATE_TEST_SUITE_P(Fake, StoreContract, kFakes, kName);
INSTANTIATE_TEST_SUITE_P(Fake, AnswerCacheContract, kFakes, kName);
INSTANTIATE_TEST_SUITE_P(Fake, PermanentAnswerCacheContract, kFakes, kName);
INSTANTIATE_TEST_SUITE_P(Fake, BranchContract, kFakes, kName);
INSTANTIATE_TEST_SUITE_P(Fake, ContextStoreContract, kFakes, kName);
INSTANTIATE_TEST_SUITE_P(Fake, PermanentContextStoreContract, kFakes, kName);
INSTANTIATE_TEST_SUITE_P(Fake, GoalStoreContract, kFakes, kName);
INSTANTIATE_TEST_SUITE_P(Fake, PermanentGoalStoreContract, kFakes, kName);
INSTANTIATE_TEST_SUITE_P(Fake, OperatorStoreContract, kFakes, kName);
INSTANTIATE_TEST_SUITE_P(Fake, PermanentOperatorStoreContract, kFakes, kName);
INSTANTIATE_TEST_SUITE_P(Fake, SearchContract, kFakes, kName);
INSTANTIATE_TEST_SUITE_P(Fake, SurfaceStoreContract, kFakes, kName);
INSTANTIATE_TEST_SUITE_P(Fake, PermanentSurfaceStoreContract, kFakes, kName);
INSTANTIATE_TEST_SUITE_P(Fake, UploadStoreContract, kFakes, kName);
INSTANTIATE_TEST_SUITE_P(Fake, PermanentUploadStoreContract, kFakes, kName);

}  // namespace
}  // namespace belay::storage
