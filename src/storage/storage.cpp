#include "storage/storage.hpp"

#include "storage/journal/segment_format.hpp"

namespace belay::storage {

Storage::Storage(const StorageConfig& config, const Clock& clock)
    : survives_power_loss_(config.journal.durability == Durability::disk),
      counters_(config.counters, clock) {}

Storage::~Storage() = default;

Result<std::unique_ptr<Storage>> Storage::open_embedded(const StorageConfig& config, const Clock& clock) {
  std::unique_ptr<Storage> storage(new Storage(config, clock));
  auto directory = DataDirectory::open(config.data_directory);
  if (!directory) return directory.error();
  DataDirectory& data = storage->directory_.emplace(std::move(*directory));

  SqliteConfig store_config = config.store;
  store_config.sync_before_answering =
      storage->survives_power_loss_ && store_config.synchronous == SqliteConfig::Synchronous::normal;
  auto store = SqliteStore::open(data.path(), store_config, config.estimate);
  if (!store) return store.error();
  storage->store_ = std::move(*store);
  data.watch("belay.db");

  JournalConfig journal_config = config.journal;
  journal_config.loops = config.loops;
  auto sync_store = [&store = *storage->store_](UniqueFunction<void(Result<>)> done) {
    store.sync(std::move(done));
  };
  auto journal = Journal::open(journal_config, data.path(), storage->files_, clock, current_boot_id(),
                               std::move(sync_store));
  if (!journal) return journal.error();
  storage->journal_ = std::move(*journal);
  data.watch("journal");
  return storage;
}

}  // namespace belay::storage
