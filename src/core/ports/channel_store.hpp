// The port to permanent storage of channels (core/types/channel.hpp). The rules of Store (core/ports/store.hpp) on
// threads, order and bounds apply here.
//
// A channel keeps its newest events. What is removed is removed at the front, so that the events that are kept are
// without gaps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/ports/event_archive.hpp"
#include "core/types/channel.hpp"
#include "core/types/erasure.hpp"

namespace belay {

struct ChannelRecord {
  RunId log;
  std::string user;
  std::string surface;
  WallTime created;  // when its first event was written
  std::vector<EpochStart>
      epochs;        // the first one distinguishes this channel from a removed one of the same id
  Offset first = 1;  // the oldest event that is kept; last + 1: there is none
  Offset last = 0;   // the newest one that is stored
};

// What a channel keeps. At least one of its ranges of events is kept.
struct ChannelRetention {
  std::uint64_t max_events = 1000;
  std::uint64_t max_bytes = 1 << 20;
};

class ChannelStore : public EventArchive {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  // Stores events that follow those already stored, and the record; `first` and `last` of the record are not read.
  // Removes what the retention no longer keeps. The result is the offset of the oldest event that is kept. Idempotent:
  // a stored range does not change. Another first epoch replaces the channel. An erased channel is not stored again.
  virtual void put_channel(ChannelRecord record, std::vector<ArchivedRange> ranges,
                           ChannelRetention retention, Done<Offset> done) = 0;
  virtual void find_channel(RunId log, Done<std::optional<ChannelRecord>> done) = 0;
  // Events may have been lost that clients have seen: from now on find_channel() gives each channel an epoch of at
  // least `epoch`, which begins after its last event.
  virtual void begin_channel_epoch(Epoch epoch, Done<> done) = 0;
  // Removes the messages that an erasure of messages or of a conversation covers: their events stay, without their
  // content (core/types/channel_erasure.hpp). May be repeated.
  virtual void erase_from_channel(Erasure erasure, Done<> done) = 0;
  // Removes the events of ranges that began before `before`. The result is the number of channels that lost some.
  virtual void sweep_channels(WallTime before, Done<std::uint64_t> done) = 0;
};

}  // namespace belay
