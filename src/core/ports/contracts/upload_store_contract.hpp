// Tests that every implementation of core/ports/upload_store.hpp must pass, the fake too. There are two suites:
//
//   UploadStoreContract           putting, listing, reading and removing; the keys
//   PermanentUploadStoreContract  what survives a kill
//
// Included only by tests.
#pragma once

#include "core/ports/contracts/store_contract_fixture.hpp"

namespace belay::storage {

class UploadStoreContract : public StoreContract {
 protected:
  using Texts = std::vector<std::string>;

  UploadStore& uploads() { return engine_->uploads(*store_); }

  // A second passes.
  StoredUpload upload(std::string id, std::string user = "ada", std::string key = "k1") {
    clock_.advance(Milliseconds(1000));
    return {std::move(user), std::move(id), clock_.wall(), {}, std::move(key), "label", "derived"};
  }
  Result<> put(StoredUpload what, Texts content = {"one", "two"}, UploadLimits limits = {1'000, 1_MiB}) {
    return wait_for<void>([&](auto done) {
      uploads().put_upload(std::move(what), std::move(content), limits, std::move(done));
    });
  }
  UploadList list(const std::string& user, std::optional<UploadPlace> before = {}, std::size_t max = 100) {
    return wait_for<UploadList>(
               [&](auto done) { uploads().list_uploads(user, before, max, std::move(done)); })
        .value();
  }
  static Texts ids_of(const std::vector<StoredUpload>& uploads) {
    Texts ids;
    for (const StoredUpload& each : uploads) ids.push_back(each.id);
    return ids;
  }
  Texts listed(const std::string& user) { return ids_of(list(user).uploads); }
  std::vector<StoredUpload> newest(const std::string& user, std::size_t max) {
    return wait_for<std::vector<StoredUpload>>(
               [&](auto done) { uploads().newest_uploads(user, max, std::move(done)); })
        .value();
  }
  std::optional<StoredUpload> find_upload(const std::string& user, const std::string& id) {
    return wait_for<std::optional<StoredUpload>>(
               [&](auto done) { uploads().find_upload(user, id, std::move(done)); })
        .value();
  }
  std::optional<UploadWithContent> read_upload(const std::string& user, const std::string& id) {
    return wait_for<std::optional<UploadWithContent>>(
               [&](auto done) { uploads().read_upload(user, id, std::move(done)); })
        .value();
  }
  bool remove(const std::string& user, const std::string& id) {
    return wait_for<bool>([&](auto done) { uploads().remove_upload(user, id, std::move(done)); }).value();
  }
  UploadUsage usage(const std::string& user) {
    return wait_for<UploadUsage>([&](auto done) { uploads().upload_usage(user, std::move(done)); }).value();
  }
  std::uint64_t sweep_uploads(WallTime before) {
    return wait_for<std::uint64_t>([&](auto done) { uploads().sweep_uploads(before, std::move(done)); })
        .value();
  }
  void erase_user(const std::string& user) {
    ErasureStore& erasures = engine_->erasures(*store_);
    const Erasure erasure{Erasure::What::user, user, {}, {}, clock_.wall()};
    const auto id =
        wait_for<ErasureStore::Id>([&](auto done) { erasures.request_erasure(erasure, std::move(done)); });
    EXPECT_TRUE(wait_for<ErasureReport>([&](auto done) { erasures.erase(*id, std::move(done)); }));
  }

  // "k1 2", by key.
  Texts counted() {
    Texts texts;
    for (const auto& count : wait_for<std::vector<UploadStore::KeyCount>>([&](auto done) {
                               uploads().count_upload_keys(std::move(done));
                             }).value())
      texts.push_back(count.key + " " + std::to_string(count.uploads));
    return texts;
  }
  std::optional<UploadStore::ToReseal> next_not(const std::string& key, std::uint64_t after) {
    return wait_for<std::optional<UploadStore::ToReseal>>(
               [&](auto done) { uploads().next_not_sealed_with(key, after, std::move(done)); })
        .value();
  }
  bool reseal(UploadWithContent sealed, const std::string& old_key) {
    return wait_for<bool>(
               [&](auto done) { uploads().reseal_upload(std::move(sealed), old_key, std::move(done)); })
        .value();
  }
  std::optional<std::string> rotation() {
    return wait_for<std::optional<std::string>>(
               [&](auto done) { uploads().upload_rotation(std::move(done)); })
        .value();
  }
  void set_rotation(std::optional<std::string> key) {
    EXPECT_TRUE(
        wait_for<void>([&](auto done) { uploads().set_upload_rotation(std::move(key), std::move(done)); }));
  }
};
class PermanentUploadStoreContract : public UploadStoreContract {};

TEST_P(UploadStoreContract, S6AnUploadIsFoundWithItsPartsAsTheyWereStored) {
  const std::string bytes("\0\xFF|'\"", 5);
  StoredUpload stored = upload("a");
  stored.label = bytes + "l";
  stored.derived = bytes + "d";
  ASSERT_TRUE(put(stored, {bytes + "1", bytes, "3"}));
  const auto found = find_upload("ada", "a");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->user, "ada");
  EXPECT_EQ(found->id, "a");
  EXPECT_EQ(found->created, stored.created);
  EXPECT_EQ(found->size, (ByteCount{6 + 6 + 6 + 5 + 1}));
  EXPECT_EQ(found->key, "k1");
  EXPECT_EQ(found->label, stored.label);
  EXPECT_EQ(found->derived, stored.derived);
  const auto whole = read_upload("ada", "a");
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->upload.label, stored.label);
  EXPECT_EQ(whole->upload.key, "k1");
  EXPECT_EQ(whole->content, (Texts{bytes + "1", bytes, "3"}));
}

TEST_P(UploadStoreContract, S6AnUploadOfAnotherUserDoesNotExist) {
  ASSERT_TRUE(put(upload("a")));
  EXPECT_FALSE(find_upload("bob", "a"));
  EXPECT_FALSE(read_upload("bob", "a"));
  EXPECT_FALSE(remove("bob", "a"));
  EXPECT_EQ(listed("bob"), Texts{});
  EXPECT_TRUE(newest("bob", 5).empty());
  EXPECT_EQ(usage("bob"), UploadUsage{});
  EXPECT_EQ(listed("ada"), Texts{"a"});
}

TEST_P(UploadStoreContract, S6AListIsNewestFirstAndInPages) {
  for (const char* id : {"c", "a", "e"}) ASSERT_TRUE(put(upload(id)));
  StoredUpload twin = upload("b");
  ASSERT_TRUE(put(twin));
  twin.id = "d";
  ASSERT_TRUE(put(twin)) << "of the same moment";
  ASSERT_TRUE(put(upload("x", "bob")));
  EXPECT_EQ(listed("ada"), (Texts{"d", "b", "e", "a", "c"}));
  const UploadList first = list("ada", {}, 2);
  EXPECT_EQ(ids_of(first.uploads), (Texts{"d", "b"}));
  EXPECT_EQ(first.uploads[0].label, "label");
  EXPECT_EQ(first.uploads[0].derived, "") << "lists do not read it";
  ASSERT_TRUE(first.next);
  EXPECT_TRUE(remove("ada", "b")) << "the page goes on where the upload was";
  const UploadList second = list("ada", first.next, 2);
  EXPECT_EQ(ids_of(second.uploads), (Texts{"e", "a"}));
  const UploadList third = list("ada", second.next, 2);
  EXPECT_EQ(ids_of(third.uploads), Texts{"c"});
  EXPECT_FALSE(third.next);
  EXPECT_EQ(list("ada", {}, 0).uploads.size(), 1u) << "at least one";
}

TEST_P(UploadStoreContract, S6TheNewestComeWithWhatWasDerived) {
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(put(upload(id)));
  const auto found = newest("ada", 2);
  EXPECT_EQ(ids_of(found), (Texts{"c", "b"}));
  EXPECT_EQ(found[0].derived, "derived");
  EXPECT_TRUE(newest("ada", 0).empty());
}

TEST_P(UploadStoreContract, S6ARemovedUploadIsGoneAndItsSpaceIsFree) {
  ASSERT_TRUE(put(upload("a")));
  ASSERT_TRUE(put(upload("b"), {"12345"}));
  EXPECT_EQ(usage("ada"), (UploadUsage{2, {18 + 17}}));
  EXPECT_TRUE(remove("ada", "a"));
  EXPECT_FALSE(remove("ada", "a")) << "it may be removed again";
  EXPECT_EQ(usage("ada"), (UploadUsage{1, {17}}));
  EXPECT_FALSE(read_upload("ada", "a"));
  EXPECT_EQ(read_upload("ada", "b")->content, Texts{"12345"});
}

TEST_P(UploadStoreContract, S6AUserHasABoundInFilesAndInBytes) {
  ASSERT_TRUE(put(upload("a"), {"x"}, {2, 1_MiB}));
  ASSERT_TRUE(put(upload("b"), {"x"}, {2, 1_MiB}));
  const auto third = put(upload("c"), {"x"}, {2, 1_MiB});
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, ErrorCode::conflict);
  EXPECT_EQ(third.error().limit, "uploads.max_files_per_user");
  ASSERT_TRUE(put(upload("c", "bob"), {"x"}, {2, 1_MiB})) << "of each user";
  EXPECT_TRUE(remove("ada", "a"));
  const auto large = put(upload("d"), {std::string(100, 'x')}, {9, {124}});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().limit, "uploads.max_bytes_per_user");
  EXPECT_EQ(listed("ada"), Texts{"b"}) << "nothing of it was stored";
  EXPECT_TRUE(put(upload("d"), {std::string(100, 'x')}, {9, {125}}));
}

TEST_P(UploadStoreContract, S6AnIdIsUsedOnce) {
  ASSERT_TRUE(put(upload("a"), {"mine"}));
  EXPECT_FALSE(put(upload("a"), {"again"}));
  EXPECT_EQ(read_upload("ada", "a")->content, Texts{"mine"});
}

TEST_P(UploadStoreContract, S6WhatIsOldIsSweptAndTheRestStays) {
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(put(upload("old" + std::to_string(i), "ada"), {"x"}));
  ASSERT_TRUE(put(upload("new")));
  EXPECT_EQ(sweep_uploads(clock_.wall()), 100u);
  EXPECT_EQ(listed("ada"), Texts{"new"});
  EXPECT_EQ(sweep_uploads(clock_.wall()), 0u);
}

TEST_P(UploadStoreContract, X18UploadsAreErasedWithTheirUser) {
  for (int i = 0; i < 70; ++i) ASSERT_TRUE(put(upload("a" + std::to_string(i)), {"x"}));
  ASSERT_TRUE(put(upload("his", "bob")));
  erase_user("ada");
  EXPECT_EQ(listed("ada"), Texts{});
  EXPECT_EQ(usage("ada"), UploadUsage{});
  EXPECT_EQ(listed("bob"), Texts{"his"});
  ASSERT_TRUE(put(upload("later"))) << "the name may be used again";
  EXPECT_EQ(listed("ada"), Texts{"later"});
}

TEST_P(UploadStoreContract, S6UploadsAreEncryptedAgainOneByOne) {
  ASSERT_TRUE(put(upload("a"), {"1", "2"}));
  ASSERT_TRUE(put(upload("b", "bob", "k2")));
  ASSERT_TRUE(put(upload("c", "bob"), {"3"}));
  EXPECT_EQ(counted(), (Texts{"k1 2", "k2 1"}));
  auto next = next_not("k2", 0);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->sealed.upload.id, "a");
  EXPECT_EQ(next->sealed.upload.derived, "derived");
  EXPECT_EQ(next->sealed.content, (Texts{"1", "2"}));
  const WallTime created = next->sealed.upload.created;
  const std::uint64_t place = next->place;
  next->sealed.upload.key = "k2";
  next->sealed.upload.label = "another label";
  next->sealed.content = {"one"};
  EXPECT_TRUE(reseal(next->sealed, "k1"));
  EXPECT_FALSE(reseal(next->sealed, "k1")) << "it is not encrypted with that any more";
  EXPECT_EQ(counted(), (Texts{"k1 1", "k2 2"}));
  EXPECT_EQ(read_upload("ada", "a")->content, Texts{"one"});
  EXPECT_EQ(find_upload("ada", "a")->label, "another label");
  EXPECT_EQ(find_upload("ada", "a")->created, created);
  EXPECT_EQ(find_upload("ada", "a")->size, (ByteCount{13 + 7 + 3}));
  next = next_not("k2", place);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->sealed.upload.id, "c");
  EXPECT_FALSE(next_not("k2", next->place)) << "one that can not be opened is passed over";
  EXPECT_TRUE(remove("bob", "c"));
  next->sealed.upload.key = "k2";
  EXPECT_FALSE(reseal(next->sealed, "k1")) << "it was removed meanwhile, and does not come back";
  EXPECT_EQ(listed("bob"), Texts{"b"});
  EXPECT_FALSE(next_not("k2", 0));
}

TEST_P(UploadStoreContract, S6AnUploadWithoutContentIsReadLikeTheOthers) {
  ASSERT_TRUE(put(upload("a"), {}));
  ASSERT_TRUE(put(upload("b"), {""}));
  EXPECT_EQ(read_upload("ada", "a")->content, Texts{});
  EXPECT_EQ(read_upload("ada", "b")->content, Texts{""});
  EXPECT_EQ(next_not("k2", 0)->sealed.upload.id, "a");
}

TEST_P(UploadStoreContract, S6TheKeyOfARotationIsKeptUntilItIsRemoved) {
  EXPECT_EQ(rotation(), std::nullopt);
  set_rotation("k2");
  set_rotation("k3");
  EXPECT_EQ(rotation(), "k3");
  set_rotation(std::nullopt);
  EXPECT_EQ(rotation(), std::nullopt);
}

TEST_P(PermanentUploadStoreContract, S6AnUploadAndARotationSurviveAKill) {
  ASSERT_TRUE(put(upload("a"), {"1", "2"}));
  set_rotation("k2");
  store_ = engine_->open_after_kill(std::move(store_));
  EXPECT_EQ(read_upload("ada", "a")->content, (Texts{"1", "2"}));
  EXPECT_EQ(rotation(), "k2");
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(UploadStoreContract);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PermanentUploadStoreContract);

}  // namespace belay::storage
