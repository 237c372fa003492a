// The store's functions for channels.

#include "storage/sqlite/channels.hpp"
#include "storage/sqlite/deleting_operation.hpp"
#include "storage/sqlite/store_calls.hpp"

namespace belay::storage {
void SqliteStore::put_channel(ChannelRecord record, std::vector<ArchivedRange> ranges,
                              ChannelRetention retention, Done<Offset> done) {
  std::size_t bytes = 0;
  for (const ArchivedRange& range : ranges) bytes += range.bytes->size();
  auto work = [record = std::move(record), ranges = std::move(ranges), retention](Database& database) {
    return storage::put_channel(database, record, ranges, retention);
  };
  write(bytes, std::move(done), std::move(work));
}

void SqliteStore::find_channel(RunId log, Done<std::optional<ChannelRecord>> done) {
  read(std::move(done), [log](Database& database) { return read_channel(database, log); });
}

void SqliteStore::erase_from_channel(Erasure erasure, Done<> done) {
  write(0, std::move(done), [erasure = std::move(erasure)](Database& database) {
    return storage::erase_from_channel(database, erasure);
  });
}

void SqliteStore::begin_channel_epoch(Epoch epoch, Done<> done) {
  write(0, std::move(done), [epoch](Database& database) { return raise_channel_epoch(database, epoch); });
}

void SqliteStore::sweep_channels(WallTime before, Done<std::uint64_t> done) {
  auto step = [before, channels = config_.sweep_rows](Database& database,
                                                      std::uint64_t& swept) -> Result<bool> {
    const auto done_now = sweep_channels_step(database, before, channels);
    if (!done_now) return done_now.error();
    swept += done_now->channels;
    return done_now->more;
  };
  writer_->submit(std::make_unique<DeletingOperation>(kSmallOperation, DeletingOperation::Traces::stay,
                                                      std::move(step), std::move(done)));
}

}  // namespace belay::storage
