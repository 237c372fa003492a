// Somebody with the disk and without the key learns nothing of an upload but its size and its time (requirement S6): the real
// store's files are searched for the words of the file, of its name, and of what is computed from it.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "prompts/token_estimate.hpp"
#include "services/uploads/testing/uploads_fixture.hpp"
#include "storage/storage.hpp"
#include "uploads/model_text.hpp"

namespace belay::app {
namespace {

namespace fs = std::filesystem;

class UploadsAtRest : public services::testing::UploadsFixture, public ::testing::Test {
 protected:
  UploadsAtRest() {
    std::string name = (fs::temp_directory_path() / "belay-at-rest-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    data_ = name;
    storage::StorageConfig config;
    config.data_directory = data_;
    config.estimate = prompts::message_tokens;
    storage_ = std::move(storage::Storage::open_embedded(config, clock).value());
    uploads.reset();
    real_store = &storage_->uploads();
    start_uploads();
  }
  ~UploadsAtRest() override {
    uploads.reset();
    storage_.reset();
    fs::remove_all(data_);
  }

  // The first of these texts that a file of the data directory holds, in any letter case; empty: none.
  std::string found_on_disk(const std::vector<std::string>& texts) const {
    const auto lower = [](std::string text) {
      for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      return text;
    };
    std::size_t bytes = 0;
    for (const auto& entry : fs::recursive_directory_iterator(data_)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string content = lower({std::istreambuf_iterator<char>(file), {}});
      bytes += content.size();
      for (const std::string& text : texts)
        if (content.find(lower(text)) != std::string::npos)
          return text + " in " + entry.path().filename().string();
    }
    EXPECT_GT(bytes, 100'000u) << "the files were read";
    return {};
  }

  std::uint64_t files_of(const std::string& user) {
    return wait(belay::call<&UploadStore::upload_usage>(loop(), deadline(), storage_->uploads(), user))
        ->files;
  }

  fs::path data_;
  std::unique_ptr<storage::Storage> storage_;
};

TEST_F(UploadsAtRest, S6_the_files_show_nothing_of_an_upload) {
  std::string log = "Grade,Wand,Zettel,Date,Result\n";
  for (int i = 0; i < 3'000; ++i)
    log += "V13,Kletterhalle Quitzdorf,xylophonisch,2026-03-1" + std::to_string(i % 10) + ",sent\n";
  const std::string name = "Zwetschgenlog der Quastenflosser.csv";
  const auto stored = upload(name, log);
  ASSERT_TRUE(stored) << stored.error().detail;
  const std::vector<std::string> secrets{"Zwetschgenlog", "Quastenflosser", ".csv", "Quitzdorf",
                                         "xylophon",      "Zettel",         "V13",  "V-scale",
                                         "3000",          "2026-03"};
  EXPECT_EQ(found_on_disk(secrets), "") << "while the store is open, with its write-ahead log";
  // What is computed from it is there, encrypted.
  const auto read = get(stored->id);
  ASSERT_TRUE(read);
  const std::string text = belay::uploads::model_text(read->upload, 4_KiB);
  EXPECT_NE(text.find("V13"), std::string::npos);
  EXPECT_NE(text.find("Quitzdorf"), std::string::npos);
  EXPECT_EQ(content_of(stored->id).value(), log);
  EXPECT_EQ(found_on_disk({stored->id}), stored->id + " in belay.db-wal")
      << "the search does find what is in clear";

  // With another key, the same rows are other bytes, and still show nothing.
  uploads->replace_keys(services::testing::sealing_keys({"k2", "k1"}));
  ASSERT_TRUE(wait(uploads->rotation().start(loop(), deadline())));
  wait_until([&] { return !wait(uploads->rotation().status(loop(), deadline()))->running; });
  EXPECT_EQ(content_of(stored->id).value(), log);
  EXPECT_EQ(found_on_disk(secrets), "");

  uploads.reset();
  storage_.reset();
  EXPECT_EQ(found_on_disk(secrets), "") << "after a clean end";
}

TEST_F(UploadsAtRest, S5_a_refused_file_leaves_nothing_on_the_disk) {
  std::string log = "Wand,Zettel\n";
  for (int i = 0; i < 3'000; ++i) log += "Kletterhalle Quitzdorf,xylophonisch\n";
  EXPECT_FALSE(upload("Zwetschgenlog.csv", log));
  EXPECT_EQ(files_of("ada"), 0u);
  ASSERT_TRUE(upload("b.txt", "V5\n" + std::string(200'000, '\n')));
  EXPECT_EQ(files_of("ada"), 1u);
}

}  // namespace
}  // namespace belay::app
