#include "storage/sqlite/channels.hpp"

#include <cstdlib>
#include <filesystem>

#include "core/ports/contracts/channel_store_contract.hpp"
#include "storage/sqlite/store.hpp"

namespace belay::storage {
namespace {

namespace fs = std::filesystem;

class SqliteChannelEngine final : public ChannelStoreEngine {
 public:
  SqliteChannelEngine() {
    std::string name = (fs::temp_directory_path() / "belay-channels-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    root_ = name;
    fs::create_directory(directory());
    open();
  }
  ~SqliteChannelEngine() override {
    store_.reset();
    fs::remove_all(root_);
  }
  ChannelStore& store() override { return *store_; }
  SqliteStore& sqlite() { return *store_; }
  // Copies the files while the store is open, so without its clean end.
  void reopen() override {
    const fs::path killed = directory();
    ++kills_;
    fs::create_directory(directory());
    for (const char* name : {"belay.db", "belay.db-wal"}) fs::copy_file(killed / name, directory() / name);
    store_.reset();
    open();
  }

 private:
  fs::path directory() const { return root_ / std::to_string(kills_); }
  void open() {
    auto opened = SqliteStore::open(directory(), {});
    if (!opened) throw std::runtime_error(opened.error().detail);
    store_ = std::move(*opened);
  }

  fs::path root_;
  int kills_ = 0;
  std::unique_ptr<SqliteStore> store_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, ChannelStoreContract, ::testing::Values([] {
                           return std::unique_ptr<ChannelStoreEngine>(
                               std::make_unique<SqliteChannelEngine>());
                         }));

class SqliteChannels : public ChannelStoreContract {};
INSTANTIATE_TEST_SUITE_P(Sqlite, SqliteChannels, ::testing::Values([] {
                           return std::unique_ptr<ChannelStoreEngine>(
                               std::make_unique<SqliteChannelEngine>());
                         }));

TEST_P(SqliteChannels, X18_an_erased_user_has_no_channel_and_others_keep_theirs) {
  ASSERT_TRUE(put(record(), {range(1, 2)}));
  ASSERT_TRUE(put(record("bob"), {range(1, 2, {1'000'000}, "bob")}));
  ChannelRecord later = record("eve");
  later.created = {3'000'000};
  ASSERT_TRUE(put(later, {range(1, 1, {3'000'000}, "eve")}));
  SqliteStore& store = static_cast<SqliteChannelEngine&>(*engine_).sqlite();
  for (const char* user : {"ada", "eve"}) {
    Erasure erasure;
    erasure.what = Erasure::What::user;
    erasure.user = user;
    erasure.through = {2'000'000};
    const auto id =
        wait_for<ErasureStore::Id>([&](auto done) { store.request_erasure(erasure, std::move(done)); });
    ASSERT_TRUE(id);
    ASSERT_TRUE(wait_for<ErasureReport>([&](auto done) { store.erase(*id, std::move(done)); }));
  }
  EXPECT_FALSE(find());
  EXPECT_EQ(read(1), "");
  EXPECT_EQ(read(1, 1 << 20, "bob"), "1 2");
  EXPECT_TRUE(find("eve")) << "made after the erasure was asked for";
}

TEST_P(SqliteChannels, C11_an_erased_channel_is_not_stored_again_by_what_comes_late) {
  SqliteStore& store = static_cast<SqliteChannelEngine&>(*engine_).sqlite();
  Erasure erasure;
  erasure.what = Erasure::What::conversations;
  erasure.user = "ada";
  erasure.surface = record().surface;
  erasure.through = {2'000'000};
  const auto id =
      wait_for<ErasureStore::Id>([&](auto done) { store.request_erasure(erasure, std::move(done)); });
  ASSERT_TRUE(wait_for<ErasureReport>([&](auto done) { store.erase(*id, std::move(done)); }));
  ASSERT_TRUE(put(record(), {range(1, 2)}));
  EXPECT_FALSE(find()) << "as a journal that is read again brings it";
  ChannelRecord later = record();
  later.created = {2'000'001};
  ASSERT_TRUE(put(later, {range(1, 1, {2'000'001})}));
  EXPECT_TRUE(find()) << "made after the erasure";
  ASSERT_TRUE(put(record("bob"), {range(1, 2, {1'000'000}, "bob")}));
  EXPECT_TRUE(find("bob"));
  ASSERT_TRUE(
      wait_for<std::uint64_t>([&](auto done) { store.sweep_channels({2'000'001}, std::move(done)); }));
  ASSERT_TRUE(put(record(), {range(1, 2)})) << "the mark is swept with the events of its time";
}

}  // namespace
}  // namespace belay::storage
