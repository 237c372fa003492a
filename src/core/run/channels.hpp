// All channels of the server (core/log/channel_log.hpp), by user and surface.
//
// Each channel is on one loop, which its id names: its home. The runs of its user on that surface live there too, so
// that what they do and what the channel shows of it are durable together. A channel that nobody uses is forgotten; the
// store has it.
//
// open() and publish() are for any thread. `done` is called on the channel's home.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/await.hpp"
#include "core/log/channel_log.hpp"
#include "core/run/channel_feed.hpp"
#include "core/types/erasure.hpp"

namespace belay {

// A channel, and where a reader may begin in it.
struct OpenChannel {
  std::shared_ptr<LogBuffer> log;
  Position oldest{1, 0};  // before all that is kept
  Position newest{1, 0};  // before what is new: the beginnings of the answers that are being written
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
  void open(std::string user, std::string surface, Done<OpenChannel> done);
  // The position before the message, when it is durable.
  void publish(std::string user, std::string surface, ChannelMessage message, Done<Position> done);
  // For a run that will write to it. Only on its home.
  void prepare(std::string user, std::string surface, Done<std::shared_ptr<ChannelLog>> done);

  // Their events must leave the journal soon.
  void archive(const RunId& channel);
  // `done`: nothing of the user's channels is written any more.
  void erase(Erasure erasure, Done<> done);

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
    std::unordered_map<RunId, std::vector<Found>> loading;
    Timer tidy_timer;
  };

  Home& home_of(const RunId& channel);
  void find(Home& home, RunId id, std::string user, std::string surface, Found done);
  std::shared_ptr<ChannelLog> make(Home& home, const RunId& id, std::string user, std::string surface,
                                   const std::optional<ChannelRecord>& record);
  void tidy(Home& home);

  const Parts parts_;
  std::vector<std::unique_ptr<Home>> homes_;
};

}  // namespace belay
