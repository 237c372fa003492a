// What only the SQLite store can show of uploads. The rest is in core/ports/contracts/upload_store_contract.hpp.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "core/ports/contracts/store_contract_fixture.hpp"
#include "storage/sqlite/store.hpp"

namespace belay::storage {
namespace {

namespace fs = std::filesystem;

class UploadsTest : public ::testing::Test {
 protected:
  UploadsTest() {
    std::string name = (fs::temp_directory_path() / "belay-uploads-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    directory_ = name;
  }
  ~UploadsTest() override {
    store_.reset();
    fs::remove_all(directory_);
  }
  void open(const SqliteConfig& config = {}) {
    store_.reset();
    store_ = std::move(SqliteStore::open(directory_, config).value());
  }
  Result<> put(const std::string& id, const std::string& word, std::size_t pieces) {
    std::string piece;
    while (piece.size() < 60'000) piece += word;
    StoredUpload upload{"ada", id, {1}, {}, "k", word + " label", word + " derived"};
    return wait_for<void>([&](auto done) {
      store_->put_upload(std::move(upload), std::vector<std::string>(pieces, piece), {100, 100_MiB},
                         std::move(done));
    });
  }
  bool remove(const std::string& id) {
    return wait_for<bool>([&](auto done) { store_->remove_upload("ada", id, std::move(done)); }).value();
  }
  // In any file of the directory.
  bool is_on_disk(const std::string& word) const {
    for (const auto& entry : fs::directory_iterator(directory_)) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(file)), {});
      if (bytes.find(word) != std::string::npos) return true;
    }
    return false;
  }

  fs::path directory_;
  std::unique_ptr<SqliteStore> store_;
};

TEST_F(UploadsTest, S6_a_removed_upload_leaves_no_bytes_in_the_files) {
  open();
  ASSERT_TRUE(put("a", "Mandala", 20));
  ASSERT_TRUE(put("b", "Monolith", 3));
  EXPECT_TRUE(is_on_disk("Mandala"));
  EXPECT_TRUE(remove("a"));
  EXPECT_FALSE(is_on_disk("Mandala"));
  EXPECT_TRUE(is_on_disk("Monolith"));
  store_.reset();
  EXPECT_FALSE(is_on_disk("Mandala"));
}

TEST_F(UploadsTest, S6_after_a_rotation_the_files_hold_nothing_that_the_old_key_has_encrypted) {
  open();
  ASSERT_TRUE(put("a", "Mandala", 5));
  UploadWithContent sealed{{"ada", "a", {}, {}, "k2", "Monolith", "Monolith"}, {"Monolith"}};
  EXPECT_TRUE(
      wait_for<bool>([&](auto done) { store_->reseal_upload(sealed, "k", std::move(done)); }).value());
  EXPECT_TRUE(wait_for<void>([&](auto done) { store_->set_upload_rotation(std::nullopt, std::move(done)); }));
  EXPECT_FALSE(is_on_disk("Mandala"));
  EXPECT_TRUE(is_on_disk("Monolith"));
}

TEST_F(UploadsTest, S6_an_upload_that_does_not_fit_the_disk_leaves_nothing) {
  SqliteConfig config;
  config.max_file_size = 1_MiB;
  open(config);
  const auto stored = put("a", "Mandala", 100);
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().code, ErrorCode::storage_full);
  EXPECT_EQ(wait_for<UploadUsage>([&](auto done) { store_->upload_usage("ada", std::move(done)); }).value(),
            UploadUsage{});
  open(config);
  EXPECT_FALSE(is_on_disk("Mandala"));
  EXPECT_TRUE(put("a", "Monolith", 2));
}

}  // namespace
}  // namespace belay::storage
