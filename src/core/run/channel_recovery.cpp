#include "core/run/channel_recovery.hpp"

#include <algorithm>
#include <utility>

#include "core/run/wait_for.hpp"

namespace belay {
namespace {

constexpr std::size_t kGather = 4 << 20;
constexpr std::size_t kMaxRange = 64 << 10;

// The whole events at the beginning of these bytes.
struct Readable {
  std::uint32_t count = 0;
  std::size_t bytes = 0;
};
Readable readable(const EventRange& events) {
  Readable found;
  EventReader reader(events);
  for (Event event; reader.next(event); ++found.count)
    found.bytes = static_cast<std::size_t>(event.payload.data() + event.payload.size() - events.bytes.data());
  return found;
}

}  // namespace

bool RecoveredChannels::is_erased(const ChannelRecord& record) const {
  return std::any_of(erasures_.begin(), erasures_.end(), [&](const Erasure& erasure) {
    return erasure.covers_channel(record.user, record.surface, record.created);
  });
}

RecoveredChannels::Channel& RecoveredChannels::find(const RunId& id, Offset first) {
  const auto [at, is_new] = channels_.try_emplace(id);
  if (is_new && first > 1) load(at->second, id);
  return at->second;
}

// The store has the beginning.
void RecoveredChannels::load(Channel& channel, const RunId& id) {
  auto record =
      wait_for<std::optional<ChannelRecord>>([&](auto done) { store_.find_channel(id, std::move(done)); });
  if (!record && stored_) stored_ = record.error();
  channel.is_left_out = !record || !*record || is_erased(**record);
  if (channel.is_left_out) return;
  channel.last = std::max(channel.last, (*record)->last);
  channel.record = std::move(**record);
}

// Its first event: a new channel, maybe in place of one that was removed.
void RecoveredChannels::begin(Channel& channel, const LogAppend& events) {
  store(channel);
  channel = Channel();
  EventReader reader(events.events);
  Event event;
  const bool is_read = reader.next(event) && event.type == EventType::channel_opened;
  auto opened = is_read ? decode_channel_opened(event.payload)
                        : Result<ChannelOpened>(make_error(ErrorCode::internal, ""));
  channel.is_left_out = !opened;
  if (!opened) return;
  channel.record.log = events.run;
  channel.record.user = std::move(opened->user);
  channel.record.surface = std::move(opened->surface);
  channel.record.created = event.time;
  channel.is_left_out = is_erased(channel.record);
}

void RecoveredChannels::on_events(const LogAppend& events) {
  newest_epoch_ = std::max(newest_epoch_, events.epoch);
  const Offset first = events.events.first;
  Channel& channel = find(events.run, first);
  if (first == 1) begin(channel, events);
  std::vector<EpochStart>& epochs = channel.record.epochs;
  // The rest of a channel that was removed, written behind the beginning of the next one.
  const bool is_stale = !epochs.empty() && events.epoch < epochs.back().epoch;
  if (channel.is_left_out || is_stale) return;
  // After a power failure, an older segment may come back without the segments that followed it.
  if (first > channel.last + 1) load(channel, events.run);
  const Readable found = readable(events.events);
  if (first > channel.last + 1 || found.count == 0) channel.is_left_out = true;
  if (channel.is_left_out || first + found.count - 1 <= channel.last) return;
  if (epochs.empty() || epochs.back().epoch < events.epoch) epochs.push_back({events.epoch, first});
  gather(channel, events, found.count, found.bytes);
  channel.last = first + found.count - 1;
  if (gathered_bytes_ >= kGather)
    for (auto& [id, each] : channels_) store(each);
}

// Joins the events of one memory block, which was written in several turns, into one range again.
void RecoveredChannels::gather(Channel& channel, const LogAppend& events, std::uint32_t count,
                               std::size_t bytes) {
  const bool follows = !channel.ranges.empty() && channel.ranges.back().epoch == events.epoch &&
                       channel.ranges.back().base_time == events.events.base_time &&
                       channel.ranges.back().first + channel.ranges.back().count == events.events.first &&
                       channel.open.size() + bytes <= kMaxRange;
  if (!follows) {
    close(channel);
    channel.ranges.push_back(
        {events.run, events.epoch, events.events.first, 0, events.events.base_time, nullptr});
  }
  channel.ranges.back().count += count;
  channel.open.append(events.events.bytes.substr(0, bytes));
  gathered_bytes_ += bytes;
}

void RecoveredChannels::close(Channel& channel) {
  if (channel.ranges.empty()) return;
  channel.ranges.back().bytes = std::make_shared<const std::string>(std::exchange(channel.open, {}));
}

void RecoveredChannels::store(Channel& channel) {
  if (channel.ranges.empty()) return;
  close(channel);
  for (const ArchivedRange& range : channel.ranges) gathered_bytes_ -= range.bytes->size();
  const auto stored = wait_for<Offset>([&](auto done) {
    store_.put_channel(channel.record, std::exchange(channel.ranges, {}), retention_, std::move(done));
  });
  if (!stored && stored_) stored_ = stored.error();
}

Result<> RecoveredChannels::store_all() {
  for (auto& [id, channel] : channels_) store(channel);
  channels_.clear();
  return stored_;
}

}  // namespace belay
