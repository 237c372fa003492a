#include "storage/backup/restore.hpp"

#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>

#include "storage/backup/testing/backup_fixture.hpp"

namespace belay::storage {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RestoreTest : public ::testing::Test {
 protected:
  TemporaryDirectory root{fast_directory()};
  ManualClock clock;
  const fs::path data = root.path() / "data";
  const fs::path backup = root.path() / "backup";
  const fs::path target = root.path() / "target";

  // A server with one run of each kind, and a backup of it.
  void SetUp() override {
    server.emplace(data);
    settled = server->start(0);
    server->add_deltas(settled, 4);
    server->end(settled);
    server->settle(settled);
    ended = server->start(1);
    server->end(ended);
    moved = server->start(1);
    server->add_deltas(moved, 5);
    server->move(moved);
    running = server->start(0);
    server->add_deltas(running, 3);
    server->flush();
    write_file(data / "ticket.key", std::string(32, 'k'));
    fs::create_directory(data / "tickets");
    write_file(data / "tickets" / "00000001.uses", std::string(32, 'u'));
    const auto made = make_backup({.data = data, .destination = backup, .belay = "1.2.3"}, clock);
    ASSERT_TRUE(made) << made.error().detail;
  }
  Error refused() {
    const auto restored = restore_backup(backup, target);
    EXPECT_FALSE(restored);
    return restored ? Error{} : restored.error();
  }
  static void replace_in(const fs::path& path, std::string_view from, std::string_view to) {
    std::string text = read_file(path);
    write_file(path, text.replace(text.find(from), from.size(), to));
  }

  std::optional<DataInUse> server;
  DataInUse::Run settled, ended, moved, running;
};

TEST_F(RestoreTest, X2_what_was_settled_ended_or_running_is_there) {
  server->add_deltas(running, 50);  // after the backup
  server->end(moved);
  server->settle(moved);
  const auto manifest = restore_backup(backup, target);
  ASSERT_TRUE(manifest) << manifest.error().detail;
  EXPECT_EQ(manifest->belay, "1.2.3");
  EXPECT_EQ(read_file(target / "ticket.key"), std::string(32, 'k'));
  EXPECT_EQ(read_file(target / "tickets" / "00000001.uses"), std::string(32, 'u'));
  EXPECT_FALSE(fs::exists(target / "belay-backup.json"));
  EXPECT_FALSE(fs::exists(target / "restore-unfinished"));

  const Found found = find_all(target, {settled.id, ended.id, moved.id, running.id});
  EXPECT_EQ(found.summary.torn_tails, 0u);
  EXPECT_THAT(found.settled, SizeIs(1));
  EXPECT_EQ(found.settled.at(settled.id).last, 6u);
  ASSERT_THAT(found.logs, SizeIs(3));
  EXPECT_TRUE(found.logs.at(ended.id).ended);
  EXPECT_EQ(found.logs.at(moved.id).text, "2 3 4 5 6 ");
  EXPECT_EQ(found.logs.at(running.id).text, "2 3 4 ");
  EXPECT_THAT(found.prompts, SizeIs(4));
}

TEST_F(RestoreTest, X1_running_answers_get_a_new_epoch_whatever_the_boot) {
  ASSERT_TRUE(restore_backup(backup, target));
  for (const BootId& boot : {kBoot, kOtherBoot, BootId{}}) {
    const Found found = find_all(target, {}, boot);
    EXPECT_TRUE(found.summary.tail_may_be_lost);
    EXPECT_TRUE(found.summary.machine_restarted) << "the store may have more than the journal";
    EXPECT_THAT(found.findings, SizeIs(1));
  }
  server.reset();
  EXPECT_FALSE(find_all(data, {}).summary.tail_may_be_lost) << "the data that was copied is not marked";
}

TEST_F(RestoreTest, X1_the_mark_of_the_backup_is_removed_after_its_segments) {
  ASSERT_TRUE(restore_backup(backup, target));
  FaultyFileSystem files;
  const auto journal = std::move(Journal::open({}, target, files, clock, kBoot).value());
  struct Nothing final : ReplayVisitor {
    void on_events(const LogAppend&) override {}
    void on_mark(const MarkAppend&) override {}
  } nothing;
  ASSERT_TRUE(journal->replay(nothing));
  const auto before = journal->stats().segments.load();
  EXPECT_GT(before, 0);
  files.remove_error = EIO;
  ASSERT_TRUE(journal->discard_replayed());
  journal->wait_for_removals();
  EXPECT_TRUE(fs::exists(target / "journal" / "restored")) << "a segment could not be removed";
  files.remove_error = 0;
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (fs::exists(target / "journal" / "restored") && std::chrono::steady_clock::now() < give_up)
    std::this_thread::yield();
  EXPECT_THAT(list_segments(target / "journal").value(), IsEmpty());
  journal->wait_for_removals();
  EXPECT_EQ(journal->stats().segments, 0);
  EXPECT_FALSE(fs::exists(target / "journal" / "restored"));
}

TEST_F(RestoreTest, X10_a_backup_without_a_journal_is_marked_too) {
  server.reset();
  fs::remove_all(data / "journal");
  fs::remove_all(backup);
  ASSERT_TRUE(make_backup({.data = data, .destination = backup}, clock));
  ASSERT_TRUE(restore_backup(backup, target));
  const Found found = find_all(target, {});
  EXPECT_TRUE(found.summary.tail_may_be_lost);
  EXPECT_EQ(found.logs.at(moved.id).text, "2 3 4 5 6 ");
}

TEST_F(RestoreTest, X10_a_directory_in_use_is_refused_and_unharmed) {
  const auto restored = restore_backup(backup, data);
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code, ErrorCode::conflict);
  EXPECT_THAT(restored.error().detail, HasSubstr("in use by process " + std::to_string(::getpid())));
  server->add_deltas(running, 1);
  server->end(running);
  server->settle(running);
  server.reset();
  EXPECT_THAT(find_all(data, {running.id}).settled, SizeIs(1));
}

TEST_F(RestoreTest, X10_a_directory_with_data_is_refused_and_unharmed) {
  server.reset();
  const std::string before = read_file(data / "belay.db");
  const auto restored = restore_backup(backup, data);
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code, ErrorCode::conflict);
  EXPECT_THAT(restored.error().detail, HasSubstr("is not empty, and a restore never overwrites data"));
  EXPECT_EQ(read_file(data / "belay.db"), before);

  fs::create_directory(target);
  write_file(target / "diary.txt", "mine");
  EXPECT_EQ(refused().code, ErrorCode::conflict);
  EXPECT_FALSE(fs::exists(target / "lock")) << "nothing is created in a directory that is refused";
}

TEST_F(RestoreTest, X10_an_empty_directory_with_an_old_lock_is_accepted) {
  { ASSERT_TRUE(DataDirectory::open(target)); }
  fs::create_directory(target / "lost+found");
  EXPECT_TRUE(restore_backup(backup, target));
}

TEST_F(RestoreTest, X10_damage_is_found_before_anything_is_written) {
  const fs::path segment = backup / "journal" / "00000001-loop-00-00000001.log";
  const std::string whole = read_file(segment);
  std::string changed = whole;
  changed[whole.size() / 2] ^= 1;
  write_file(segment, changed);
  EXPECT_THAT(refused().detail, HasSubstr(segment.string() + " has another checksum"));
  write_file(segment, whole.substr(1));
  EXPECT_THAT(refused().detail, HasSubstr("bytes instead of"));
  fs::remove(segment);
  EXPECT_THAT(refused().detail, HasSubstr(segment.string() + " is missing"));
  EXPECT_EQ(refused().code, ErrorCode::unprocessable);
  fs::create_symlink(data / "journal" / segment.filename(), segment);
  EXPECT_FALSE(restore_backup(backup, target)) << "links are not followed";
  EXPECT_FALSE(fs::exists(target));
  fs::remove(segment);
  write_file(segment, whole);
  EXPECT_TRUE(restore_backup(backup, target));
}

TEST_F(RestoreTest, X10_an_incomplete_or_newer_backup_is_refused_with_the_reason) {
  const fs::path manifest = backup / "belay-backup.json";
  const std::string whole = read_file(manifest);
  replace_in(manifest, "\"store_version\": ", "\"store_version\": 99");
  EXPECT_THAT(refused().detail, HasSubstr("Belay 1.2.3, which is newer"));
  write_file(manifest, whole.substr(0, whole.size() / 2));
  EXPECT_THAT(refused().detail, HasSubstr("manifest is damaged"));
  fs::remove(manifest);
  EXPECT_THAT(refused().detail, HasSubstr("is not a complete backup"));
  fs::remove_all(backup);
  EXPECT_THAT(refused().detail, HasSubstr("There is no directory " + backup.string()));
  EXPECT_FALSE(fs::exists(target));
}

TEST_F(RestoreTest, X10_after_an_interrupted_restore_servers_and_restores_say_what_to_do) {
  fs::create_directory(target);
  write_file(target / "restore-unfinished", "");
  write_file(target / "belay.db", "half");
  const std::string advice = "`find " + target.string() + " -mindepth 1 -delete`";
  const auto opened = DataDirectory::open(target);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().detail, HasSubstr(advice));
  EXPECT_THAT(refused().detail, HasSubstr(advice));
  EXPECT_EQ(read_file(target / "belay.db"), "half");
}

TEST_F(RestoreTest, X10_a_server_does_not_run_on_a_backup) {
  const auto inspected = DataDirectory::inspect(backup);
  ASSERT_FALSE(inspected);
  EXPECT_THAT(inspected.error().detail, HasSubstr("is a backup. Restore it into another directory"));
  EXPECT_FALSE(DataDirectory::open(backup));
  EXPECT_FALSE(fs::exists(backup / "lock"));
}

TEST_F(RestoreTest, X10_a_restore_that_fails_leaves_the_directory_empty) {
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit small{4096, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Error error = refused();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  EXPECT_EQ(error.code, ErrorCode::storage_full);
  EXPECT_THAT(error.detail, HasSubstr((target / "belay.db").string() + " cannot be written"));
  EXPECT_TRUE(fs::exists(target / "lock"));
  fs::remove(target / "lock");
  EXPECT_TRUE(fs::is_empty(target));
  EXPECT_TRUE(restore_backup(backup, target));
}

TEST_F(RestoreTest, X10_root_restores_for_the_owner_of_the_directory) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can change owners";
  fs::create_directory(target);
  ASSERT_EQ(::chown(target.c_str(), 12345, 12345), 0);
  ASSERT_TRUE(restore_backup(backup, target));
  for (const auto& entry : fs::recursive_directory_iterator(target)) {
    struct stat about {};
    ASSERT_EQ(::lstat(entry.path().c_str(), &about), 0);
    EXPECT_EQ(about.st_uid, 12345u) << entry.path();
    EXPECT_EQ(about.st_mode & 0777, entry.is_directory() ? 0700u : 0600u) << entry.path();
  }
}

}  // namespace
}  // namespace belay::storage
