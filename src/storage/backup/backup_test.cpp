#include "storage/backup/backup.hpp"

#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <sqlite3.h>

#include "storage/backup/staging.hpp"
#include "storage/backup/testing/backup_fixture.hpp"
#include "storage/sqlite/schema.hpp"

namespace belay::storage {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class BackupTest : public ::testing::Test {
 protected:
  TemporaryDirectory root{fast_directory()};
  ManualClock clock;
  const fs::path data = root.path() / "data";
  const fs::path backup = root.path() / "backup";

  Result<Backup> back_up(const fs::path& destination) {
    return make_backup({.data = data, .destination = destination, .belay = "1.2.3"}, clock);
  }
  Error refused(const fs::path& destination) {
    const auto made = back_up(destination);
    EXPECT_FALSE(made);
    return made ? Error{} : made.error();
  }
  std::vector<std::string> names_in(const fs::path& directory) {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(directory))
      names.push_back(fs::relative(entry.path(), directory));
    std::sort(names.begin(), names.end());
    return names;
  }
  static mode_t mode_of(const fs::path& path) {
    struct stat about {};
    EXPECT_EQ(::lstat(path.c_str(), &about), 0) << path;
    return about.st_mode & 07777;
  }
};

TEST_F(BackupTest, X10_copies_store_journal_and_tickets_while_they_are_in_use) {
  DataInUse server(data);
  write_file(data / "ticket.key", std::string(32, 'k'));
  fs::create_directory(data / "tickets");
  write_file(data / "tickets" / "00000001.uses", std::string(32, 'u'));
  write_file(data / "journal" / "00000001-loop-00-00000009.log.damaged", "x");
  write_file(data / "unknown", "x");
  auto run = server.start();
  server.add_deltas(run, 3);
  const auto made = back_up(backup);
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(made->path, backup);
  EXPECT_EQ(made->manifest.belay, "1.2.3");
  EXPECT_EQ(made->manifest.created, iso8601(clock.wall()));
  EXPECT_EQ(made->manifest.store_version, static_cast<std::int64_t>(migrations().size()));
  EXPECT_THAT(made->notes, IsEmpty());
  EXPECT_THAT(names_in(backup),
              ElementsAre("belay-backup.json", "belay.db", "journal", "journal/00000001-loop-00-00000001.log",
                          "ticket.key", "tickets", "tickets/00000001.uses"));
  EXPECT_TRUE(check_backup(backup));
  EXPECT_EQ(read_file(backup / "ticket.key"), std::string(32, 'k'));
  EXPECT_FALSE(fs::exists(backup.string() + ".incomplete"));
  server.add_deltas(run, 1);  // the server continues
}

TEST_F(BackupTest, X10_only_the_owner_can_read_it) {
  DataInUse server(data);
  const auto run = server.start();
  ASSERT_TRUE(back_up(backup));
  EXPECT_EQ(mode_of(backup), 0700u);
  for (const auto& entry : fs::recursive_directory_iterator(backup))
    EXPECT_EQ(mode_of(entry.path()), entry.is_directory() ? 0700u : 0600u) << entry.path();
}

TEST_F(BackupTest, X10_the_store_is_one_complete_file) {
  DataInUse server(data);
  auto run = server.start();
  server.end(run);
  server.settle(run);
  ASSERT_TRUE(back_up(backup));
  EXPECT_EQ(read_file(backup / "belay.db").substr(18, 2), "\1\1") << "not one with a write-ahead log";
  const auto database = Database::open(backup / "belay.db", Database::Mode::read_only, Milliseconds(0));
  ASSERT_TRUE(database);
  EXPECT_EQ((*database)->number("SELECT count(*) FROM runs").value(), 1);
  EXPECT_FALSE(fs::exists(backup / "belay.db-wal"));
}

TEST_F(BackupTest, X10_works_when_the_server_is_stopped_or_was_killed) {
  {
    DataInUse server(data);
    auto run = server.start();
    server.end(run);
    server.settle(run);
  }
  ASSERT_TRUE(back_up(backup));
  {
    DataInUse server(data);
    const auto run = server.start();
    server.flush();
    fs::create_directory(root.path() / "killed");
    for (const char* name : {"belay.db", "belay.db-wal", "journal"})
      fs::copy(data / name, root.path() / "killed" / name, fs::copy_options::recursive);
  }
  const auto made =
      make_backup({.data = root.path() / "killed", .destination = root.path() / "second"}, clock);
  ASSERT_TRUE(made) << made.error().detail;
  ASSERT_TRUE(restore_backup(root.path() / "second", root.path() / "restored"));
  const Found found = find_all(root.path() / "restored", {});
  EXPECT_THAT(found.prompts, SizeIs(2));
  EXPECT_THAT(found.logs, SizeIs(1));
}

TEST_F(BackupTest, X10_is_never_written_over_anything) {
  DataInUse server(data);
  fs::create_directory(backup);
  ASSERT_TRUE(back_up(backup)) << "an empty directory is replaced";
  const std::string manifest = read_file(backup / "belay-backup.json");
  EXPECT_EQ(refused(backup).code, ErrorCode::conflict);
  EXPECT_THAT(refused(backup).detail, HasSubstr(backup.string() + " exists and is not an empty directory"));
  EXPECT_EQ(read_file(backup / "belay-backup.json"), manifest);
  write_file(root.path() / "file", "x");
  EXPECT_EQ(refused(root.path() / "file").code, ErrorCode::conflict);
  EXPECT_EQ(refused(data).code, ErrorCode::conflict) << "the data directory itself";
  EXPECT_THAT(refused(root.path() / "missing" / "b").detail, HasSubstr("Create it, or mount the disk"));
}

TEST_F(BackupTest, X10_what_cannot_be_backed_up_is_said) {
  EXPECT_EQ(refused(backup).code, ErrorCode::not_found);
  EXPECT_THAT(refused(backup).detail, HasSubstr("There is no database in " + data.string()));
  {
    DataInUse server(data);
    ASSERT_TRUE(back_up(backup));
  }
  write_file(data / "restore-unfinished", "");
  EXPECT_THAT(refused(root.path() / "b2").detail, HasSubstr("has not finished"));
  const auto of_backup = make_backup({.data = backup, .destination = root.path() / "b3"}, clock);
  ASSERT_FALSE(of_backup);
  EXPECT_THAT(of_backup.error().detail, HasSubstr("is a backup"));
}

TEST_F(BackupTest, X10_data_of_a_newer_version_is_refused_and_nothing_is_left) {
  { DataInUse server(data); }
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open((data / "belay.db").c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, "PRAGMA user_version = 1000", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  EXPECT_THAT(refused(backup).detail, HasSubstr("written by a newer Belay"));
  EXPECT_FALSE(fs::exists(backup));
  EXPECT_FALSE(fs::exists(backup.string() + ".incomplete"));
}

TEST_F(BackupTest, X10_a_damaged_database_is_found_by_the_backup) {
  {
    DataInUse server(data);
    for (int i = 0; i < 50; ++i) {
      auto run = server.start();
      server.add_deltas(run, 100);
      server.end(run);
      server.settle(run);
    }
  }
  std::string bytes = read_file(data / "belay.db");
  // The beginning has the schema. Without it the database cannot even be opened.
  for (std::size_t at = bytes.size() / 2 / 4096 * 4096; at < bytes.size(); at += 4096)
    bytes.replace(at, 16, 16, '\x55');
  write_file(data / "belay.db", bytes);
  // Where SQLite itself meets the damage depends on the page.
  EXPECT_THAT(
      refused(backup).detail,
      ::testing::AnyOf(HasSubstr((data / "belay.db").string() + " is damaged"), HasSubstr("malformed")));
  EXPECT_FALSE(fs::exists(backup));
  EXPECT_FALSE(fs::exists(backup.string() + ".incomplete"));
}

TEST_F(BackupTest, X10_a_full_disk_is_said_and_nothing_is_left) {
  std::signal(SIGXFSZ, SIG_IGN);
  DataInUse server(data);
  const auto run = server.start();
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit small{4096, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Error error = refused(backup);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  EXPECT_FALSE(error.detail.empty());
  EXPECT_FALSE(fs::exists(backup));
  EXPECT_FALSE(fs::exists(backup.string() + ".incomplete"));
}

TEST_F(BackupTest, X2_a_batch_that_is_being_written_is_left_out) {
  DataInUse server(data);
  auto run = server.start();
  server.add_deltas(run, 3);
  const fs::path segment = data / "journal" / "00000001-loop-00-00000001.log";
  const std::string whole = read_file(segment);
  std::ofstream(segment, std::ios::binary | std::ios::app) << whole.substr(64, 20);
  const auto made = back_up(backup);
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_THAT(made->notes, IsEmpty());
  EXPECT_EQ(read_file(backup / "journal" / segment.filename()), whole);
}

TEST_F(BackupTest, X10_a_damaged_segment_is_copied_and_named) {
  DataInUse server(data);
  auto run = server.start();
  server.add_deltas(run, 3);
  server.add_deltas(run, 3);
  const fs::path segment = data / "journal" / "00000001-loop-00-00000001.log";
  std::string bytes = read_file(segment);
  bytes[100] ^= 1;
  write_file(segment, bytes);
  const auto made = back_up(backup);
  ASSERT_TRUE(made) << made.error().detail;
  ASSERT_THAT(made->notes, SizeIs(1));
  EXPECT_THAT(made->notes[0], HasSubstr(segment.string() + " is damaged at byte 64"));
  EXPECT_EQ(read_file(backup / "journal" / segment.filename()), bytes);
}

TEST_F(BackupTest, X10_what_an_interrupted_backup_left_is_replaced) {
  DataInUse server(data);
  const fs::path left = backup.string() + ".incomplete";
  fs::create_directories(left / "journal");
  write_file(left / "belay.db", "half");
  write_file(left / "journal" / "00000001-loop-00-00000001.log", "half");
  ASSERT_TRUE(back_up(backup));
  EXPECT_TRUE(check_backup(backup));
  EXPECT_FALSE(fs::exists(left));
}

TEST_F(BackupTest, X10_a_directory_that_no_backup_left_is_not_removed) {
  DataInUse server(data);
  const fs::path other = backup.string() + ".incomplete";
  fs::create_directory(other);
  write_file(other / "diary.txt", "mine");
  EXPECT_THAT(refused(backup).detail, HasSubstr("contains diary.txt"));
  EXPECT_EQ(read_file(other / "diary.txt"), "mine");
}

TEST_F(BackupTest, X10_two_backups_with_one_name_do_not_mix) {
  DataInUse server(data);
  {
    const auto first = Staging::open(backup);
    ASSERT_TRUE(first);
    write_file(first->path() / "belay.db", "first");
    EXPECT_THAT(refused(backup).detail, HasSubstr("Another backup is being written to " + backup.string()));
    EXPECT_EQ(read_file(first->path() / "belay.db"), "first");
  }
  EXPECT_TRUE(back_up(backup));
}

}  // namespace
}  // namespace belay::storage
