#include "storage/sqlite/store.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <sys/stat.h>
#include <thread>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "core/ports/contracts/store_contract.hpp"
#include "core/ports/contracts/store_contract_answers.hpp"
#include "core/ports/contracts/store_contract_branches.hpp"
#include "core/ports/contracts/store_contract_contexts.hpp"
#include "core/ports/contracts/store_contract_goals.hpp"
#include "core/ports/contracts/store_contract_operators.hpp"
#include "core/ports/contracts/store_contract_surfaces.hpp"
#include "core/ports/contracts/upload_store_contract.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {
namespace {

namespace fs = std::filesystem;

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (fs::temp_directory_path() / "belay-store-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = name;
  }
  ~TemporaryDirectory() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

class SqliteEngine final : public StoreEngine {
 public:
  explicit SqliteEngine(SqliteConfig config = {}) : config_(config), directory_(root_.path() / "0") {
    fs::create_directory(directory_);
  }
  std::unique_ptr<Store> open() override { return open_sqlite(); }
  std::unique_ptr<Store> open_after_kill(std::unique_ptr<Store> killed) override {
    // Copies the files while the store is open, so without its clean end.
    const fs::path next = root_.path() / std::to_string(++kills_);
    fs::create_directory(next);
    for (const char* name : {"belay.db", "belay.db-wal"}) fs::copy_file(directory_ / name, next / name);
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
  fs::path file() const { return directory_ / "belay.db"; }
  SqliteConfig& config() { return config_; }

 private:
  SqliteConfig config_;
  TemporaryDirectory root_;
  fs::path directory_;
  int kills_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, SurfaceStoreContract, ::testing::Values(StoreEngineFactory([] {
                           return std::make_unique<SqliteEngine>();
                         })),
                         [](const auto&) { return "with_its_defaults"; });
INSTANTIATE_TEST_SUITE_P(Sqlite, AnswerCacheContract, ::testing::Values(StoreEngineFactory([] {
                           return std::make_unique<SqliteEngine>();
                         })),
                         [](const auto&) { return "with_its_defaults"; });
INSTANTIATE_TEST_SUITE_P(Sqlite, PermanentAnswerCacheContract, ::testing::Values(StoreEngineFactory([] {
                           return std::make_unique<SqliteEngine>();
                         })),
                         [](const auto&) { return "with_its_defaults"; });
INSTANTIATE_TEST_SUITE_P(Sqlite, BranchContract, ::testing::Values(StoreEngineFactory([] {
                           return std::make_unique<SqliteEngine>();
                         })),
                         [](const auto&) { return "with_its_defaults"; });
INSTANTIATE_TEST_SUITE_P(Sqlite, PermanentSurfaceStoreContract, ::testing::Values(StoreEngineFactory([] {
                           return std::make_unique<SqliteEngine>();
                         })),
                         [](const auto&) { return "with_its_defaults"; });
INSTANTIATE_TEST_SUITE_P(Sqlite, OperatorStoreContract, ::testing::Values(StoreEngineFactory([] {
                           return std::make_unique<SqliteEngine>();
                         })),
                         [](const auto&) { return "with_its_defaults"; });
INSTANTIATE_TEST_SUITE_P(Sqlite, PermanentOperatorStoreContract, ::testing::Values(StoreEngineFactory([] {
                           return std::make_unique<SqliteEngine>();
                         })),
                         [](const auto&) { return "with_its_defaults"; });
INSTANTIATE_TEST_SUITE_P(Sqlite, UploadStoreContract, ::testing::Values(StoreEngineFactory([] {
                           return std::make_unique<SqliteEngine>();
                         })),
                         [](const auto&) { return "with_its_defaults"; });
INSTANTIATE_TEST_SUITE_P(Sqlite, PermanentUploadStoreContract, ::testing::Values(StoreEngineFactory([] {
                           return std::make_unique<SqliteEngine>();
                         })),
                         [](const auto&) { return "with_its_defaults"; });
INSTANTIATE_TEST_SUITE_P(Sqlite, ContextStoreContract, ::testing::Values(StoreEngineFactory([] {
                           return std::make_unique<SqliteEngine>();
                         })),
                         [](const auto&) { return "with_its_defaults"; });
INSTANTIATE_TEST_SUITE_P(Sqlite, PermanentContextStoreContract, ::testing::Values(StoreEngineFactory([] {
                           return std::make_unique<SqliteEngine>();
                         })),
                         [](const auto&) { return "with_its_defaults"; });
INSTANTIATE_TEST_SUITE_P(Sqlite, GoalStoreContract, ::testing::Values(StoreEngineFactory([] {
                           return std::make_unique<SqliteEngine>();
                         })),
                         [](const auto&) { return "with_its_defaults"; });
INSTANTIATE_TEST_SUITE_P(Sqlite, PermanentGoalStoreContract, ::testing::Values(StoreEngineFactory([] {
                           return std::make_unique<SqliteEngine>();
                         })),
                         [](const auto&) { return "with_its_defaults"; });
INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract, ::testing::Values(StoreEngineFactory([] {
                           return std::make_unique<SqliteEngine>();
                         })),
                         [](const auto&) { return "with_its_defaults"; });

// Every bound is as small as possible: each operation is a group, each answer is written in pieces, each
// sweep has many steps.
INSTANTIATE_TEST_SUITE_P(SqliteSmall, StoreContract, ::testing::Values(StoreEngineFactory([] {
                           SqliteConfig config;
                           config.synchronous = SqliteConfig::Synchronous::full;
                           config.group_limit = 1;
                           config.whole_answer = 2_B;
                           config.cache = 256_KiB;
                           config.checkpoint_after = 64_KiB;
                           config.sweep_rows = 2;
                           config.sweep_bytes = 1_B;
                           return std::make_unique<SqliteEngine>(config);
                         })),
                         [](const auto&) { return "with_the_smallest_bounds"; });

// A raw connection next to the store's own.
class RawDatabase {
 public:
  explicit RawDatabase(const fs::path& file) {
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

class SqliteStoreTest : public ::testing::Test {
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

TEST_F(SqliteStoreTest, the_file_is_its_owners_alone_also_when_it_was_not) {
  const auto mode = [](const fs::path& file) {
    struct stat status {};
    EXPECT_EQ(::stat(file.c_str(), &status), 0) << file;
    return status.st_mode & 0777;
  };
  const auto wal = [&] { return fs::path(engine_.file().string() + "-wal"); };
  {
    const auto store = engine_.open();
    ASSERT_TRUE(settle(*store, sample(10)).value());
    EXPECT_EQ(mode(engine_.file()), 0600u);
    EXPECT_EQ(mode(wal()), 0600u);
  }
  ASSERT_EQ(::chmod(engine_.file().c_str(), 0644), 0);
  const auto store = engine_.open();
  EXPECT_EQ(mode(engine_.file()), 0600u);
}

TEST_F(SqliteStoreTest, a_missing_directory_is_a_clear_error) {
  const auto store = SqliteStore::open(engine_.file().parent_path() / "missing", {});
  ASSERT_TRUE(store.has_error());
  EXPECT_NE(store.error().detail.find("missing/belay.db"), std::string::npos);
  EXPECT_NE(store.error().detail.find("No such file"), std::string::npos);
}

TEST_F(SqliteStoreTest, a_file_of_a_newer_belay_is_refused_and_left_alone) {
  engine_.open().reset();
  RawDatabase(engine_.file()).execute("PRAGMA user_version = 99");
  const Error error = engine_.open_error();
  EXPECT_EQ(error.code, ErrorCode::conflict);
  EXPECT_NE(error.detail.find("newer Belay (version 99"), std::string::npos) << error.detail;
  EXPECT_EQ(RawDatabase(engine_.file()).number("PRAGMA user_version"), 99);
}

TEST_F(SqliteStoreTest, a_file_that_is_no_database_is_a_clear_error) {
  std::FILE* file = std::fopen(engine_.file().c_str(), "w");
  ASSERT_NE(file, nullptr);
  for (int i = 0; i < 1000; ++i) std::fputs("not a database ", file);
  std::fclose(file);
  EXPECT_NE(engine_.open_error().detail.find("broken"), std::string::npos);
}

TEST_F(SqliteStoreTest, a_clean_end_folds_the_write_ahead_log_back_into_the_file) {
  {
    const auto store = engine_.open();
    ASSERT_TRUE(settle(*store, sample(100'000)).value());
  }
  EXPECT_FALSE(fs::exists(engine_.file().string() + "-wal"));
  EXPECT_EQ(RawDatabase(engine_.file()).number("SELECT count(*) FROM runs"), 1);
}

TEST_F(SqliteStoreTest, reading_does_not_pin_the_write_ahead_log) {
  engine_.config().checkpoint_after = 64_KiB;
  const auto store = engine_.open();
  for (int i = 0; i < 200; ++i) {
    const SampleRun run = sample(20'000);
    ASSERT_TRUE(settle(*store, run).value());
    // Reads only a part: the rest of the run stays unread.
    const auto ranges = wait_for<std::vector<ArchivedRange>>(
        [&](auto done) { store->read_events(run.record.id, 1, 1, std::move(done)); });
    ASSERT_EQ(ranges.value().size(), 1u);
  }
  EXPECT_LT(fs::file_size(engine_.file().string() + "-wal"), 1u << 20);
}

TEST_F(SqliteStoreTest, what_waits_is_bounded_and_what_is_beyond_is_refused_at_once) {
  engine_.config().queue_limit = 8;
  const auto store = engine_.open_sqlite();
  int stored = 0, refused = 0;
  std::promise<void> all_stored;
  {
    const HeldWriter held(*store);
    for (int i = 0; i < 12; ++i)
      store->store_prompt({{"ada", "assistant", "talk"}, sample(1).record.id, "text", clock_.wall()},
                          [&](Result<> result) {
                            if (result) {
                              if (++stored == 8) all_stored.set_value();
                            } else {
                              EXPECT_EQ(result.error().code, ErrorCode::unavailable);
                              ++refused;
                            }
                          });
    EXPECT_EQ(refused, 4);
    EXPECT_EQ(stored, 0);
    EXPECT_EQ(store->stats().queue_depth, 8u);
  }
  all_stored.get_future().wait();
  EXPECT_EQ(store->stats().refused, 4u);
  EXPECT_EQ(store->stats().queue_depth, 0u);
}

TEST_F(SqliteStoreTest, bytes_that_wait_are_bounded_but_one_operation_is_always_taken) {
  engine_.config().queue_bytes = 1_MiB;
  const auto store = engine_.open_sqlite();
  std::vector<bool> settled;
  std::promise<void> stored;
  const SampleRun large = sample(3 << 20), other = sample(1);
  {
    const HeldWriter held(*store);
    store->settle(large.record, large.ranges, {}, [&](Result<bool> result) {
      settled.push_back(result.has_value());
      stored.set_value();
    });
    EXPECT_TRUE(settled.empty());
    store->settle(other.record, other.ranges, {},
                  [&](Result<bool> result) { settled.push_back(result.has_value()); });
    EXPECT_EQ(settled, std::vector<bool>{false});
  }
  stored.get_future().wait();
  EXPECT_EQ(settled, (std::vector<bool>{false, true}));
}

TEST_F(SqliteStoreTest, what_gathers_while_the_writer_is_busy_is_one_transaction) {
  const auto store = engine_.open_sqlite();
  std::uint64_t before = 0;
  {
    const HeldWriter held(*store);
    before = store->stats().groups;
    for (int i = 0; i < 50; ++i) {
      const SampleRun run = sample(10);
      store->settle(run.record, run.ranges, {}, [](Result<bool> result) { EXPECT_TRUE(result.value()); });
    }
  }
  ASSERT_TRUE(flush(*store));
  EXPECT_EQ(store->stats().groups, before + 1);
  EXPECT_EQ(store->stats().settlements, 50u);
  EXPECT_EQ(store->stats().broken_groups, 0u);
}

TEST_F(SqliteStoreTest, X10_a_full_disk_fails_what_does_not_fit_and_that_alone) {
  engine_.config().max_file_size = 1_MiB;
  const auto store = engine_.open_sqlite();
  const SampleRun before = sample(1'000), large = sample(4 << 20), after = sample(1'000);
  std::vector<std::string> results;
  {
    const HeldWriter held(*store);
    for (const SampleRun* run : {&before, &large, &after})
      store->settle(run->record, run->ranges, {}, [&](Result<bool> result) {
        results.push_back(result ? "settled" : std::string(to_string(result.error().code)));
      });
  }
  ASSERT_TRUE(flush(*store));
  EXPECT_EQ(results, (std::vector<std::string>{"settled", "storage_full", "settled"}));
  EXPECT_EQ(store->stats().broken_groups, 1u);
  EXPECT_EQ(store->stats().failures, 1u);
  EXPECT_EQ(store->stats().settlements, 2u);
  EXPECT_FALSE(settle(*store, before).value());
  EXPECT_FALSE(settle(*store, after).value());
}

TEST_F(SqliteStoreTest, X10_what_failed_on_a_full_disk_succeeds_once_there_is_room) {
  engine_.config().max_file_size = 1_MiB;
  auto store = engine_.open();
  std::vector<SampleRun> runs;
  Result<bool> last = true;
  while (last) {
    runs.push_back(sample(50'000, "talk"));
    last = settle(*store, runs.back());
    ASSERT_LT(runs.size(), 100u);
  }
  EXPECT_EQ(last.error().code, ErrorCode::storage_full);
  EXPECT_FALSE(last.error().detail.empty());
  EXPECT_TRUE(settle(*store, runs.back()).has_error());

  // Retention frees space while the store runs …
  Retention retention;
  retention.max_event_bytes = 0;
  const auto swept =
      wait_for<std::uint64_t>([&](auto done) { store->sweep(clock_.wall(), retention, std::move(done)); });
  EXPECT_EQ(swept.value(), runs.size() - 1);
  EXPECT_TRUE(settle(*store, runs.back()).value());
  // … or a larger disk provides it.
  while (settle(*store, sample(50'000))) continue;
  store.reset();
  engine_.config().max_file_size = 0_B;
  store = engine_.open();
  EXPECT_TRUE(settle(*store, sample(2 << 20, "talk")).value());
  EXPECT_EQ(RawDatabase(engine_.file())
                .number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
            0);
}

TEST_F(SqliteStoreTest, another_process_that_holds_the_database_makes_it_unavailable_and_no_worse) {
  engine_.config().busy_timeout = Milliseconds(1);
  const auto store = engine_.open();
  const SampleRun run = sample(10);
  {
    RawDatabase other(engine_.file());
    other.execute("BEGIN IMMEDIATE");
    const auto refused = settle(*store, run);
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    const auto found = wait_for<std::optional<RunRecord>>(
        [&](auto done) { store->find_run(run.record.id, std::move(done)); });
    EXPECT_FALSE(found.value().has_value());  // reading still works
  }
  EXPECT_TRUE(settle(*store, run).value());
}

TEST_F(SqliteStoreTest, X10_requests_that_wait_for_a_store_that_is_stuck_are_told_and_have_no_effect) {
  engine_.config().max_stall = Milliseconds(100);
  const auto store = engine_.open_sqlite();
  const SampleRun run = sample(10);
  const auto wait_while_busy = [&] {
    while (store->condition().busy < Milliseconds(100)) std::this_thread::yield();
  };
  std::vector<std::string> sent;
  std::promise<bool> settled;
  Session session;
  session.id = "session";
  session.user = "ada";
  session.surface = "chat";
  {
    const HeldWriter held(*store);
    store->give_up_stalled();
    store->page({"ada", "assistant", "talk", {}, {}}, {}, {1}, [&](Result<MessagePage> result) {
      sent.push_back("history " + std::string(result ? "read" : to_string(result.error().code)));
    });
    store->create_session(session, [&](Result<> result) {
      sent.push_back("session " + std::string(result ? "made" : to_string(result.error().code)));
    });
    store->settle(run.record, run.ranges, {},
                  [&](Result<bool> result) { settled.set_value(result.has_value() && *result); });
    EXPECT_TRUE(sent.empty());
    wait_while_busy();
    store->give_up_stalled();
    std::sort(sent.begin(), sent.end());
    EXPECT_EQ(sent, (std::vector<std::string>{"history unavailable", "session unavailable"}));
    EXPECT_EQ(store->stats().given_up, 2u);
    // The separate reader is not stuck.
    EXPECT_TRUE(wait_for<std::vector<ArchivedRange>>(
        [&](auto done) { store->read_events(run.record.id, 1, 1, std::move(done)); }));
  }
  EXPECT_TRUE(settled.get_future().get()) << "what is no request waits";
  EXPECT_EQ(sent.size(), 2u) << "each is told once";
  const auto found = wait_for<std::optional<Session>>([&](auto done) {
    store->find_session({"session", "ada", "chat"}, std::move(done));
  });
  EXPECT_FALSE(found.value()) << "what was refused does not happen";
  EXPECT_LT(store->condition().busy, Milliseconds(100));
}

TEST_F(SqliteStoreTest, X10_it_knows_whether_writing_fails_and_a_probe_tells_when_it_works_again) {
  engine_.config().busy_timeout = Milliseconds(1);
  const auto store = engine_.open_sqlite();
  EXPECT_FALSE(store->condition().failing);
  {
    RawDatabase other(engine_.file());
    other.execute("BEGIN IMMEDIATE");
    ASSERT_TRUE(settle(*store, sample(10)).has_error());
    ASSERT_TRUE(store->condition().failing);
    EXPECT_EQ(store->condition().failing->code, ErrorCode::unavailable);
    store->probe();
    ASSERT_TRUE(flush(*store));
    EXPECT_TRUE(store->condition().failing);
  }
  store->probe();
  ASSERT_TRUE(flush(*store));
  EXPECT_FALSE(store->condition().failing);
}

TEST_F(SqliteStoreTest, X10_what_fails_by_itself_says_nothing_of_the_disk_and_a_full_one_does) {
  engine_.config().max_file_size = 1_MiB;
  const auto store = engine_.open_sqlite();
  SampleRun gap = sample(10);
  gap.record.last += 7;
  ASSERT_EQ(settle(*store, gap).error().code, ErrorCode::conflict);
  EXPECT_FALSE(store->condition().failing);
  ASSERT_EQ(settle(*store, sample(4 << 20)).error().code, ErrorCode::storage_full);
  ASSERT_TRUE(store->condition().failing);
  EXPECT_EQ(store->condition().failing->code, ErrorCode::storage_full);
  ASSERT_TRUE(settle(*store, sample(10)).value());
  EXPECT_FALSE(store->condition().failing);
}

TEST_F(SqliteStoreTest, X2_a_sync_ends_when_what_was_written_before_it_is_committed) {
  const auto store = engine_.open_sqlite();
  std::vector<std::string> order;
  std::promise<void> synced;
  const SampleRun run = sample(10);
  {
    const HeldWriter held(*store);
    store->settle(run.record, run.ranges, {}, [&](Result<bool>) { order.push_back("settled"); });
    for (int i = 0; i < 3; ++i)
      store->sync([&, i](Result<> result) {
        EXPECT_TRUE(result);
        order.push_back("synced");
        if (i == 2) synced.set_value();
      });
  }
  synced.get_future().wait();
  EXPECT_EQ(order, (std::vector<std::string>{"settled", "synced", "synced", "synced"}));
  EXPECT_EQ(store->stats().syncs, 1u) << "one for all that gathered";
}

TEST_F(SqliteStoreTest, A5_a_large_answer_is_stored_without_holding_it_in_memory) {
  constexpr std::size_t kAnswer = 16 << 20, kRange = 64 << 10;
  const auto store = engine_.open();
  SampleRun run = sample(0, "talk");
  SampleEvents events(run.record.id, clock_.wall(), kRange / 1024);
  events.add(EventType::started, "");
  for (std::size_t written = 0; written < kAnswer; written += 1024)
    events.add(EventType::delta, std::string(1024, 'x'));
  events.add(EventType::completed, "");
  run.record.last = events.last();
  for (const ArchivedRange& range : events.ranges())
    ASSERT_TRUE(wait_for<void>([&](auto done) { store->put_events({range}, std::move(done)); }));
  run.ranges.clear();

  const std::int64_t before = sqlite3_memory_used();
  sqlite3_memory_highwater(1);
  ASSERT_TRUE(settle(*store, run).value());
  EXPECT_LT(sqlite3_memory_highwater(0) - before, 6 << 20);

  RawDatabase raw(engine_.file());
  EXPECT_EQ(raw.number("SELECT length(content) FROM messages"), static_cast<std::int64_t>(kAnswer));
  EXPECT_EQ(raw.number("SELECT replace(CAST(content AS TEXT), 'x', '') = '' FROM messages"), 1);
}

TEST_F(SqliteStoreTest, C6_the_total_of_answer_bytes_follows_what_is_cached_and_sweeps_in_steps) {
  engine_.config().sweep_rows = 4;
  const auto store = engine_.open();
  AnswerCache& cache = engine_.answers(*store);
  const auto put = [&](const std::string& key, std::size_t bytes, int lives) {
    CachedAnswer answer;
    answer.text = std::string(bytes, 'x');
    answer.expires = clock_.wall() + Milliseconds(lives);
    ASSERT_TRUE(wait_for<void>([&](auto done) { cache.put_answer(key, answer, std::move(done)); }));
  };
  const auto sweep = [&](std::uint64_t max) {
    return wait_for<std::uint64_t>(
               [&](auto done) { cache.sweep_answers(clock_.wall(), {max}, std::move(done)); })
        .value();
  };
  for (int i = 0; i < 30; ++i) put(std::to_string(i), 10, 1'000 + i);
  put("3", 110, 1'003);
  RawDatabase raw(engine_.file());
  const char* const total = "SELECT answer_bytes FROM totals";
  EXPECT_EQ(raw.number(total), 400);
  EXPECT_EQ(sweep(400), 0u);
  EXPECT_EQ(sweep(395), 1u);
  EXPECT_EQ(raw.number(total), 390);
  clock_.advance(Milliseconds(1'002));
  EXPECT_EQ(sweep(10'000), 2u) << "they have expired";
  EXPECT_EQ(raw.number(total), 370);
  EXPECT_EQ(sweep(100), 17u) << "in several steps, and no more than must go";
  EXPECT_EQ(raw.number(total), 100);
  EXPECT_EQ(raw.number("SELECT min(CAST(key AS INTEGER)) FROM cached_answers"), 20);
  EXPECT_EQ(sweep(0), 10u);
  EXPECT_EQ(raw.number(total), 0);
}

TEST_F(SqliteStoreTest, the_total_of_event_bytes_follows_settlements_and_sweeps) {
  const auto store = engine_.open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(settle(*store, sample(1'000)).value());
  const char* const difference =
      "SELECT (SELECT event_bytes FROM totals) - (SELECT coalesce(sum(length(bytes)), 0) FROM run_events)";
  RawDatabase raw(engine_.file());
  EXPECT_EQ(raw.number(difference), 0);
  EXPECT_GT(raw.number("SELECT event_bytes FROM totals"), 5'000);
  Retention retention;
  retention.max_event_bytes = 2'500;
  const auto swept =
      wait_for<std::uint64_t>([&](auto done) { store->sweep(clock_.wall(), retention, std::move(done)); });
  EXPECT_EQ(swept.value(), 3u);
  EXPECT_EQ(raw.number(difference), 0);
}

// Messages that do not fit into the prompt, and messages of other pages, are made unreadable: reading one of
// them would fail.
TEST_F(SqliteStoreTest, of_a_hundred_thousand_messages_a_prompt_and_a_page_read_what_they_use) {
  engine_.open().reset();
  const RunId newest = sample(1).record.id;
  {
    const auto raw =
        std::move(Database::open(engine_.file(), Database::Mode::read_write, Milliseconds(0)).value());
    ASSERT_TRUE(raw->execute("BEGIN"));
    ASSERT_TRUE(
        raw->execute("INSERT INTO conversations (user, surface, name, created, updated) VALUES ('ada', "
                     "'chat', 'long', 1, 1)"));
    // 100 tokens each; 200 bytes of content.
    ASSERT_TRUE(raw->execute(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999) "
        "INSERT INTO messages (conversation, run_id, run_time, turn, role, kind, state, model, input_tokens, "
        "output_tokens, cached_tokens, reasoning_tokens, tokens_estimated, tokens, cost, source, reaction, "
        "project, task, created, content) SELECT 1, 'unreadable ' || (i / 2), i / 2, i / 2, i % 2 + 1, 1, "
        "'complete', '', 0, 0, 0, 0, 0, 100, 0, 1, 0, '', '', i, zeroblob(200) FROM n"));
    // The newest 400 are readable: a prompt of 32,000 tokens takes 320 of them.
    Query readable(
        *raw, "UPDATE messages SET run_id = substr(?, 1, 48) || printf('%08x', turn) WHERE turn >= 49800");
    ASSERT_TRUE(readable.run(newest).execute());
    ASSERT_TRUE(raw->execute(
        "INSERT INTO turns (run_id, conversation, parent, question, share_key, shows_question, shows_answer) "
        "SELECT run_id, 1, run_id, run_id, '', 1, 1 FROM messages WHERE role = 1 ORDER BY id"));
    ASSERT_TRUE(raw->execute("COMMIT"));
  }
  const auto store = engine_.open_sqlite();
  const auto timed = [&](const char* name, auto call) {
    const auto begun = std::chrono::steady_clock::now();
    call();
    const auto spent = std::chrono::steady_clock::now() - begun;
    RecordProperty(name,
                   static_cast<int>(std::chrono::duration_cast<std::chrono::microseconds>(spent).count()));
  };
  for (const char* name : {"prompt_cold_us", "prompt_us"})
    timed(name, [&] {
      const auto found = wait_for<PromptHistory>([&](auto done) {
        store->newest_for_prompt({"ada", "chat", "long"}, {}, {{32'000}, {}, 100'000}, std::move(done));
      });
      ASSERT_TRUE(found) << found.error().detail;
      EXPECT_EQ(found->older.size(), 320u);
    });
  for (const char* name : {"page_cold_us", "page_us"})
    timed(name, [&] {
      const auto page = wait_for<MessagePage>([&](auto done) {
        store->page({"ada", "chat", "long", {}, {}}, {}, {100}, std::move(done));
      });
      ASSERT_TRUE(page) << page.error().detail;
      EXPECT_EQ(page->messages.size(), 100u);
      EXPECT_TRUE(page->older);
    });
  EXPECT_TRUE(wait_for<MessagePage>([&](auto done) {
                store->page({"ada", "chat", "long", {}, {}}, {}, {500}, std::move(done));
              }).has_error());  // proves that the unreadable messages do make a read fail
}

TEST_F(SqliteStoreTest, the_ledger_is_kept_for_its_own_time) {
  const auto store = engine_.open();
  const SampleRun run = sample(1);
  ASSERT_TRUE(settle(*store, run).value());
  const auto rows_after = [&](Milliseconds age) {
    const auto swept = wait_for<std::uint64_t>(
        [&](auto done) { store->sweep(run.record.created + age, Retention{}, std::move(done)); });
    EXPECT_TRUE(swept);
    return wait_for<std::vector<LedgerRow>>(
               [&](auto done) { dynamic_cast<SqliteStore&>(*store).ledger_since({0}, std::move(done)); })
        .value()
        .size();
  };
  EXPECT_EQ(rows_after(engine_.config().ledger_kept), 1u);
  EXPECT_EQ(rows_after(engine_.config().ledger_kept + Milliseconds(1)), 0u);
}

TEST_F(SqliteStoreTest, a_call_out_of_a_callback_during_the_end_is_refused_and_not_lost) {
  // These outlive the store: a call that was accepted is answered later, on one of the store's threads.
  std::promise<ErrorCode> refused;
  std::atomic<bool> over{false};
  std::promise<void> ending;
  auto store = engine_.open();
  Store& still_there = *store;
  store->flush([&](Result<>) {
    ending.get_future().wait();
    // Until the queue is closed, calls are accepted; after that, they are refused, here on this thread.
    while (!over)
      still_there.find_run(RunId{}, [&](Result<std::optional<RunRecord>> result) {
        if (!result && !over.exchange(true)) refused.set_value(result.error().code);
      });
  });
  ending.set_value();
  store.reset();
  EXPECT_EQ(refused.get_future().get(), ErrorCode::unavailable);
}

}  // namespace
}  // namespace belay::storage
