// Moves the channels that an earlier process left in its journal to the store.
//
// Engine::recover() uses it once, on the main thread, before the loops run. It blocks.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "core/ports/channel_store.hpp"
#include "core/ports/event_log.hpp"
#include "core/types/erasure.hpp"

namespace belay {

class RecoveredChannels {
 public:
  RecoveredChannels(ChannelStore& store, ChannelRetention retention) : store_(store), retention_(retention) {}

  // Before the replay: what is to be removed is left out.
  void leave_out(std::vector<Erasure> erasures) { erasures_ = std::move(erasures); }
  // Events of a channel, in the order in which they were written.
  void on_events(const LogAppend& events);
  // After the replay. Fails if anything could not be stored.
  Result<> store_all();
  // Of all channels that were replayed, also of those that are left out; 0: there was none.
  Epoch newest_epoch() const { return newest_epoch_; }

 private:
  struct Channel {
    ChannelRecord record;
    Offset last = 0;
    bool is_left_out = false;  // it is to be removed, or its events cannot be read
    std::vector<ArchivedRange> ranges;
    std::string open;  // the bytes of the newest range
  };

  Channel& find(const RunId& id, Offset first);
  void begin(Channel& channel, const LogAppend& events);
  void load(Channel& channel, const RunId& id);
  void gather(Channel& channel, const LogAppend& events, std::uint32_t count, std::size_t bytes);
  static void close(Channel& channel);
  void store(Channel& channel);
  bool is_erased(const ChannelRecord& record) const;

  ChannelStore& store_;
  const ChannelRetention retention_;
  std::vector<Erasure> erasures_;
  std::unordered_map<RunId, Channel> channels_;
  std::size_t gathered_bytes_ = 0;
  Epoch newest_epoch_ = 0;
  Result<> stored_;
};

}  // namespace belay
