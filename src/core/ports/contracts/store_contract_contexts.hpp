// Tests that every implementation of core/ports/context_store.hpp must pass, the fake in core/ports/testing/ too. They
// run with the rest of the contract (store_contract.hpp); an implementation of Store implements this port, too.
//
//   ContextStoreContract            documents, conditions, erasure
//   PermanentContextStoreContract   what survives a kill
//
// Included only by tests.
#pragma once

#include "core/ports/context_store.hpp"
#include "core/ports/contracts/store_contract_fixture.hpp"

namespace belay::storage {

class ContextStoreContract : public StoreContract {
 protected:
  ContextStore& contexts() { return engine_->contexts(*store_); }

  std::optional<StoredContext> find(const std::string& user) {
    return wait_for<std::optional<StoredContext>>(
               [&](auto done) { contexts().find_context(user, std::move(done)); })
        .value();
  }
  std::string document_of(const std::string& user) {
    const auto found = find(user);
    return found ? found->document : "none";
  }
  Result<std::uint64_t> put(const std::string& user, std::string document, ContextCondition condition = {}) {
    clock_.advance(Milliseconds(1));
    return wait_for<std::uint64_t>([&](auto done) {
      contexts().put_context(user, std::move(document), clock_.wall(), condition, std::move(done));
    });
  }
  bool erase(const std::string& user) {
    return wait_for<bool>([&](auto done) { contexts().erase_context(user, std::move(done)); }).value();
  }
  void erase_user(const std::string& user, Erasure::What what = Erasure::What::user) {
    ErasureStore& erasures = engine_->erasures(*store_);
    Erasure erasure{what, user, {}, {}, clock_.wall()};
    const auto id = wait_for<ErasureStore::Id>(
        [&](auto done) { erasures.request_erasure(std::move(erasure), std::move(done)); });
    EXPECT_TRUE(
        wait_for<ErasureReport>([&](auto done) { erasures.erase(id.value(), std::move(done)); }).has_value());
  }
};
class PermanentContextStoreContract : public ContextStoreContract {};

// ---- Documents

TEST_P(ContextStoreContract, S8_a_document_is_found_by_its_user_alone) {
  EXPECT_EQ(document_of("ada"), "none");
  ASSERT_TRUE(put("ada", R"({"summary":"A"})"));
  const auto found = find("ada");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->document, R"({"summary":"A"})");
  EXPECT_EQ(found->changed, clock_.wall());
  EXPECT_EQ(document_of("bob"), "none");
  EXPECT_EQ(document_of(""), "none");
  EXPECT_EQ(document_of("Ada"), "none");
}

TEST_P(ContextStoreContract, S8_a_later_document_replaces_the_earlier_one) {
  const auto first = put("ada", "{}");
  const auto second = put("ada", R"({"summary":"B"})");
  EXPECT_GT(second.value(), first.value());
  EXPECT_EQ(find("ada")->revision, second.value());
  EXPECT_EQ(document_of("ada"), R"({"summary":"B"})");
}

TEST_P(ContextStoreContract, S8_large_documents_and_unusual_names_of_users_are_kept_as_they_are) {
  const std::string document = R"({"summary":")" + std::string(3 << 20, 'x') + "\"}";
  const std::string user("a\0b\n", 4);
  ASSERT_TRUE(put(user, document));
  EXPECT_EQ(document_of(user), document);
  EXPECT_EQ(document_of("a"), "none");
}

TEST_P(ContextStoreContract, S8_of_two_changes_to_the_same_revision_one_takes_effect) {
  const std::uint64_t first = put("ada", "1").value();
  ASSERT_TRUE(put("ada", "2", {first}));
  const auto late = put("ada", "3", {first});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::conflict);
  EXPECT_EQ(document_of("ada"), "2");
}

TEST_P(ContextStoreContract, S8_a_document_is_made_only_once_if_there_must_be_none) {
  ASSERT_TRUE(put("ada", "1", {0}));
  EXPECT_FALSE(put("ada", "2", {0}));
  EXPECT_FALSE(put("bob", "2", {17}));
  EXPECT_EQ(document_of("ada"), "1");
  EXPECT_EQ(document_of("bob"), "none");
}

TEST_P(ContextStoreContract, S8_an_erased_document_is_gone_and_its_revision_does_not_come_back) {
  const std::uint64_t first = put("ada", "1").value();
  EXPECT_TRUE(erase("ada"));
  EXPECT_FALSE(erase("ada"));
  EXPECT_EQ(document_of("ada"), "none");
  EXPECT_FALSE(put("ada", "2", {first}));
  EXPECT_GT(put("ada", "2", {0}).value(), first);
}

TEST_P(ContextStoreContract, X18_the_erasure_of_a_user_removes_the_document) {
  ASSERT_TRUE(put("ada", "1"));
  ASSERT_TRUE(put("bob", "2"));
  erase_user("ada", Erasure::What::conversations);
  EXPECT_EQ(document_of("ada"), "1");
  erase_user("ada");
  EXPECT_EQ(document_of("ada"), "none");
  EXPECT_EQ(document_of("bob"), "2");
}

TEST_P(ContextStoreContract, X18_an_erasure_that_is_finished_late_leaves_what_was_put_after_its_request) {
  ASSERT_TRUE(put("ada", "before"));
  ErasureStore& erasures = engine_->erasures(*store_);
  Erasure erasure{Erasure::What::user, "ada", {}, {}, clock_.wall()};
  const auto id = wait_for<ErasureStore::Id>(
      [&](auto done) { erasures.request_erasure(std::move(erasure), std::move(done)); });
  ASSERT_TRUE(put("ada", "after"));
  ASSERT_TRUE(
      wait_for<ErasureReport>([&](auto done) { erasures.erase(id.value(), std::move(done)); }).has_value());
  EXPECT_EQ(document_of("ada"), "after");
}

TEST_P(PermanentContextStoreContract, S8_a_document_that_was_confirmed_survives_a_kill) {
  const std::uint64_t revision = put("ada", "1").value();
  ASSERT_TRUE(put("bob", "2"));
  EXPECT_TRUE(erase("bob"));
  store_ = engine_->open_after_kill(std::move(store_));
  EXPECT_EQ(document_of("ada"), "1");
  EXPECT_EQ(find("ada")->revision, revision);
  EXPECT_EQ(document_of("bob"), "none");
  EXPECT_GT(put("bob", "3").value(), revision + 1) << "the revisions of removed documents are not used again";
}

}  // namespace belay::storage
