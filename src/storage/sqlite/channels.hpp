// Channels in SQLite: see core/ports/channel_store.hpp. These functions run inside the caller's transaction, on the
// caller's thread.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/ports/channel_store.hpp"
#include "core/types/erasure.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

// The offset of the oldest event that is kept. Does nothing for a channel that was erased. Fails with `conflict` for a range that would leave a gap.
Result<Offset> put_channel(Database& database, const ChannelRecord& record,
                           std::span<const ArchivedRange> ranges, const ChannelRetention& retention);
Result<std::optional<ChannelRecord>> read_channel(Database& database, const RunId& log);
Result<std::vector<ArchivedRange>> read_channel_ranges(Database& database, const RunId& log, Offset from,
                                                       std::size_t max_bytes);
Result<> raise_channel_epoch(Database& database, Epoch epoch);

struct ChannelSweepStep {
  std::uint64_t channels = 0;  // that lost events
  bool more = false;
};
Result<ChannelSweepStep> sweep_channels_step(Database& database, WallTime before, std::size_t max_channels);

// The messages that an erasure of messages or of a conversation covers (core/types/channel_erasure.hpp).
Result<> erase_from_channel(Database& database, const Erasure& erasure);
// The user's channels that the erasure covers, with their events. put_channel() does not store them again.
Result<> erase_channels(Database& database, const Erasure& erasure);

}  // namespace belay::storage
