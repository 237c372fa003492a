#include "storage/sqlite/clean_pages.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {
namespace {

namespace fs = std::filesystem;

class CleanPages : public ::testing::Test {
 protected:
  CleanPages() {
    std::string name = (fs::temp_directory_path() / "belay-pages-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    directory_ = name;
    std::ofstream(directory_ / "test.db").flush();
    database_ = std::move(
        Database::open(directory_ / "test.db", Database::Mode::read_write, Milliseconds(0)).value());
    execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA secure_delete = ON;"
        "CREATE TABLE words (word TEXT PRIMARY KEY, more BLOB) WITHOUT ROWID");
  }
  ~CleanPages() override {
    database_.reset();
    fs::remove_all(directory_);
  }

  void execute(const char* sql) {
    const auto done = database_->execute(sql);
    ASSERT_TRUE(done) << done.error().detail;
  }
  void insert(const std::string& word) {
    const std::string more(random_.below(12), 'x');
    ASSERT_TRUE(
        Query(*database_, "INSERT OR IGNORE INTO words VALUES (?, ?)").text(word).blob(more).execute());
  }
  std::string letters() {
    std::string out;
    for (std::uint64_t i = random_.below(8) + 2; i > 0; --i)
      out.push_back(static_cast<char>('a' + random_.below(26)));
    return out;
  }
  std::string file() {
    EXPECT_TRUE(database_->empty_log());
    std::ifstream in(directory_ / "test.db", std::ios::binary);
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
  }

  SeededRandom random_{20261130};
  fs::path directory_;
  std::unique_ptr<Database> database_;
};

// Rows come in no order. So pages are split and rows are moved, and what is deleted later was in other places before.
TEST_F(CleanPages, C11_what_is_deleted_leaves_no_copies_in_the_unused_space_of_pages) {
  int next = 0;
  for (int i = 0; i < 200; ++i) {
    execute("BEGIN");
    for (int row = 0; row < 100; ++row) insert(letters());
    for (int row = 0; row < 20; ++row) insert(fmt::format("{}SECRET{}", letters(), next++));
    execute("COMMIT");
  }
  EXPECT_NE(file().find("SECRET"), std::string::npos);
  execute("DELETE FROM words WHERE word LIKE '%SECRET%'");
  EXPECT_EQ(file().find("SECRET"), std::string::npos);
  EXPECT_EQ(
      database_->number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'").value(),
      0);
  EXPECT_GT(database_->number("SELECT count(*) FROM words").value(), 10'000);
}

TEST_F(CleanPages, C11_only_the_unused_space_of_a_page_of_rows_is_zeroed) {
  std::vector<unsigned char> page(512, 0xAB);
  const auto cleaned = [&](unsigned long number) {
    auto copy = page;
    clean_page(copy.data(), 512, number);
    return copy;
  };
  EXPECT_EQ(cleaned(2), page) << "an overflow page";
  page[0] = 13;  // a leaf with two rows, whose contents begin at 500
  page[3] = 0, page[4] = 2;
  page[5] = 500 >> 8, page[6] = 500 & 0xFF;
  auto expected = page;
  std::fill(expected.begin() + 8 + 4, expected.begin() + 500, 0);
  EXPECT_EQ(cleaned(2), expected);
  page[6] = 0xFF, page[5] = 0xFF;  // broken
  EXPECT_EQ(cleaned(2), page);
}

}  // namespace
}  // namespace belay::storage
