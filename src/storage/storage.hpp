// Everything that an embedded server stores, in one data directory: the journal, the store, the counters.
//
// The directory is locked first and unlocked last. Others use the ports; the concrete classes are for the
// metrics and for the watch of the disk.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/ports/answer_cache.hpp"
#include "storage/config.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/journal/file_system.hpp"
#include "storage/journal/journal.hpp"
#include "storage/memory/counters.hpp"
#include "storage/sqlite/store.hpp"

namespace belay::storage {

struct StorageConfig {
  std::filesystem::path data_directory;
  std::size_t loops = 1;  // that write to the journal
  JournalConfig journal;
  SqliteConfig store;
  MemoryCountersConfig counters;
  TokenEstimate estimate = nullptr;  // of a message, for prompts
};

class Storage {
 public:
  // Blocks: locks the directory, reads the journal's files, opens and migrates the database. Fails with
  // `conflict` when another process uses the directory.
  static Result<std::unique_ptr<Storage>> open_embedded(const StorageConfig& config, const Clock& clock);
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  EventLog& events() { return *journal_; }
  Store& runs() { return *store_; }
  ConversationStore& conversations() { return *store_; }
  ContextStore& contexts() { return *store_; }
  SessionStore& sessions() { return *store_; }
  UserStore& users() { return *store_; }
  LedgerStore& ledger() { return *store_; }
  ChannelStore& channels() { return *store_; }
  AuditLog& audit() { return *store_; }
  RevocationStore& revocations() { return *store_; }
  AnswerCache& answers() { return *store_; }
  ErasureStore& erasures() { return *store_; }
  UploadStore& uploads() { return *store_; }
  GoalStore& goals() { return *store_; }
  MeetingStore& meetings() { return *store_; }
  ProfileStore& profiles() { return *store_; }
  Counters& counters() { return counters_; }
  // Whether what a client has seen survives a loss of power.
  bool survives_power_loss() const { return survives_power_loss_; }

  const DataDirectory& directory() const { return *directory_; }
  Journal& journal() { return *journal_; }
  SqliteStore& store() { return *store_; }

 private:
  Storage(const StorageConfig& config, const Clock& clock);

  const bool survives_power_loss_;
  std::optional<DataDirectory> directory_;
  std::unique_ptr<SqliteStore> store_;
  PosixFileSystem files_;
  std::unique_ptr<Journal> journal_;
  MemoryCounters counters_;
};

}  // namespace belay::storage
