// Channels of users (requirement S1): read one, write a message to it. All answers of a user on a surface appear in
// one channel, if their request says so (StartRun::channel).
//
// Each call is made on the caller's loop and resumes there. The service can be called from all loops at once. A reader
// disconnects by destroying its source.
//
// An interface, so that surfaces are tested without an engine (testing/fake_channels.hpp).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/byte_source.hpp"
#include "base/deadline.hpp"
#include "base/result.hpp"
#include "base/thread_pool.hpp"
#include "core/log/dialect.hpp"
#include "core/types/channel.hpp"
#include "core/types/position.hpp"

namespace belay {
class LogBuffer;
class PendingReader;
}  // namespace belay

namespace belay::services {

struct ReadChannel {
  std::shared_ptr<LogBuffer> log;  // null: `pending` is set (core/run/channels.hpp)
  std::shared_ptr<PendingReader> pending{};
  Position after{1, 0};
  // What followed the reader's position is no longer kept, or the position belongs to an earlier channel. `after` is
  // before the oldest event that is kept.
  bool is_reset = false;
};

class Channels {
 public:
  virtual ~Channels() = default;

  // Without a position: from what is new. That includes answers that are being written, from their beginning.
  virtual Awaitable<Result<ReadChannel>> open(Loop& loop, std::string user, std::string surface,
                                              std::optional<Position> after, Deadline deadline) = 0;
  // The events behind `channel.after`, without an end. Call it on the reader's loop.
  virtual std::unique_ptr<ByteSource> read(Loop& loop, ReadChannel channel, const Format& format) = 0;
  // Succeeds when the message is durable, with the position before it.
  virtual Awaitable<Result<Position>> publish(Loop& loop, std::string user, std::string surface,
                                              ChannelMessage message, Deadline deadline) = 0;
};

}  // namespace belay::services
