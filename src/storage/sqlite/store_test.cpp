#include "storage/sqlite/store.hpp"

#include <atomic>
#include <filesystem>
#include <future>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "storage/sqlite/database.hpp"
#include "storage/sqlite/testing/sqlite_engine.hpp"

namespace belay::storage {
namespace {

namespace fs = std::filesystem;

class SqliteStoreTest : public SqliteStoreFixture {};

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
