#include "storage/sqlite/schema.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "storage/sqlite/database.hpp"
#include "storage/sqlite/sessions.hpp"

namespace belay::storage {
namespace {

class SchemaTest : public ::testing::Test {
 protected:
  std::unique_ptr<Database> database_ =
      std::move(Database::open(":memory:", Database::Mode::read_write, Milliseconds(0)).value());
};

constexpr const char* kSteps[] = {
    "CREATE TABLE people (name TEXT)",
    "INSERT INTO people VALUES ('made by step 2')",
    "ALTER TABLE people ADD COLUMN age INTEGER NOT NULL DEFAULT 7",
};

TEST_F(SchemaTest, an_empty_file_goes_through_all_steps) {
  ASSERT_TRUE(migrate(*database_));
  EXPECT_EQ(database_->number("PRAGMA user_version").value(), static_cast<std::int64_t>(migrations().size()));
  EXPECT_EQ(database_->number("SELECT count(*) FROM runs").value(), 0);
}

TEST_F(SchemaTest, an_older_file_goes_through_the_steps_that_it_lacks_and_keeps_its_rows) {
  ASSERT_TRUE(migrate(*database_, std::span(kSteps).first(1)));
  ASSERT_TRUE(database_->execute("INSERT INTO people VALUES ('from version 1')"));
  ASSERT_TRUE(migrate(*database_, kSteps));
  EXPECT_EQ(database_->number("PRAGMA user_version").value(), 3);
  EXPECT_EQ(database_->number("SELECT count(*) FROM people WHERE age = 7").value(), 2);
  EXPECT_EQ(database_->number("SELECT count(*) FROM people WHERE name = 'from version 1'").value(), 1);
}

// A message and its ledger row, as each version of the schema wrote them.
constexpr const char* kRowsOfVersion[] = {
    "INSERT INTO messages (conversation, run_id, run_time, turn, role, state, model, input_tokens, "
    "output_tokens, cached_tokens, reasoning_tokens, tokens_estimated, created, content) VALUES "
    "(1, 'r', 1, 1, 1, 'complete', '', 0, 0, 0, 0, 0, 1, CAST('hello' AS BLOB))",
    "INSERT INTO messages (conversation, run_id, run_time, turn, role, kind, state, model, input_tokens, "
    "output_tokens, cached_tokens, reasoning_tokens, tokens_estimated, tokens, cost, source, reaction, "
    "project, task, created, content) VALUES "
    "(1, 'r', 1, 1, 1, 1, 'complete', '', 0, 0, 0, 0, 0, 3, 0, 1, 0, 'p', 't', 1, CAST('hello' AS BLOB))",
};

TEST_F(SchemaTest, every_released_version_comes_up_to_date_and_keeps_its_messages) {
  for (std::size_t version = 1; version < migrations().size(); ++version) {
    auto database =
        std::move(Database::open(":memory:", Database::Mode::read_write, Milliseconds(0)).value());
    ASSERT_TRUE(migrate(*database, migrations().first(version)));
    ASSERT_TRUE(database->execute(
        "INSERT INTO conversations (user, surface, name, created, updated) VALUES ('ada', 'assistant', 'c', "
        "1, 1)"));
    ASSERT_TRUE(database->execute(kRowsOfVersion[std::min(version, std::size(kRowsOfVersion)) - 1]));
    ASSERT_TRUE(database->execute(
        "INSERT INTO ledger (run_id, user, surface, mode, created) VALUES ('r', 'ada', 'assistant', 'chat', "
        "1)"));
    ASSERT_TRUE(migrate(*database));
    EXPECT_EQ(
        database->number("SELECT count(*) FROM messages WHERE content = CAST('hello' AS BLOB) AND tokens = 3")
            .value(),
        1);
    EXPECT_EQ(database->number("SELECT cost FROM ledger").value(), 0);
    EXPECT_EQ(database->number("SELECT count(*) FROM sessions").value(), 0);
    // Version 6 made users of the ledger. From then on a settlement does.
    EXPECT_EQ(database->number("SELECT count(*) FROM users WHERE name = 'ada' AND last_seen = 1").value(),
              version < 6 ? 1 : 0);
    EXPECT_EQ(database
                  ->number("SELECT count(*) FROM labelled_messages WHERE user = 'ada' AND surface = "
                           "'assistant' AND message = 1 AND (label, name) IN (VALUES (1, 'p'), (2, 't'))")
                  .value(),
              version == 1 ? 0 : 2);
  }
}

// The tables before the runs of a session became rows.
constexpr std::size_t kBeforeSessionRuns = 7;

TEST_F(SchemaTest, C1_the_runs_of_older_sessions_keep_their_turns) {
  ASSERT_TRUE(migrate(*database_, migrations().first(kBeforeSessionRuns)));
  const auto run = [](char digit) {
    return "20261118T110640000Z-956eeb2f-2632-47bd-83f1-66b233e3ef2" + std::string(1, digit);
  };
  const auto session = [&](const char* name, const std::string& runs) {
    ASSERT_TRUE(database_->execute(
        fmt::format("INSERT INTO sessions (name, user, surface, conversation, model, persona, project, task, "
                    "created, expires, runs) VALUES ('{}', 'ada', 'chat', 'c', '', '', '', '', 1, 2, '{}')",
                    name, runs)
            .c_str()));
  };
  session("none", "");
  session("one", run('1'));
  session("three", run('2') + ' ' + run('3') + ' ' + run('4'));
  ASSERT_TRUE(migrate(*database_));
  EXPECT_TRUE(read_session(*database_, {"none", "ada", "chat"}).value()->runs.empty());
  EXPECT_EQ(read_session(*database_, {"one", "ada", "chat"}).value()->runs,
            std::vector{RunId::parse(run('1')).value()});
  const auto three = read_session(*database_, {"three", "ada", "chat"}).value()->runs;
  ASSERT_EQ(three.size(), 3u);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(three[i].text(), run(static_cast<char>('2' + i)));
}

// The tables before conversations became trees of turns.
constexpr std::size_t kBeforeTurns = 4;
// Two conversations of some turns each, as that version wrote them.
constexpr const char* kOldConversations =
    "INSERT INTO conversations (id, user, surface, name, created, updated) VALUES (1, 'ada', 'chat', 'c', 1, "
    "1), "
    "(2, 'ada', 'chat', 'd', 1, 1); "
    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 19999) "
    "INSERT INTO messages (conversation, run_id, run_time, turn, role, kind, state, model, input_tokens, "
    "output_tokens, cached_tokens, reasoning_tokens, tokens_estimated, tokens, cost, source, reaction, "
    "project, task, created, finish, content) SELECT i / 2 % 2 + 1, printf('run %06d', i / 2), i / 2, i / 2, "
    "i % 2 + 1, "
    "1, 'complete', '', 0, 0, 0, 0, 0, 3, 0, 1, 0, '', '', i, 1, CAST('hello' AS BLOB) FROM n";

TEST_F(SchemaTest, C13_the_messages_of_an_older_file_become_one_branch_in_their_order) {
  ASSERT_TRUE(migrate(*database_, migrations().first(kBeforeTurns)));
  ASSERT_TRUE(database_->execute(kOldConversations));
  ASSERT_TRUE(migrate(*database_));
  EXPECT_EQ(database_
                ->number("SELECT count(*) FROM turns WHERE shows_question = 1 AND shows_answer = 1 AND "
                         "question = run_id")
                .value(),
            10'000);
  // Each follows the one before it in the same conversation; the first has no parent.
  EXPECT_EQ(
      database_
          ->number(
              "SELECT count(*) FROM (SELECT parent, coalesce(lag(run_id) OVER (PARTITION BY conversation "
              "ORDER BY run_id), '') AS before FROM turns) WHERE parent = before")
          .value(),
      10'000);
  EXPECT_EQ(
      database_
          ->number("SELECT count(*) FROM conversations c WHERE tip = (SELECT max(run_id) FROM turns t WHERE "
                   "t.conversation = c.id)")
          .value(),
      2);
}

TEST_F(SchemaTest, X2_a_migration_that_is_killed_in_the_middle_is_done_by_the_next_start) {
  char directory[] = "/tmp/belay-schema-XXXXXX";
  ASSERT_NE(::mkdtemp(directory), nullptr);
  const std::filesystem::path home = directory;
  const auto open = [](const std::filesystem::path& file) {
    return std::move(Database::open(file, Database::Mode::read_write, Milliseconds(0)).value());
  };
  const auto touch = [](const std::filesystem::path& file) { std::ofstream(file).close(); };
  touch(home / "old.db");
  {
    const auto old = open(home / "old.db");
    ASSERT_TRUE(migrate(*old, migrations().first(kBeforeTurns)));
    ASSERT_TRUE(old->execute(kOldConversations));
  }
  for (int kill_after_us = 0; kill_after_us < 200'000; kill_after_us += 10'000) {
    const auto file = home / "new.db";
    std::filesystem::copy_file(home / "old.db", file);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) ::_exit(migrate(*open(file)) ? 0 : 1);
    ::usleep(static_cast<useconds_t>(kill_after_us));
    ::kill(child, SIGKILL);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    {
      const auto database = open(file);
      ASSERT_TRUE(migrate(*database));
      EXPECT_EQ(database->number("PRAGMA user_version").value(),
                static_cast<std::int64_t>(migrations().size()));
      EXPECT_EQ(database->number("SELECT count(*) FROM turns").value(), 10'000);
      EXPECT_EQ(database->number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'")
                    .value(),
                1);
    }
    for (const char* name : {"new.db", "new.db-journal", "new.db-wal", "new.db-shm"})
      std::filesystem::remove(home / name);
  }
  std::filesystem::remove_all(home);
}

TEST_F(SchemaTest, C6_the_cached_answers_of_an_older_file_count_in_their_total) {
  constexpr std::size_t kVersionBefore = 8;
  ASSERT_TRUE(migrate(*database_, migrations().first(kVersionBefore)));
  ASSERT_TRUE(database_->execute(
      "INSERT INTO cached_answers VALUES ('a', 1, 1, 0, 0, 0, 0, 0, 3, x'616263'), ('b', 1, "
      "1, 0, 0, 0, 0, 0, 4, x'64656667')"));
  ASSERT_TRUE(migrate(*database_, migrations()));
  EXPECT_EQ(database_->number("SELECT answer_bytes FROM totals").value(), 7);
}

TEST_F(SchemaTest, a_message_has_its_labels_as_long_as_it_is_there) {
  ASSERT_TRUE(migrate(*database_));
  ASSERT_TRUE(database_->execute(
      "INSERT INTO conversations (user, surface, name, created, updated) VALUES ('ada', 'chat', 'c', 1, 1)"));
  ASSERT_TRUE(database_->execute(kRowsOfVersion[1]));
  EXPECT_EQ(database_->number("SELECT count(*) FROM labelled_messages").value(), 2);
  ASSERT_TRUE(database_->execute("DELETE FROM messages"));
  EXPECT_EQ(database_->number("SELECT count(*) FROM labelled_messages").value(), 0);
}

TEST_F(SchemaTest, a_file_that_is_up_to_date_is_left_as_it_is) {
  ASSERT_TRUE(migrate(*database_, kSteps));
  ASSERT_TRUE(migrate(*database_, kSteps));
  EXPECT_EQ(database_->number("SELECT count(*) FROM people").value(), 1);
}

TEST_F(SchemaTest, a_step_that_fails_leaves_the_file_at_its_old_version) {
  ASSERT_TRUE(migrate(*database_, std::span(kSteps).first(1)));
  const char* const broken[] = {kSteps[0], kSteps[1], "CREATE TABLE people (name TEXT)"};
  EXPECT_TRUE(migrate(*database_, broken).has_error());
  EXPECT_FALSE(database_->in_transaction());
  EXPECT_EQ(database_->number("PRAGMA user_version").value(), 1);
  EXPECT_EQ(database_->number("SELECT count(*) FROM people").value(), 0);
  EXPECT_TRUE(migrate(*database_, kSteps));
}

TEST_F(SchemaTest, a_newer_file_is_refused_with_what_to_do) {
  ASSERT_TRUE(migrate(*database_, kSteps));
  const auto refused = migrate(*database_, std::span(kSteps).first(2));
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(refused.error().detail,
            "The database was written by a newer Belay (version 3 of its tables; this one knows 2). Start "
            "that version, or put "
            "back a backup from before the upgrade.");
}

TEST_F(SchemaTest, a_file_of_another_program_is_refused) {
  ASSERT_TRUE(database_->execute("PRAGMA application_id = 42"));
  const auto refused = migrate(*database_);
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(database_->number("SELECT count(*) FROM sqlite_schema").value(), 0);
}

}  // namespace
}  // namespace belay::storage
