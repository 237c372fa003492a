// SQLite stores in a directory of their own, for tests.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "core/ports/contracts/store_contract_fixture.hpp"
#include "storage/sqlite/store.hpp"

namespace belay::storage {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "belay-store-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = name;
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class SqliteEngine final : public StoreEngine {
 public:
  explicit SqliteEngine(SqliteConfig config = {}) : config_(config), directory_(root_.path() / "0") {
    std::filesystem::create_directory(directory_);
  }
  std::unique_ptr<Store> open() override { return open_sqlite(); }
  std::unique_ptr<Store> open_after_kill(std::unique_ptr<Store> killed) override {
    // Copies the files while the store is open, so without its clean end.
    const std::filesystem::path next = root_.path() / std::to_string(++kills_);
    std::filesystem::create_directory(next);
    for (const char* name : {"belay.db", "belay.db-wal"})
      std::filesystem::copy_file(directory_ / name, next / name);
    killed.reset();
    directory_ = next;
    return open();
  }

  std::unique_ptr<SqliteStore> open_sqlite() {
    auto store = SqliteStore::open(directory_, config_);
    if (store) return std::move(*store);
    ADD_FAILURE() << store.error().detail;
    return nullptr;
  }
  Error open_error() {
    auto store = SqliteStore::open(directory_, config_);
    EXPECT_TRUE(store.has_error());
    return store ? Error{} : store.error();
  }
  std::filesystem::path file() const { return directory_ / "belay.db"; }
  SqliteConfig& config() { return config_; }

 private:
  SqliteConfig config_;
  TemporaryDirectory root_;
  std::filesystem::path directory_;
  int kills_ = 0;
};

// A raw connection next to the store's own.
class RawDatabase {
 public:
  explicit RawDatabase(const std::filesystem::path& file) {
    if (sqlite3_open(file.c_str(), &db_) != SQLITE_OK) throw std::runtime_error("can not open the database");
  }
  ~RawDatabase() { sqlite3_close(db_); }
  void execute(const std::string& sql) {
    ASSERT_EQ(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db_);
  }
  std::int64_t number(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db_);
    EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW) << sqlite3_errmsg(db_);
    const auto value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
  }

 private:
  sqlite3* db_ = nullptr;
};

// Blocks the store's writer in a callback, so that all calls made in the meantime become one group.
class HeldWriter {
 public:
  explicit HeldWriter(Store& store) {
    auto released = release_.get_future().share();
    std::promise<void> reached;
    store.flush([&reached, released](Result<>) {
      reached.set_value();
      released.wait();
    });
    reached.get_future().wait();
  }
  ~HeldWriter() { release_.set_value(); }

 private:
  std::promise<void> release_;
};

class SqliteStoreFixture : public ::testing::Test {
 protected:
  // A run with a `started` event, one delta of `bytes`, and its end.
  SampleRun sample(std::size_t bytes, std::string conversation = {}) {
    clock_.advance(Milliseconds(10));
    SampleRun run;
    run.text = std::string(bytes, 'x');
    run.record.id = RunId::make(clock_, random_);
    SampleEvents events(run.record.id, clock_.wall(), 64);
    events.add(EventType::started, "").add(EventType::delta, run.text).add(EventType::completed, "");
    run.ranges = events.ranges();
    run.record.last = events.last();
    run.record.user = "ada";
    run.record.surface = "assistant";
    run.record.conversation = std::move(conversation);
    run.record.created = run.record.finished = clock_.wall();
    return run;
  }
  static Result<bool> settle(Store& store, const SampleRun& run) {
    return wait_for<bool>([&](auto done) { store.settle(run.record, run.ranges, {}, std::move(done)); });
  }
  static Result<> flush(Store& store) {
    return wait_for<void>([&](auto done) { store.flush(std::move(done)); });
  }

  ManualClock clock_;
  SeededRandom random_{7};
  SqliteEngine engine_;
};

}  // namespace belay::storage
