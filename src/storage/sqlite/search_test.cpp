// What is specific to the search index in SQLite (requirement C16): blocks, what is older than the index, what is left
// in the files of what was removed (C11).
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/ports/contracts/store_contract_search.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/store.hpp"

namespace belay::storage {
namespace {

namespace fs = std::filesystem;

class SearchEngine final : public StoreEngine {
 public:
  SearchEngine() {
    std::string name = (fs::temp_directory_path() / "belay-search-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    directory_ = name;
    config.whole_answer = 64_B;  // longer answers are written in pieces
  }
  ~SearchEngine() override { fs::remove_all(directory_); }
  std::unique_ptr<Store> open() override { return std::move(SqliteStore::open(directory_, config).value()); }
  std::unique_ptr<Store> open_after_kill(std::unique_ptr<Store>) override { return nullptr; }

  const fs::path& directory() const { return directory_; }
  // Of a connection beside the store's.
  std::int64_t number(const std::string& sql) {
    auto database = Database::open(directory_ / "belay.db", Database::Mode::read_only, Milliseconds(5'000));
    return (*database)->number(sql.c_str()).value();
  }
  // The files that hold these bytes.
  std::vector<std::string> files_with(const std::string& bytes) {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(directory_)) {
      std::ifstream in(entry.path(), std::ios::binary);
      std::ostringstream all;
      all << in.rdbuf();
      if (all.str().find(bytes) != std::string::npos) found.push_back(entry.path().filename());
    }
    return found;
  }
  SqliteConfig config;

 private:
  fs::path directory_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, SearchContract, ::testing::Values(StoreEngineFactory([] {
                           return std::make_unique<SearchEngine>();
                         })),
                         [](const auto&) { return "with_its_defaults"; });

class SearchIndex : public SearchContract {
 protected:
  SearchEngine& engine() { return static_cast<SearchEngine&>(*engine_); }
  std::int64_t rows(const std::string& table) { return engine().number("SELECT count(*) FROM " + table); }
  bool is_intact() { return rows("pragma_integrity_check WHERE integrity_check <> 'ok'") == 0; }
  // Messages of many conversations, each with a word of its own, and enough of them for blocks.
  void say_many(int count, const std::string& user = "ada") {
    for (int i = 0; i < count; ++i)
      say("c" + std::to_string(i % 10), fmt::format("common zebra{} word{}", i, i % 7), user);
  }
  void wait_until_indexed() {
    do wait_for<void>([&](auto done) { store_->flush(std::move(done)); });
    while (rows("search_progress WHERE message < last_message OR conversation < last_conversation") > 0);
  }
};

INSTANTIATE_TEST_SUITE_P(Sqlite, SearchIndex, ::testing::Values(StoreEngineFactory([] {
                           return std::make_unique<SearchEngine>();
                         })),
                         [](const auto&) { return "with_its_defaults"; });

TEST_P(SearchIndex, C16_what_is_in_blocks_is_found_like_what_is_new) {
  say_many(300);
  EXPECT_GE(rows("search_blocks"), 2);
  EXPECT_GE(rows("search_documents WHERE block = 0"), 1);
  for (const int i : {0, 77, 150, 299}) {
    const auto hits = search_for(fmt::format("zebra{} common", i));
    ASSERT_EQ(hits.size(), 1u) << i;
    EXPECT_EQ(hits[0].conversation.id, "c" + std::to_string(i % 10));
    EXPECT_EQ(marked(hits[0]), fmt::format("[common] [zebra{}] word{}", i, i % 7));
  }
  EXPECT_EQ(found("word3 zebra3").size(), 3u) << "3, 31 and 38: a beginning, in all blocks";
  EXPECT_EQ(found("common").size(), 10u);
  EXPECT_EQ(found("zebra1 zebra2"), Texts());
}

TEST_P(SearchIndex, C16_of_a_long_answer_in_pieces_the_beginning_is_indexed) {
  SampleRun run = sample({"first pie", "ces, and then ", std::string(200, '.'), " spl", "it at the end",
                          std::string(search::kMaxTextBytes, ' '), "beyond"},
                         "c1");
  run.record.user = "ada";
  run.record.surface = "chat";
  ASSERT_TRUE(settle(run));
  EXPECT_EQ(found("pieces split"), Texts{"c1"});
  EXPECT_EQ(found("beyond"), Texts());
}

TEST_P(SearchIndex, C16_C11_a_removed_user_leaves_nothing_in_the_index_and_no_word_in_the_files) {
  say_many(300);
  for (int i = 0; i < 150; ++i) say("his", fmt::format("quagga{} common", i), "bob");
  erase(Erasure::What::conversation, {"ada", "chat", "c7"});
  for (const int i : {37, 77, 297}) EXPECT_TRUE(engine().files_with(fmt::format("zebra{}", i)).empty()) << i;
  EXPECT_EQ(found("zebra77"), Texts());
  EXPECT_EQ(found("zebra78"), Texts{"c8"});
  EXPECT_TRUE(is_intact());
  EXPECT_FALSE(engine().files_with("zebra").empty());
  erase(Erasure::What::user, {"ada", {}, {}});
  EXPECT_TRUE(engine().files_with("zebra").empty());
  EXPECT_EQ(rows("search_collections WHERE user = 'ada'"), 0);
  EXPECT_EQ(found("quagga77", "bob"), Texts{"his"});
  erase(Erasure::What::user, {"bob", {}, {}});
  EXPECT_TRUE(engine().files_with("quagga").empty());
  for (const char* table : {"search_documents", "search_blocks", "search_terms", "search_collections"})
    EXPECT_EQ(rows(table), 0) << table;
  EXPECT_TRUE(is_intact());
}

TEST_P(SearchIndex, C16_messages_from_before_the_index_are_indexed_after_the_start_and_a_stop_continues) {
  say_many(200);
  say("cmd", "/secret command", "ada", MessageKind::command);
  store_.reset();
  {
    auto database = std::move(
        Database::open(engine().directory() / "belay.db", Database::Mode::read_write, Milliseconds(5'000))
            .value());
    ASSERT_TRUE(database->execute(
        "DELETE FROM search_terms; DELETE FROM search_blocks; DELETE FROM search_documents; "
        "DELETE FROM search_collections; UPDATE search_progress SET message = 0, conversation = 0, "
        "last_message = (SELECT max(id) FROM messages), "
        "last_conversation = (SELECT max(id) FROM conversations)"));
  }
  // Stopped after a few steps, again and again.
  for (int i = 0; i < 3; ++i) {
    store_ = engine().open();
    store_.reset();
  }
  store_ = engine().open();
  say("new", "zebra77 is new");
  wait_until_indexed();
  EXPECT_EQ(found("zebra77").size(), 2u);
  EXPECT_EQ(found("common").size(), 10u);
  EXPECT_EQ(found("secret"), Texts());
  EXPECT_EQ(search_for("title").size(), 12u);
}

TEST_P(SearchIndex, C16_many_words_and_long_words_are_bounded) {
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += "w" + std::to_string(i) + " ";
  text += std::string(1'000, 'x');
  say("c1", text);
  EXPECT_EQ(found("w19999"), Texts{"c1"});
  EXPECT_EQ(found("w29999"), Texts()) << "beyond the first terms";
  say("c2", std::string(1'000, 'y'));
  EXPECT_EQ(found(std::string(150, 'y')), Texts{"c2"});
}

}  // namespace
}  // namespace belay::storage
