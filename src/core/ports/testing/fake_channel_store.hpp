// A ChannelStore in memory for tests. It passes the contract. It outlives the processes of a test. Calls are answered
// at once, on the caller's thread. Faults are counted down: `fail_puts = 2` refuses the next two. Thread-safe.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>

#include "core/ports/channel_store.hpp"
#include "core/types/channel_erasure.hpp"

namespace belay::testing {

class FakeChannelStore final : public ChannelStore {
 public:
  int fail_puts = 0;
  int fail_finds = 0;

  void put_channel(ChannelRecord record, std::vector<ArchivedRange> ranges, ChannelRetention retention,
                   Done<Offset> done) override {
    done(put(std::move(record), ranges, retention));
  }
  void find_channel(RunId log, Done<std::optional<ChannelRecord>> done) override { done(find(log)); }
  void read_events(RunId log, Offset from, std::size_t max_bytes,
                   UniqueFunction<void(Result<std::vector<ArchivedRange>>)> done) override {
    std::vector<ArchivedRange> found;
    {
      const std::lock_guard lock(mutex_);
      const auto channel = channels_.find(log);
      std::size_t bytes = 0;
      if (channel != channels_.end())
        for (const ArchivedRange& range : channel->second.ranges) {
          if (end_of(range) < from || (!found.empty() && bytes >= max_bytes)) continue;
          found.push_back(range);
          bytes += range.bytes->size();
        }
    }
    if (!found.empty() && found.front().first > from) found.clear();
    done(std::move(found));
  }
  void begin_channel_epoch(Epoch epoch, Done<> done) override {
    {
      const std::lock_guard lock(mutex_);
      epoch_ = std::max(epoch_, epoch);
    }
    done({});
  }
  void erase_from_channel(Erasure erasure, Done<> done) override {
    {
      const std::lock_guard lock(mutex_);
      const auto channel = channels_.find(channel_id(erasure.user, erasure.surface));
      if (channel != channels_.end())
        for (ArchivedRange& range : channel->second.ranges)
          if (auto changed = without_erased({range.first, range.base_time, *range.bytes}, erasure))
            range.bytes = std::make_shared<const std::string>(std::move(*changed));
    }
    done({});
  }
  void sweep_channels(WallTime before, Done<std::uint64_t> done) override {
    std::uint64_t swept = 0;
    {
      const std::lock_guard lock(mutex_);
      for (auto& [log, channel] : channels_) {
        const auto is_new = [&](const ArchivedRange& range) { return range.base_time >= before; };
        const auto keep = std::find_if(channel.ranges.begin(), channel.ranges.end(), is_new);
        if (keep == channel.ranges.begin()) continue;
        channel.ranges.erase(channel.ranges.begin(), keep);
        channel.record.first =
            channel.ranges.empty() ? channel.record.last + 1 : channel.ranges.front().first;
        ++swept;
      }
    }
    done(swept);
  }
  // What was made up to `through` is not stored again.
  void erase_user(const std::string& user, std::optional<WallTime> through = {}) {
    const std::lock_guard lock(mutex_);
    if (through) erased_[user] = *through;
    std::erase_if(channels_, [&](const auto& entry) { return entry.second.record.user == user; });
  }

 private:
  struct Channel {
    ChannelRecord record;
    std::vector<ArchivedRange> ranges;
  };

  static Offset end_of(const ArchivedRange& range) { return range.first + range.count - 1; }
  static bool fails(int& faults) { return faults > 0 && faults-- > 0; }

  Result<std::optional<ChannelRecord>> find(const RunId& log) {
    const std::lock_guard lock(mutex_);
    if (fails(fail_finds)) return make_error(ErrorCode::unavailable, "The fake refuses to read.");
    const auto found = channels_.find(log);
    if (found == channels_.end()) return std::optional<ChannelRecord>();
    ChannelRecord record = found->second.record;
    if (record.epochs.back().epoch < epoch_) record.epochs.push_back({epoch_, record.last + 1});
    return std::optional(std::move(record));
  }
  Result<Offset> put(ChannelRecord record, const std::vector<ArchivedRange>& ranges,
                     const ChannelRetention& retention) {
    const std::lock_guard lock(mutex_);
    if (fails(fail_puts)) return make_error(ErrorCode::unavailable, "The fake refuses to write.");
    const auto erased = erased_.find(record.user);
    if (erased != erased_.end() && record.created <= erased->second)
      return ranges.empty() ? Offset{1} : end_of(ranges.back()) + 1;
    Channel channel;
    const auto known = channels_.find(record.log);
    const bool is_same =
        known != channels_.end() && known->second.record.epochs.front().epoch == record.epochs.front().epoch;
    if (is_same) channel = known->second;
    record.last = is_same ? channel.record.last : ranges.empty() ? 0 : ranges.front().first - 1;
    for (const ArchivedRange& range : ranges) {
      if (end_of(range) <= record.last) continue;
      if (range.first > record.last + 1) return make_error(ErrorCode::conflict, "Events are missing.");
      channel.ranges.push_back(rest_of(range, record.last + 1));
      record.last = end_of(range);
    }
    trim(channel.ranges, record.last, retention);
    record.first = channel.ranges.empty() ? record.last + 1 : channel.ranges.front().first;
    channel.record = record;
    channels_[record.log] = std::move(channel);
    return record.first;
  }
  static ArchivedRange rest_of(ArchivedRange range, Offset from) {
    EventReader reader({range.first, range.base_time, *range.bytes});
    std::size_t at = 0;
    for (Event event; reader.next(event) && event.offset < from;)
      at = static_cast<std::size_t>(event.payload.data() + event.payload.size() - range.bytes->data());
    range.count -= static_cast<std::uint32_t>(from - range.first);
    range.bytes = std::make_shared<const std::string>(range.bytes->substr(at));
    range.first = from;
    return range;
  }
  static void trim(std::vector<ArchivedRange>& ranges, Offset last, const ChannelRetention& retention) {
    std::uint64_t bytes = 0;
    auto keep = ranges.end();
    while (keep != ranges.begin()) {
      const ArchivedRange& next = *std::prev(keep);
      bytes += next.bytes->size();
      const bool is_newest = keep == ranges.end();
      if (!is_newest && (last - next.first + 1 > retention.max_events || bytes > retention.max_bytes)) break;
      --keep;
    }
    ranges.erase(ranges.begin(), keep);
  }

  std::mutex mutex_;
  std::map<std::string, WallTime> erased_;
  std::map<RunId, Channel> channels_;
  Epoch epoch_ = 0;
};

}  // namespace belay::testing
