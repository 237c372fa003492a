// Backups while another thread writes: runs start, continue, move to the store, end and are
// settled, in segments so small that several are created and removed during each backup.
//
// What recovery finds in a restored backup must contain everything that was committed before the backup began,
// and the store must not know more than the journal explains.
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "storage/backup/testing/backup_fixture.hpp"

namespace belay::storage {
namespace {

namespace fs = std::filesystem;

constexpr int kBackups = 50;
constexpr int kWritesPerBackup = 300;

struct Committed {
  Offset last = 0;
  bool ended = false;
  bool settled = false;
};
using AllCommitted = std::map<RunId, Committed>;

// Writes on a thread of its own, as much as it is allowed to.
class Load {
 public:
  explicit Load(const fs::path& path) : thread_([this, path] { write(path); }) {}
  ~Load() { stop(); }
  void stop() {
    change([this] { stopping_ = true; });
    if (thread_.joinable()) thread_.join();
  }
  void allow(int writes) {
    change([&] { allowed_ = writes; });
  }
  AllCommitted committed() {
    const std::lock_guard lock(mutex_);
    return committed_;
  }
  void wait_for_writes() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return allowed_ == 0; });
  }

 private:
  void change(const std::function<void()>& how) {
    {
      const std::lock_guard lock(mutex_);
      how();
    }
    changed_.notify_all();
  }
  // Returns false when it is time to stop.
  bool wait_until_allowed() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return allowed_ > 0 || stopping_; });
    return !stopping_;
  }
  void write(const fs::path& path) {
    DataInUse server(path, 2_KiB);
    std::vector<DataInUse::Run> runs;
    std::uint64_t dice = 1;
    while (wait_until_allowed()) {
      dice = dice * 6364136223846793005u + 1442695040888963407u;
      write_once(server, runs, dice >> 33);
      change([this] { --allowed_; });
    }
  }
  void write_once(DataInUse& server, std::vector<DataInUse::Run>& runs, std::uint64_t luck) {
    if (runs.size() < 8) {
      runs.push_back(server.start(luck % 2));
      return note(runs.back(), false);
    }
    DataInUse::Run& run = runs[luck % runs.size()];
    switch ((luck >> 8) % 16) {
      case 0:
        return server.move(run);
      case 1:
        server.end(run);
        note(run, false);
        server.settle(run);
        note(run, true);
        std::swap(run, runs.back());
        return runs.pop_back();
      default:
        server.add_deltas(run, 1 + luck % 20);
        return note(run, false);
    }
  }
  void note(const DataInUse::Run& run, bool settled) {
    const std::lock_guard lock(mutex_);
    committed_[run.id] = {run.last, run.ended, settled};
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int allowed_ = kWritesPerBackup;
  bool stopping_ = false;
  AllCommitted committed_;
  std::thread thread_;
};

std::string deltas_until(Offset last) {
  std::string text;
  for (Offset offset = 2; offset <= last; ++offset) text += text_at(offset);
  return text;
}

// Returns how many runs were not settled.
std::size_t compare(const AllCommitted& before, const Found& found) {
  for (const auto& [run, committed] : before) {
    const auto settled = found.settled.find(run);
    if (settled != found.settled.end()) {
      EXPECT_GE(settled->second.last, committed.last) << run.text();
      continue;
    }
    EXPECT_FALSE(committed.settled) << run.text() << " was settled";
    const auto log = found.logs.find(run);
    if (log == found.logs.end()) {
      ADD_FAILURE() << run.text() << " is missing";
      continue;
    }
    EXPECT_GE(log->second.last, committed.last) << run.text();
    EXPECT_TRUE(log->second.ended || !committed.ended) << run.text();
  }
  for (const auto& [run, log] : found.logs) {
    EXPECT_FALSE(log.broken) << run.text() << " has a gap after " << log.last;
    EXPECT_TRUE(log.ended || log.text == deltas_until(log.last)) << run.text() << ' ' << log.last;
  }
  for (const RunId& run : found.prompts)
    EXPECT_TRUE(found.settled.contains(run) || found.logs.contains(run))
        << run.text() << " has a prompt only";
  return found.logs.size();
}

TEST(BackupUnderWrites, X2_everything_committed_before_the_backup_is_in_it_and_nothing_is_torn) {
  const TemporaryDirectory root(fast_directory());
  std::size_t unsettled = 0;
  std::size_t segments = 0;
  Load load(root.path() / "data");
  load.wait_for_writes();
  for (int i = 0; i < kBackups; ++i) {
    SCOPED_TRACE(fmt::format("backup {}", i));
    const fs::path backup = root.path() / fmt::format("backup-{}", i), target = root.path() / "target";
    const AllCommitted before = load.committed();
    load.allow(kWritesPerBackup);
    const auto made = make_backup({.data = root.path() / "data", .destination = backup}, SystemClock());
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_TRUE(made->notes.empty()) << made->notes[0];
    segments += made->manifest.files.size() - 1;
    load.wait_for_writes();
    std::vector<RunId> runs;  // also those that were started during the backup
    for (const auto& [run, committed] : load.committed()) runs.push_back(run);
    const auto restored = restore_backup(backup, target);
    ASSERT_TRUE(restored) << restored.error().detail;
    const Found found = find_all(target, runs);
    EXPECT_EQ(found.summary.torn_tails, 0u);
    unsettled += compare(before, found);
    fs::remove_all(backup);
    fs::remove_all(target);
    if (::testing::Test::HasFailure()) return;
  }
  load.stop();
  EXPECT_GT(unsettled, std::size_t{kBackups}) << "the backups contained running answers";
  EXPECT_GT(segments, std::size_t{kBackups}) << "and several segments each";
}

}  // namespace
}  // namespace belay::storage
