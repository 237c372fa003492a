// Events that are no longer in the event log, but in permanent storage. A part of the ports Store and ChannelStore.
#pragma once

#include <vector>

#include "base/function.hpp"
#include "base/result.hpp"
#include "base/run_id.hpp"
#include "core/types/records.hpp"

namespace belay {

class EventArchive {
 public:
  virtual ~EventArchive() = default;

  // Events from offset `from` on, in order and without gaps. Returns whole ranges (the first may begin before
  // `from`) of about `max_bytes` in total, but at least one range if there is any. Empty: there are no events
  // from that offset on, or they are no longer kept. May run before queued writes. Any thread; `done` is called on
  // any thread.
  virtual void read_events(RunId log, Offset from, std::size_t max_bytes,
                           UniqueFunction<void(Result<std::vector<ArchivedRange>>)> done) = 0;
};

}  // namespace belay
