// What is kept, embedded: the Store port over one SQLite file in WAL mode, DATA/belay.db.
//
// Made for one process, which has locked its data directory. Calls are turned into operations for two threads
// of its own (sqlite/worker.hpp); results come on those threads. Destroying it carries out what has been
// asked for and folds the write-ahead log back into the file; nothing may be asked for from then on except
// out of callbacks, and that is refused.
//
// A full disk fails operations with `storage_full` and harms nothing else: the caller may try them again. A
// sweep runs in short transactions with other operations in between; flush() waits for it; the end leaves it
// where it stands.
#pragma once

#include <filesystem>
#include <memory>

#include "core/store.hpp"
#include "storage/sqlite/config.hpp"
#include "storage/sqlite/stats.hpp"

namespace belay::storage {

class Reader;
class Writer;

class SqliteStore final : public Store {
 public:
  // The directory must exist. Makes belay.db there, readable by its owner alone, or brings an older one up to
  // date. Fails with `conflict` for a file of a newer Belay.
  static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& directory,
                                                   const SqliteConfig& config);
  ~SqliteStore() override;

  void store_prompt(ConversationKey conversation, RunId run, std::string prompt, WallTime created,
                    Done<> done) override;
  void history(ConversationKey conversation, std::size_t most,
               Done<std::vector<StoredMessage>> done) override;
  void put_events(std::vector<ArchivedRange> ranges, Done<> done) override;
  void settle(RunRecord record, std::vector<ArchivedRange> rest, Done<bool> done) override;
  void mark_opened(RunId run, Done<> done) override;
  void unsettled_runs(Done<std::vector<RunId>> done) override;
  void find_run(RunId run, Done<std::optional<RunRecord>> done) override;
  void find_by_key(std::string user, std::string surface, std::string idempotency_key,
                   Done<std::optional<RunRecord>> done) override;
  void read_events(RunId run, Offset from, std::size_t most_bytes,
                   Done<std::vector<ArchivedRange>> done) override;
  void archived_through(RunId run, Done<Offset> done) override;
  void ledger_since(WallTime since, Done<std::vector<LedgerRow>> done) override;
  void sweep(WallTime now, Retention retention, Done<std::uint64_t> done) override;
  void flush(Done<> done) override;

  const SqliteStats& stats() const { return stats_; }

 private:
  explicit SqliteStore(const SqliteConfig& config);

  const SqliteConfig config_;
  SqliteStats stats_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Reader> reader_;
};

}  // namespace belay::storage
