// What the tests of backups share: a data directory that is in use, and what recovery finds in a directory.
#pragma once

#include <map>
#include <set>
#include <string>

#include "core/ports/contracts/store_contract_fixture.hpp"
#include "core/run/recovery.hpp"
#include "core/types/payloads.hpp"
#include "storage/backup/backup.hpp"
#include "storage/backup/restore.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/journal/journal_testing.hpp"
#include "storage/sqlite/store.hpp"

namespace belay::storage {

// The text of the event at this offset. Each offset has a text of its own.
inline std::string text_at(Offset offset) {
  return std::to_string(offset) + ' ';
}

// The store, the journal and the lock of one process, as Storage opens them, without an engine. Runs are
// written as the engine does it: the journal first, then the store, then trim(). One thread.
class DataInUse {
 public:
  explicit DataInUse(const std::filesystem::path& path, ByteCount segment_size = 64_MiB)
      : directory_(DataDirectory::open(path).value()), path_(directory_.path()) {
    store_ = std::move(SqliteStore::open(path_, {}).value());
    JournalConfig config;
    config.segment_size = segment_size;
    config.loops = loops_.size();
    journal_ = std::move(Journal::open(config, path_, files_, clock_, kBoot).value());
    for (Loop& loop : loops_) writers_.push_back(journal_->open_writer(loop));
  }

  struct Run {
    RunId id;
    std::size_t loop = 0;
    Offset last = 0;
    Offset stored = 0;
    bool ended = false;
    std::string unstored;  // the bytes of the events after `stored`
  };

  const std::filesystem::path& path() const { return path_; }
  SqliteStore& store() { return *store_; }
  Journal& journal() { return *journal_; }

  Run start(std::size_t loop = 0) {
    Run run;
    clock_.advance(Milliseconds(1));
    run.id = RunId::make(clock_, random_);
    run.loop = loop;
    commit(run, EventType::started, {encode(request_of(run))});
    store_->store_prompt(prompt_of(run), {});
    return run;
  }
  // Returns when the store has everything that it was given.
  void flush() {
    EXPECT_TRUE(wait_for<void>([&](auto done) { store_->flush(std::move(done)); }));
  }
  void add_deltas(Run& run, std::size_t count) {
    std::vector<std::string> texts;
    for (std::size_t i = 1; i <= count; ++i) texts.push_back(text_at(run.last + i));
    commit(run, EventType::delta, texts);
  }
  // Moves the events to the store, as a long run does.
  void move(Run& run) {
    EXPECT_TRUE(wait_for<void>([&](auto done) { store_->put_events(rest_of(run), std::move(done)); }));
    trim(run);
  }
  void end(Run& run) {
    commit(run, EventType::completed, {encode(Terminal())});
    run.ended = true;
  }
  void settle(Run& run) {
    RunRecord record;
    record.id = run.id;
    record.user = "ada";
    record.surface = "chat";
    record.conversation = "c";
    record.last = run.last;
    const auto settled = wait_for<bool>(
        [&](auto done) { store_->settle(record, rest_of(run), prompt_of(run), std::move(done)); });
    EXPECT_TRUE(settled && *settled);
    trim(run);
  }

 private:
  RunRequest request_of(const Run& run) const {
    RunRequest request;
    request.id = run.id;
    request.user = "ada";
    request.surface = "chat";
    request.conversation = "c";
    request.prompt = "Hello?";
    return request;
  }
  UserMessage prompt_of(const Run& run) const {
    return {{"ada", "chat", "c"}, run.id, "Hello?", run.id.time};
  }

  void commit(Run& run, EventType type, const std::vector<std::string>& payloads) {
    std::string bytes;
    for (const std::string& payload : payloads) append_event(type, Milliseconds(0), payload, bytes);
    const LogAppend append{
        run.id, 1, static_cast<std::uint32_t>(payloads.size()), {run.last + 1, run.id.time, bytes}};
    std::optional<Result<>> committed;
    writers_[run.loop]->commit({&append, 1}, {}, [&](Result<> done) { committed = std::move(done); });
    EXPECT_TRUE(committed && *committed);
    run.unstored += bytes;
    run.last += payloads.size();
  }
  std::vector<ArchivedRange> rest_of(const Run& run) const {
    if (run.last == run.stored) return {};
    return {{run.id, 1, run.stored + 1, static_cast<std::uint32_t>(run.last - run.stored), run.id.time,
             std::make_shared<const std::string>(run.unstored)}};
  }
  void trim(Run& run) {
    run.stored = run.last;
    run.unstored.clear();
    journal_->trim(run.id, run.last);
  }

  static inline std::uint64_t seed_ = 0;

  DataDirectory directory_;
  const std::filesystem::path path_;
  PosixFileSystem files_;
  ManualClock clock_;
  SeededRandom random_{++seed_};  // another one for each process
  std::array<Loop, 2> loops_{Loop(0, clock_), Loop(1, clock_)};
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<Journal> journal_;
  std::vector<std::unique_ptr<LogWriter>> writers_;
};

// What the next process finds in a data directory.
struct Found {
  struct Log {
    Offset last = 0;
    bool broken = false;
    bool ended = false;
    std::string text;
  };
  ReplaySummary summary;
  std::vector<std::string> findings;
  std::map<RunId, Log> logs;           // of runs that were not settled
  std::map<RunId, RunRecord> settled;  // of those that were asked for
  std::set<RunId> prompts;             // the runs whose prompts are stored
};

inline Found find_all(const std::filesystem::path& path, const std::vector<RunId>& runs,
                      const BootId& boot = kBoot) {
  Found found;
  const auto directory = DataDirectory::open(path);
  EXPECT_TRUE(directory) << directory.error().detail;
  if (!directory) return found;
  PosixFileSystem files;
  ManualClock clock;
  const auto store = std::move(SqliteStore::open(directory->path(), {}).value());
  const auto journal = std::move(Journal::open({}, directory->path(), files, clock, boot).value());
  RecoveredLogs recovered(*store);
  found.summary = journal->replay(recovered).value();
  found.findings = journal->findings();
  EXPECT_TRUE(recovered.store_all());
  EXPECT_TRUE(recovered.add_unsettled());
  if (found.summary.machine_restarted) {
    EXPECT_TRUE(recovered.add_stored_events());
  }
  const auto record_of = [&](const RunId& run) {
    return wait_for<std::optional<RunRecord>>([&](auto done) { store->find_run(run, std::move(done)); })
        .value();
  };
  for (const auto& [run, log] : recovered.logs())
    if (!record_of(run)) found.logs[run] = {log.last, log.broken, log.end.has_value(), log.recovered.text};
  for (const RunId& run : runs)
    if (auto record = record_of(run)) found.settled[run] = std::move(*record);
  const auto page = wait_for<MessagePage>([&](auto done) {
    store->page({"ada", "chat", "c", {}, {}}, {}, {1'000'000, {1ull << 40}}, std::move(done));
  });
  for (const StoredMessage& message : page.value().messages)
    if (message.role == Role::user) found.prompts.insert(message.run);
  return found;
}

}  // namespace belay::storage
