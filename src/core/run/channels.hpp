// All channels of the server (core/log/channel_log.hpp), by user and surface.
//
// Each channel is on one loop, which its id names: its home. The runs of its user on that surface live there too, so
// that what they do and what the channel shows of it are durable together. A channel that nobody writes to is not in
// memory, also when it is read: its readers wait (core/log/channel_source.hpp). The store has it.
//
// open() and publish() are for any thread. `done` is called on the channel's home.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/await.hpp"
#include "core/log/channel_log.hpp"
#include "core/log/channel_source.hpp"
#include "core/run/channel_feed.hpp"
#include "core/types/erasure.hpp"

namespace belay {

// Who wants to read a channel, and from where.
struct ChannelReader {
  std::string user;
  std::string surface;
  // Nothing: from what is new. That includes answers that are being written, from their beginning.
  std::optional<Position> after{};
  Loop* loop = nullptr;  // the reader's
};

// A channel, and where the reader begins in it. Either `log` or `pending` is set: the channel is in memory or not.
struct OpenChannel {
  std::shared_ptr<LogBuffer> log;
  std::shared_ptr<PendingReader> pending;
  Position after{1, 0};
  // What followed the reader's position is no longer kept, or the position belongs to an earlier channel. `after` is
  // before the oldest event that is kept.
  bool is_reset = false;
};

class Channels {
 public:
  // All of it outlives this.
  struct Parts {
    EventLog& events;
    ChannelStore& store;
    EngineObserver& observer;
    BlockCache& cache;
    ChannelRetention retention;
  };
  struct LoopParts {
    Loop* loop;
    LogCommitter* committer;
  };
  Channels(Parts parts, const std::vector<LoopParts>& loops);

  Loop& home_of(std::string_view user, std::string_view surface);
  void open(ChannelReader reader, Done<OpenChannel> done);
  // The position before the message, when it is durable.
  void publish(std::string user, std::string surface, ChannelMessage message, Done<Position> done);
  // For a run that will write to it. Only on its home.
  void prepare(std::string user, std::string surface, Done<std::shared_ptr<ChannelLog>> done);

  // Their events must leave the journal soon.
  void archive(const RunId& channel);
  // `done`: nothing that is covered is written any more, or read. Of a channel that stays, the store has nothing of it.
  void erase(Erasure erasure, Done<> done);

  // Before the loops run: new channels get larger epochs than this, the newest that the journal has. A channel that was
  // removed in this very second is still in there, and its readers must reset.
  void begin_epochs_after(Epoch newest);

  // Before the loops run, for a run that is taken over. It blocks.
  struct Restored {
    std::shared_ptr<ChannelLog> channel;
    ChannelFeed::Progress progress;  // of the run
  };
  Result<Restored> restore(const RunRequest& run);

 private:
  using Found = Done<std::shared_ptr<ChannelLog>>;
  struct Home {
    Home(const LoopParts& parts, Channels& owner)
        : loop(*parts.loop),
          committer(*parts.committer),
          tidy_timer(loop.timers(), [this, &owner] { owner.tidy(*this); }) {}
    Loop& loop;
    LogCommitter& committer;
    std::unordered_map<RunId, std::shared_ptr<ChannelLog>> channels;
    Epoch min_epoch = 1;  // of new channels: larger than that of any that was removed
    std::unordered_map<RunId, std::vector<Found>> loading;
    // Readers of channels that are not in memory.
    std::unordered_map<RunId, std::vector<std::weak_ptr<PendingReader>>> pending;
    Timer tidy_timer;
  };

  Home& home_of(const RunId& channel);
  void find(Home& home, RunId id, std::string user, std::string surface, Found done);
  std::shared_ptr<ChannelLog> make(Home& home, const RunId& id, std::string user, std::string surface,
                                   const std::optional<ChannelRecord>& record);
  static OpenChannel opened(const ChannelLog& channel, const ChannelReader& reader);
  OpenChannel opened(Home& home, const RunId& id, const ChannelReader& reader,
                     const std::optional<ChannelRecord>& record);
  static OpenChannel pending(Home& home, const RunId& id, const ChannelReader& reader, Position after);
  void tidy(Home& home);
  void erase_messages(Erasure erasure, Done<> done);

  const Parts parts_;
  std::vector<std::unique_ptr<Home>> homes_;
};

}  // namespace belay
