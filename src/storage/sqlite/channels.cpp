#include "storage/sqlite/channels.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "core/types/channel_erasure.hpp"
#include "storage/sqlite/epochs.hpp"
#include "storage/sqlite/event_archive.hpp"

namespace belay::storage {
namespace {

Error broken_channel() {
  return make_error(ErrorCode::internal, "A stored channel can not be read: its record is broken.");
}

struct Row {
  std::int64_t id = 0;
  ChannelRecord record;
};

Result<std::optional<Row>> read_row(Database& database, const RunId& log) {
  Query query(database, "SELECT id, user, surface, created, epochs, first, last FROM channels WHERE log = ?");
  const auto found = query.run(log).row();
  if (!found) return found.error();
  if (!*found) return std::optional<Row>();
  Row row;
  row.id = query.number_at(0);
  row.record.log = log;
  row.record.user = query.text_at(1);
  row.record.surface = query.text_at(2);
  row.record.created = query.time_at(3);
  if (!parse_epochs(query.bytes_at(4), row.record.epochs) || row.record.epochs.empty())
    return broken_channel();
  row.record.first = query.count_at(5);
  row.record.last = query.count_at(6);
  return std::optional(std::move(row));
}

Result<std::int64_t> insert_row(Database& database, const ChannelRecord& record, Offset first) {
  const std::string epochs = epochs_text(record.epochs);
  const auto done = Query(database,
                          "INSERT INTO channels (log, user, surface, created, epochs, first, last) VALUES "
                          "(?, ?, ?, ?, ?, ?, ?)")
                        .run(record.log)
                        .text(record.user)
                        .text(record.surface)
                        .time(record.created)
                        .text(epochs)
                        .number(first)
                        .number(first - 1)
                        .execute();
  if (!done) return done.error();
  return database.last_insert_id();
}

Result<> delete_row(Database& database, std::int64_t channel) {
  return Query(database, "DELETE FROM channels WHERE id = ?").number(channel).execute();
}

// The part of the range that is not stored yet. `through`: the last offset that is.
Result<> put_range(Database& database, std::int64_t channel, const ArchivedRange& range, Offset& through) {
  const Offset end = range.first + range.count - 1;
  if (range.count != 0 && end <= through) return {};
  const Offset from = std::max(range.first, through + 1);
  const auto begin = place_of_event(range, from);
  if (!begin)
    return make_error(ErrorCode::internal, "A range of events can not be stored: its bytes are broken.");
  if (from != through + 1)
    return make_error(ErrorCode::conflict,
                      fmt::format("Events {} to {} of the channel are missing.", through + 1, from - 1));
  through = end;
  return Query(database,
               "INSERT INTO channel_events (channel, first, count, epoch, base_time, bytes) VALUES (?, ?, ?, "
               "?, ?, ?)")
      .number(channel)
      .number(from)
      .number(end - from + 1)
      .number(static_cast<std::int64_t>(range.epoch))
      .time(range.base_time)
      .blob(std::string_view(*range.bytes).substr(*begin))
      .execute();
}

// The oldest offset that the retention keeps: whole ranges, from the newest one back.
Result<Offset> oldest_kept(Database& database, std::int64_t channel, Offset last,
                           const ChannelRetention& retention) {
  Query query(database,
              "SELECT first, length(bytes) FROM channel_events WHERE channel = ? ORDER BY first DESC");
  query.number(channel);
  Offset oldest = last + 1;
  for (std::uint64_t bytes = 0;;) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) return oldest;
    const Offset first = query.count_at(0);
    bytes += query.count_at(1);
    const bool is_newest = oldest == last + 1;
    if (!is_newest && (last - first + 1 > retention.max_events || bytes > retention.max_bytes)) return oldest;
    oldest = first;
  }
}

Result<> delete_before(Database& database, std::int64_t channel, Offset first) {
  return Query(database, "DELETE FROM channel_events WHERE channel = ? AND first < ?")
      .number(channel)
      .number(first)
      .execute();
}

Result<> set_extent(Database& database, std::int64_t channel, Offset first, Offset last) {
  return Query(database, "UPDATE channels SET first = ?, last = ? WHERE id = ?")
      .number(first)
      .number(last)
      .number(channel)
      .execute();
}

Result<> set_epochs(Database& database, std::int64_t channel, const std::vector<EpochStart>& epochs) {
  const std::string text = epochs_text(epochs);
  return Query(database, "UPDATE channels SET epochs = ? WHERE id = ?").text(text).number(channel).execute();
}

Result<bool> was_erased(Database& database, const ChannelRecord& record) {
  const std::string user = digest_of(record.user);
  Query query(
      database,
      "SELECT 1 FROM erased_channels WHERE user_digest = ?1 AND surface IN ('', ?2) AND through >= ?3");
  return query.blob(user).text(record.surface).time(record.created).row();
}

}  // namespace

Result<Offset> put_channel(Database& database, const ChannelRecord& record,
                           std::span<const ArchivedRange> ranges, const ChannelRetention& retention) {
  const auto erased = was_erased(database, record);
  if (!erased) return erased.error();
  if (*erased) return ranges.empty() ? Offset{1} : ranges.back().first + ranges.back().count;
  auto row = read_row(database, record.log);
  if (!row) return row.error();
  if (*row && (*row)->record.epochs.front().epoch != record.epochs.front().epoch) {
    if (const auto done = delete_row(database, (*row)->id); !done) return done.error();
    row->reset();
  }
  Offset last = *row ? (*row)->record.last : ranges.empty() ? 0 : ranges.front().first - 1;
  std::int64_t id = 0;
  if (*row) {
    id = (*row)->id;
    if (const auto done = set_epochs(database, id, record.epochs); !done) return done.error();
  } else {
    const auto inserted = insert_row(database, record, last + 1);
    if (!inserted) return inserted.error();
    id = *inserted;
  }
  for (const ArchivedRange& range : ranges)
    if (const auto done = put_range(database, id, range, last); !done) return done.error();
  const auto first = oldest_kept(database, id, last, retention);
  if (!first) return first.error();
  if (const auto done = delete_before(database, id, *first); !done) return done.error();
  if (const auto done = set_extent(database, id, *first, last); !done) return done.error();
  return *first;
}

Result<std::optional<ChannelRecord>> read_channel(Database& database, const RunId& log) {
  auto row = read_row(database, log);
  if (!row) return row.error();
  if (!*row) return std::optional<ChannelRecord>();
  const auto floor = database.number("SELECT epoch FROM channel_epoch WHERE id = 1");
  if (!floor) return floor.error();
  ChannelRecord& record = (*row)->record;
  const auto epoch = static_cast<Epoch>(*floor);
  if (record.epochs.back().epoch < epoch) record.epochs.push_back({epoch, record.last + 1});
  return std::optional(std::move(record));
}

Result<std::vector<ArchivedRange>> read_channel_ranges(Database& database, const RunId& log, Offset from,
                                                       std::size_t max_bytes) {
  std::vector<ArchivedRange> ranges;
  Query query(
      database,
      "SELECT e.first, e.count, e.epoch, e.base_time, e.bytes FROM channel_events e JOIN channels c ON "
      "e.channel = c.id WHERE c.log = ? AND e.first + e.count > ? ORDER BY e.first");
  query.run(log).number(std::max<Offset>(from, 1));
  for (std::size_t bytes = 0; bytes < max_bytes || ranges.empty();) {
    const auto more = query.row();
    if (!more) return more.error();
    if (!*more) break;
    ranges.push_back({log, static_cast<Epoch>(query.number_at(2)), query.count_at(0),
                      static_cast<std::uint32_t>(query.number_at(1)), query.time_at(3),
                      std::make_shared<const std::string>(query.bytes_at(4))});
    bytes += ranges.back().bytes->size();
  }
  // What was asked for is no longer kept: a later range would leave a gap.
  if (!ranges.empty() && ranges.front().first > from) ranges.clear();
  return ranges;
}

Result<> raise_channel_epoch(Database& database, Epoch epoch) {
  return Query(database, "UPDATE channel_epoch SET epoch = max(epoch, ?) WHERE id = 1")
      .number(static_cast<std::int64_t>(epoch))
      .execute();
}

Result<ChannelSweepStep> sweep_channels_step(Database& database, WallTime before, std::size_t max_channels) {
  struct Old {
    std::int64_t channel;
    Offset newest;  // the first offset of its newest old range
  };
  std::vector<Old> old;
  {
    Query query(
        database,
        "SELECT channel, max(first) FROM channel_events WHERE base_time < ? GROUP BY channel LIMIT ?");
    query.time(before).number(static_cast<std::uint64_t>(max_channels));
    for (;;) {
      const auto more = query.row();
      if (!more) return more.error();
      if (!*more) break;
      old.push_back({query.number_at(0), query.count_at(1)});
    }
  }
  for (const Old& each : old) {
    if (const auto done = delete_before(database, each.channel, each.newest + 1); !done) return done.error();
    const auto done =
        Query(database,
              "UPDATE channels SET first = coalesce((SELECT min(first) FROM channel_events WHERE channel = "
              "channels.id), last + 1) WHERE id = ?")
            .number(each.channel)
            .execute();
    if (!done) return done.error();
  }
  const bool more = old.size() == max_channels;
  if (!more)
    if (auto done = Query(database, "DELETE FROM erased_channels WHERE through < ?").time(before).execute();
        !done)
      return done.error();
  return ChannelSweepStep{old.size(), more};
}

Result<> erase_from_channel(Database& database, const Erasure& erasure) {
  const auto row = read_row(database, channel_id(erasure.user, erasure.surface));
  if (!row) return row.error();
  if (!*row) return {};
  struct Changed {
    Offset first;
    std::string bytes;
  };
  std::vector<Changed> changed;
  {
    Query query(database, "SELECT first, base_time, bytes FROM channel_events WHERE channel = ?");
    query.number((*row)->id);
    for (;;) {
      const auto more = query.row();
      if (!more) return more.error();
      if (!*more) break;
      const Offset first = query.count_at(0);
      auto bytes = without_erased({first, query.time_at(1), query.bytes_at(2)}, erasure);
      if (bytes) changed.push_back({first, std::move(*bytes)});
    }
  }
  for (const Changed& each : changed) {
    auto done = Query(database, "UPDATE channel_events SET bytes = ? WHERE channel = ? AND first = ?")
                    .blob(each.bytes)
                    .number((*row)->id)
                    .number(each.first)
                    .execute();
    if (!done) return done;
  }
  return {};
}

Result<> erase_channels(Database& database, const Erasure& erasure) {
  const std::string user = digest_of(erasure.user);
  if (auto done = Query(database,
                        "INSERT INTO erased_channels (user_digest, surface, through) VALUES (?1, ?2, ?3) "
                        "ON CONFLICT (user_digest, surface) DO UPDATE SET through = max(through, ?3)")
                      .blob(user)
                      .text(erasure.surface)
                      .time(erasure.through)
                      .execute();
      !done)
    return done;
  return Query(database,
               "DELETE FROM channels WHERE user = ?1 AND created <= ?2 AND (?3 = '' OR surface = ?3)")
      .text(erasure.user)
      .time(erasure.through)
      .text(erasure.surface)
      .execute();
}

}  // namespace belay::storage
